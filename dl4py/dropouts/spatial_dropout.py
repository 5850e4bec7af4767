"""Spatial dropout: whole channels."""

from dl4py import kernels as k
from dl4py.dropouts.base import Dropout, dropout
from dl4py.dropouts.dropout import keep, keep_back
from dl4py.errors import ShapeError
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.schedules.base import Kept
from dl4py.spec import key


@dropout("spatial_dropout", java="org.deeplearning4j.nn.conf.dropout.SpatialDropout")
class SpatialDropout(Dropout):
    """``y = x mask / p`` with one mask value for each channel of each example.

    Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015, https://arxiv.org/abs/1411.4280.
    """

    p: Kept = key("Probability of keeping a channel: a number or a schedule.", schedule="pschedule")

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        if len(x.shape) < 3:
            raise ShapeError(
                "`spatial_dropout` drops channels of sequences, images or volumes; its input is rows of numbers",
                at=self.mark(),
                hint="use `dropout`",
            )
        channels, inside = x.shape[0] * x.shape[1], x.size // (x.shape[0] * x.shape[1])
        drawn, mask, y = e.array(channels, name="drawn"), e.like(x, "mask"), e.like(x, "dropped")
        p = e.rate(self.p)
        e(k.random.bernoulli, e.clock, p, drawn, e.seed, e.stream())
        e(spread, drawn, mask.reshape(channels, inside))
        e(keep, x.flat, mask.flat, p, y.flat)

        def backward(dy: Array) -> Array:
            e(keep_back, dy.flat, mask.flat, p)
            return dy

        return y, backward


@kernel("c -> c s")
def spread(drawn, mask):
    for i in range(mask.shape[0]):
        for j in range(mask.shape[1]):
            mask[i, j] = drawn[i]
