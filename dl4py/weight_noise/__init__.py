"""Weight noise; one file each."""

from dl4py.weight_noise.base import WeightNoise

__all__ = ["WeightNoise"]
