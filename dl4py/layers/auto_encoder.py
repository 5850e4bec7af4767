"""Auto-encoder: alone it learns to reconstruct, in a network it is a dense layer."""

from typing import ClassVar, Literal

from dl4py import kernels as k
from dl4py.errors import UnsupportedFeature
from dl4py.layers.base import FeedForwardLayer, ReconstructingPart, layer
from dl4py.layers.dense import activated, affine, affine_params
from dl4py.losses.base import LOSSES
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.spec import Fraction, Number, key

ReconstructionLoss = Literal[
    "mse", "l1", "xent", "mcxent", "squared_loss", "reconstruction_crossentropy", "negativeloglikelihood",
    "cosine_proximity", "hinge", "squared_hinge", "kl_divergence", "mean_absolute_error", "l2",
    "mean_absolute_percentage_error", "mean_squared_logarithmic_error", "poisson", "wasserstein",
]  # fmt: skip


@layer("auto_encoder", java="org.deeplearning4j.nn.conf.layers.AutoEncoder")
class AutoEncoder(FeedForwardLayer, ReconstructingPart):
    """``y = activation(x W + b)``: the encoder. The visible bias ``vb`` serves layerwise pretraining alone, which
    lowers ``loss(activation(y' W^T + vb), x)`` with ``y'`` of inputs of which a share is set to 0.

    Input ``[batch, n_in]``, output ``[batch, n_out]``. Parameters ``W [n_in, n_out]``, ``b [n_out]``, ``vb [n_in]``.
    Vincent, Larochelle, Bengio and Manzagol, "Extracting and Composing Robust Features with Denoising Autoencoders",
    2008, https://doi.org/10.1145/1390156.1390294.
    """

    summary_name: ClassVar[str] = "AutoEncoder"

    corruption_level: Fraction = key("Share of inputs set to 0 while pretraining.", default=0.30000001192092896)
    sparsity: Number = key("Wanted mean activation while pretraining; 0 for none.", default=0.0)
    loss_function: ReconstructionLoss = key(
        "Penalty on the reconstruction while pretraining.",
        default="reconstruction_crossentropy",
        spelling="upper",
    )
    visible_bias_init: Number = key("First value of the visible bias.", default=0.0)

    def params(self) -> list[Param]:
        assert self.n_in is not None
        return [
            *affine_params(self),
            Param.bias("vb", (self.n_in,), self.visible_bias_init).but(pretrain=True, with_weights=True),
        ]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        return activated(e, affine(e, x, p), self.activation)

    def emit_reconstruction(self, e: Emitter, x: Array, p: Params) -> None:
        self._check_learnable(e)
        y, encoder_backward = self.emit(e, self._corrupted(e, x), p)
        z = e.like(x, "z")
        e(k.gemm.matmul, y, p.W.T, z)
        e(k.rows.add_row, z, p.vb)
        again, activation_backward = self.activation.emit(e, z)
        dz = activation_backward(self._penalty(e, again, x))
        assert dz is not None
        e(k.rows.sum_rows, dz, p.vb.gradient)
        decoder = e.array(p.W.size, name="decoder")  # the decoder's share in the gradient of W
        e(k.gemm.matmul, dz.T, y, decoder.ordered(p.W.shape, "f"))
        dy = e.like(y, "dy")
        e(k.gemm.matmul, dz, p.W, dy)
        encoder_backward(dy)
        e(k.rows.add, p.W.gradient.flat, decoder)

    def _penalty(self, e: Emitter, y: Array, x: Array) -> Array:
        """The loss of a reconstruction, added to the score, and its gradient."""
        return LOSSES.make(LOSS_OF.get(self.loss_function, self.loss_function)).emit(e, y, x, None, e.score)

    def _corrupted(self, e: Emitter, x: Array) -> Array:
        """The input with a share of its values set to 0."""
        seen = e.like(x, "corrupted")
        seen.needs_gradient = False
        e(k.move.copy, x, seen)
        if self.corruption_level:
            kept = e.like(x, "kept")
            e(k.random.bernoulli, e.clock, e.rate(1.0 - self.corruption_level), kept.flat, e.seed, e.stream())
            e(k.rows.multiply, seen.flat, kept.flat)
        return seen

    def _check_learnable(self, e: Emitter) -> None:
        if e.compatibility.mode == "dl4j":
            raise UnsupportedFeature(
                f"layer `{self.name}` cannot be pretrained as DL4J does: its steps lead away from the reconstruction",
                at=self.mark(),
                hint="`compatibility: exact` pretrains by the gradient of the reconstruction",
            )
        if self.sparsity:
            raise UnsupportedFeature(
                f"layer `{self.name}` cannot be pretrained with `sparsity`: what DL4J does with it is no gradient",
                at=self.mark("sparsity"),
                hint="leave `sparsity` out",
            )


LOSS_OF = {  # names of the enumeration that are no types of losses
    "squared_loss": "mse", "reconstruction_crossentropy": "xent", "kl_divergence": "kld", "mean_absolute_error": "mae",
    "mean_absolute_percentage_error": "mape", "mean_squared_logarithmic_error": "msle",
}  # fmt: skip
