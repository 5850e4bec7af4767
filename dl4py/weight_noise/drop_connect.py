"""DropConnect: dropout of weights."""

from typing import ClassVar

import numpy as np

from dl4py import kernels as k
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.schedules.base import Kept
from dl4py.spec import Flag, key
from dl4py.weight_noise.base import NoiseBackward, WeightNoise, weight_noise


@weight_noise("drop_connect", java="org.deeplearning4j.nn.conf.weightnoise.DropConnect")
class DropConnect(WeightNoise):
    """``w d / p`` with d 1 at probability p, else 0; scaled while training, so inference needs no change.

    Wan, Zeiler, Zhang, LeCun and Fergus, "Regularization of Neural Networks using DropConnect", 2013,
    https://proceedings.mlr.press/v28/wan13.html, which draws pre-outputs at inference instead. DL4J divides by nothing,
    leaves the gradient unmasked and keeps dropping biases at inference (quirk 6).
    """

    json_first: ClassVar[tuple[str, ...]] = ("applyToBiases", "weightRetainProbSchedule")

    weight_retain_prob: Kept = key(
        "Probability of keeping a weight: a number or a schedule.", default=0.5, schedule="weightRetainProbSchedule"
    )
    apply_to_biases: Flag = key("Drop biases too.", default=False)

    def emit(self, e: Emitter, w: Array, role: str) -> tuple[Array, NoiseBackward]:
        quirk = e.quirk(6)
        on = e.training if role == "weight" else self.apply_to_biases and (e.training or quirk)
        if not on:
            return w, None
        factor, noisy = e.like(w, "factor"), e.like(w, "noisy")
        p = e.rate(self.weight_retain_prob)
        e(k.random.bernoulli, e.clock, p, factor, e.seed, e.stream())
        if not quirk:
            e(divide, factor, p)
        e(times, w, factor, noisy)
        return noisy, None if quirk else lambda gradient: e(k.rows.multiply, gradient, factor)


@kernel("n*, r", split=True)
def divide(factor, p):
    scale = factor.dtype.type(np.float64(1.0) / p[0])
    for i in range(factor.shape[0]):
        factor[i] *= scale


@kernel("n, n -> n", split=True)
def times(w, factor, noisy):
    for i in range(w.shape[0]):
        noisy[i] = w[i] * factor[i]
