"""Auto-encoder, as a layer of a supervised network."""

from typing import ClassVar, Literal

from dl4py.layers.base import FeedForwardLayer, layer
from dl4py.layers.dense import activated, affine, affine_params
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.spec import Fraction, Number, key

ReconstructionLoss = Literal[
    "mse", "l1", "xent", "mcxent", "squared_loss", "reconstruction_crossentropy", "negativeloglikelihood",
    "cosine_proximity", "hinge", "squared_hinge", "kl_divergence", "mean_absolute_error", "l2",
    "mean_absolute_percentage_error", "mean_squared_logarithmic_error", "poisson", "wasserstein",
]  # fmt: skip


@layer("auto_encoder", java="org.deeplearning4j.nn.conf.layers.AutoEncoder")
class AutoEncoder(FeedForwardLayer):
    """``y = activation(x W + b)``: the encoder. The visible bias ``vb`` serves layerwise pretraining alone.

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
