"""DropConnect: dropout of weights."""

from dl4py import kernels as k
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.schedules.base import Share
from dl4py.spec import Flag, key
from dl4py.weight_noise.base import WeightNoise, weight_noise


@weight_noise("drop_connect", java="org.deeplearning4j.nn.conf.weightnoise.DropConnect")
class DropConnect(WeightNoise):
    """``w d`` with d 1 at probability p, else 0; not rescaled, as in DL4J.

    Wan, Zeiler, Zhang, LeCun and Fergus, "Regularization of Neural Networks using DropConnect", 2013,
    https://proceedings.mlr.press/v28/wan13.html.
    """

    weight_retain_prob: Share = key(
        "Probability of keeping a weight: a number or a schedule.", default=0.5, schedule="weightRetainProbSchedule"
    )
    apply_to_biases: Flag = key("Drop biases too.", default=False)

    def emit(self, e: Emitter, w: Array, role: str) -> Array:
        on = e.training if role == "weight" else self.apply_to_biases and (e.training or e.quirk(6))
        if not on:
            return w
        mask, noisy = e.like(w, "mask"), e.like(w, "noisy")
        e(k.random.bernoulli, e.clock, e.rate(self.weight_retain_prob), mask, e.seed, e.stream())
        e(times, w, mask, noisy)
        return noisy


@kernel("n, n -> n", split=True)
def times(w, mask, noisy):
    for i in range(w.shape[0]):
        noisy[i] = w[i] * mask[i]
