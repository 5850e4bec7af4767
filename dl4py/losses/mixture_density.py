"""Mixture density: the outputs are a mixture of Gaussians."""

from dl4py.errors import ShapeError
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.losses.base import Loss, add_masked, loss, per_example
from dl4py.plan import Array, Emitter
from dl4py.spec import Size, key

exp, log = el.exp, el.log


@loss("mixture_density", java="org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity")
class MixtureDensity(Loss):
    """``score = -sum over rows of log sum_k a_k N(labels; mu_k, s_k^2 I)``.

    Outputs `[batch, K (L + 2)]`: K columns of mixing (softmax), K of deviations (exponential), then K means of
    length L. Labels `[batch, L]`.

    Bishop, "Mixture Density Networks", 1994, https://publications.aston.ac.uk/id/eprint/373/.
    """

    mixtures: Size = key("Number of Gaussians, K.")
    label_width: Size = key("Length of a label, L.")

    def labels_size(self, n_out: int) -> int:
        return self.label_width

    def emit(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        want = self.mixtures * (self.label_width + 2)
        if y.columns != want:
            raise ShapeError(
                f"the loss `mixture_density` needs {self.mixtures} * ({self.label_width} + 2) = {want} outputs, "
                f"found {y.columns}",
                at=self.mark(),
                hint=f"write `n_out: {want}` in the output layer",
            )
        scores, dy = e.array(y.rows, 1, name="scores"), e.like(y, "dy")
        phi = e.array(y.rows, self.mixtures, name="phi")
        e(density, y, labels, phi, dy, scores, self.mixtures)
        return add_masked(e, scores, dy, per_example(self, mask), score)


@kernel("b o, b l -> b k, b o, b one", split=True)
def density(y, labels, phi, dy, scores, count: int):
    """Log densities first, then shares of the components; all sums are taken relative to the largest."""
    width = labels.shape[1]
    for i in range(y.shape[0]):
        top = y[i, 0]
        for c in range(count):
            top = max(top, y[i, c])
        mass = 0.0
        for c in range(count):
            mass += exp(y[i, c] - top)
        for c in range(count):
            s = exp(y[i, count + c])
            distance = 0.0
            for j in range(width):
                d = labels[i, j] - y[i, 2 * count + c * width + j]
                distance += d * d
            log_mixing = y[i, c] - top - log(mass)
            phi[i, c] = (
                log_mixing - distance / (2.0 * s * s) - y.dtype.type(width) * (0.9189385332046727 + y[i, count + c])
            )
        best = phi[i, 0]
        for c in range(count):
            best = max(best, phi[i, c])
        total = 0.0
        for c in range(count):
            total += exp(phi[i, c] - best)
        scores[i, 0] = -best - log(total)
        for c in range(count):
            share = exp(phi[i, c] - best) / total
            s = exp(y[i, count + c])
            distance = 0.0
            for j in range(width):
                m = 2 * count + c * width + j
                d = y[i, m] - labels[i, j]
                distance += d * d
                dy[i, m] = share * d / (s * s)
            dy[i, c] = exp(y[i, c] - top) / mass - share
            dy[i, count + c] = share * (y.dtype.type(width) - distance / (s * s))
