"""Variational auto-encoder, as a layer of a supervised network."""

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from dl4py.activations import Activation
from dl4py.layers.auto_encoder import ReconstructionLoss
from dl4py.layers.base import FeedForwardLayer, layer
from dl4py.layers.dense import activated, affine
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.reconstructions import Reconstruction
from dl4py.spec import Number, Size, Sizes, key


@layer("variational_autoencoder", java="org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder")
class VariationalAutoencoder(FeedForwardLayer):
    """``y = pzx_activation(h W + b)``, the mean of ``q(z | x)``, with ``h`` out of the encoder's layers
    ``h <- activation(h W_i + b_i)``.

    Input ``[batch, n_in]``, output ``[batch, n_out]``: latent variables. Parameters ``e0W, e0b, ...`` of the encoder
    and ``pZXMeanW, pZXMeanb``; those of the deviation of z, ``pZXLogStd2W, pZXLogStd2b``, of the decoder, ``d0W, d0b,
    ...``, and of the data, ``pXZW, pXZb``, serve layerwise pretraining alone. Biases are 0 at first.
    Kingma and Welling, "Auto-Encoding Variational Bayes", 2013, https://arxiv.org/abs/1312.6114.
    """

    summary_name: ClassVar[str] = "VariationalAutoencoder"

    encoder_layer_sizes: Sizes = key("Widths of the encoder's layers.", default=(100,), min_length=1)
    decoder_layer_sizes: Sizes = key("Widths of the decoder's layers.", default=(100,), min_length=1)
    output_distribution: Reconstruction = key(
        "Distribution of the data, given z.", default={"type": "gaussian", "activation": "tanh"}
    )
    pzx_activation: Activation = key("Function of mean and deviation of z.", default="identity", json="pzxActivationFn")
    num_samples: Size = key("Draws of z for each example while pretraining.", default=1)
    loss_function: ReconstructionLoss = key(
        "Kept for DL4J.", default="reconstruction_crossentropy", spelling="upper", hidden=True
    )
    visible_bias_init: Number = key("Kept for DL4J.", default=0.0, hidden=True)

    def params(self) -> list[Param]:
        assert self.n_in is not None
        encoder = [self.n_in, *self.encoder_layer_sizes]
        decoder = [self.n_out, *self.decoder_layer_sizes]
        data = self.output_distribution.width(self.n_in)
        later = [
            *_affine("pZXLogStd2", encoder[-1], self.n_out),
            *_stack("d", decoder),
            *_affine("pXZ", decoder[-1], data),
        ]
        now = [*_stack("e", encoder), *_affine("pZXMean", encoder[-1], self.n_out)]
        return [*now, *(param.but(pretrain=True) for param in later)]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        backs = []
        names = [f"e{i}" for i in range(len(self.encoder_layer_sizes))]
        for name in [*names, "pZXMean"]:
            function = self.pzx_activation if name == "pZXMean" else self.activation
            x, back = activated(e, affine(e, x, Params(W=p[f"{name}W"], b=p[f"{name}b"])), function)
            backs.append(back)

        def backward(dy: Array) -> Array | None:
            dx: Array | None = dy
            for back in reversed(backs):
                assert dx is not None
                dx = back(dx)
            return dx

        return x, backward


def _affine(name: str, n_in: int, n_out: int) -> list[Param]:
    return [Param.weight(f"{name}W", (n_in, n_out)), Param.bias(f"{name}b", (n_out,))]


def _stack(name: str, widths: Sequence[int]) -> list[Param]:
    return [param for i, (a, b) in enumerate(pairwise(widths)) for param in _affine(f"{name}{i}", a, b)]
