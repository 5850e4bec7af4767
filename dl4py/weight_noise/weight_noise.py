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
from dl4py.weight_noise.base import WeightNoise, weight_noise


@weight_noise("weight_noise", java="org.deeplearning4j.nn.conf.weightnoise.WeightNoise")
class RandomNoise(WeightNoise):
    """``w + n``, or ``w n``, with n drawn anew each step."""

    distribution: Distribution = key("Distribution of the noise.")
    apply_to_bias: Flag = key("Noise on biases too.", default=False)
    additive: Flag = key("Add the noise; multiply by it otherwise.", default=True)

    def emit(self, e: Emitter, w: Array, role: str) -> Array:
        on = e.training if role == "weight" else self.apply_to_bias and (e.training or e.quirk(6))
        if not on:
            return w
        noise, noisy = e.like(w, "noise"), e.like(w, "noisy")
        shift, scale = self._draw(e, noise)
        e(combine, w, noise, noisy, shift, scale, int(self.additive))
        return noisy

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


@kernel("n, n -> n", split=True)
def combine(w, noise, noisy, shift: float, scale: float, additive: int):
    for i in range(w.shape[0]):
        n = shift + scale * noise[i]
        noisy[i] = w[i] + n if additive else w[i] * n
