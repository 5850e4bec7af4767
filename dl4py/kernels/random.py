"""Counter-based random numbers: each value is a function of (seed, stream, iteration, position) and nothing else.

So a resumed run meets the same numbers, in any number of threads. The mixing is the finalizer of SplitMix64
(Steele, Lea
and Flood, "Fast splittable pseudorandom number generators", 2014, https://doi.org/10.1145/2660193.2660195).
"""

from __future__ import annotations

import math

import numpy as np

from dl4py.kernels.jit import helper, kernel


@helper
def mix(x):
    """A bijection of 64-bit words whose output bits look independent of the input's."""
    x = np.uint64(x) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@helper
def start(seed, stream, iteration):
    """The 64-bit key of one stream at one iteration."""
    return mix(mix(mix(np.uint64(seed)) ^ np.uint64(stream)) ^ np.uint64(iteration))


@helper
def uniform(key, i):
    """The i-th number of a stream, uniform in (0, 1)."""
    bits = mix(key ^ (np.uint64(i) * np.uint64(0xD1342543DE82EF95)))
    return (np.float64(bits >> np.uint64(12)) + np.float64(0.5)) / np.float64(4503599627370496.0)


@helper
def normal(key, i):
    """The i-th number of a stream, normal with mean 0 and variance 1 (Box and Muller, 1958)."""
    radius = math.sqrt(np.float64(-2.0) * math.log(uniform(key, 2 * i)))
    return radius * math.cos(np.float64(6.283185307179586) * uniform(key, 2 * i + 1))


@kernel("c, p -> n")
def bernoulli(clock, keep, mask, seed: int, stream: int):
    """``mask[i]`` is 1 with probability ``keep[0]``, else 0; `clock` holds the iteration."""
    key = start(seed, stream, int(clock[0]))
    one = mask.dtype.type(1)
    zero = mask.dtype.type(0)
    for i in range(mask.shape[0]):
        mask[i] = one if uniform(key, i) < keep[0] else zero


@kernel("c -> n")
def gaussian(clock, noise, seed: int, stream: int):
    """``noise[i]`` is normal with mean 0 and variance 1."""
    key = start(seed, stream, int(clock[0]))
    for i in range(noise.shape[0]):
        noise[i] = normal(key, i)


@kernel("c -> n")
def uniforms(clock, noise, seed: int, stream: int):
    """``noise[i]`` is uniform in (0, 1)."""
    key = start(seed, stream, int(clock[0]))
    for i in range(noise.shape[0]):
        noise[i] = uniform(key, i)
