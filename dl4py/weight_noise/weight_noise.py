"""Random noise on weights."""

from dl4py import kernels as k
from dl4py.distributions import Distribution
from dl4py.distributions.constant import Constant
from dl4py.distributions.normal import Normal
from dl4py.distributions.uniform import Uniform
from dl4py.errors import UnsupportedFeature
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.spec import Flag, key
from dl4py.weight_noise.base import NoiseBackward, WeightNoise, weight_noise


@weight_noise("weight_noise", java="org.deeplearning4j.nn.conf.weightnoise.WeightNoise")
class RandomNoise(WeightNoise):
    """``w + n``, or ``w n``.

    DL4J takes the gradient of the noisy weight for that of the clean one and keeps biases noisy at inference (quirk 6).
    """

    distribution: Distribution = key("Distribution of the noise.")
    apply_to_bias: Flag = key("Noise on biases too.", default=False)
    additive: Flag = key("Add the noise; multiply by it otherwise.", default=True)

    def emit(self, e: Emitter, w: Array, role: str) -> tuple[Array, NoiseBackward]:
        quirk = e.quirk(6)
        on = e.training if role == "weight" else self.apply_to_bias and (e.training or quirk)
        if not on:
            return w, None
        noise, noisy = e.like(w, "noise"), e.like(w, "noisy")
        shift, scale = self._draw(e, noise)
        e(combine, w, noise, noisy, shift, scale, int(self.additive))
        return noisy, None if quirk or self.additive else lambda gradient: e(k.rows.multiply, gradient, noise)

    def _draw(self, e: Emitter, noise: Array) -> tuple[float, float]:
        """Records unit noise and returns what it is shifted and scaled by."""
        d = self.distribution
        if isinstance(d, Normal):
            e(k.random.gaussian, e.clock, noise, e.seed, e.stream())
            return d.mean, d.std
        if isinstance(d, Uniform):
            e(k.random.uniforms, e.clock, noise, e.seed, e.stream())
            return d.lower, d.upper - d.lower
        if isinstance(d, Constant):
            e(k.rows.fill, noise, 1.0)
            return 0.0, d.value
        raise UnsupportedFeature(
            f"weight noise from the distribution `{d.type}` is not built yet",
            at=self.mark("distribution"),
            hint="use normal, gaussian, uniform or constant",
        )


@kernel("n, n* -> n", split=True)
def combine(w, noise, noisy, shift: float, scale: float, additive: int):
    """Turns unit noise into the noise of each value."""
    for i in range(w.shape[0]):
        n = shift + scale * noise[i]
        noise[i] = n
        noisy[i] = w[i] + n if additive else w[i] * n
