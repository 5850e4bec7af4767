"""Variational auto-encoder: alone it learns a distribution of its data, in a network it is its encoder."""

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.layers.auto_encoder import ReconstructionLoss
from dl4py.layers.base import FeedForwardLayer, ReconstructingPart, layer
from dl4py.layers.dense import activated, affine
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.reconstructions import Reconstruction
from dl4py.spec import Number, Size, Sizes, key

exp = el.exp


@layer("variational_autoencoder", java="org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder")
class VariationalAutoencoder(FeedForwardLayer, ReconstructingPart):
    """``y = pzx_activation(h W + b)``, the mean of ``q(z | x)``, with ``h`` out of the encoder's layers
    ``h <- activation(h W_i + b_i)``.

    Input ``[batch, n_in]``, output ``[batch, n_out]``: latent variables. Parameters ``e0W, e0b, ...`` of the encoder
    and ``pZXMeanW, pZXMeanb``; those of the deviation of z, ``pZXLogStd2W, pZXLogStd2b``, of the decoder, ``d0W, d0b,
    ...``, and of the data, ``pXZW, pXZb``, serve layerwise pretraining alone, which lowers the bound
    ``KL(q(z | x), N(0, 1)) + mean over draws of -log p(x | z)`` with ``z = m + s noise``, ``log s^2`` from its own
    product. Biases are 0 at first.
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
        h, encoder_backward = self._through(e, x, p, "e", len(self.encoder_layer_sizes))
        mean, mean_backward = activated(e, affine(e, h, _of(p, "pZXMean")), self.pzx_activation)

        def backward(dy: Array) -> Array | None:
            dh = mean_backward(dy)
            assert dh is not None
            return encoder_backward(dh)

        return mean, backward

    def emit_reconstruction(self, e: Emitter, x: Array, p: Params) -> None:
        h, encoder_backward = self._through(e, x, p, "e", len(self.encoder_layer_sizes))
        mean, mean_backward = activated(e, affine(e, h, _of(p, "pZXMean")), self.pzx_activation)
        spread, spread_backward = activated(e, affine(e, h, _of(p, "pZXLogStd2")), self.pzx_activation)
        many = self.num_samples * x.rows
        noise, z = e.array(many, self.n_out, name="noise"), e.array(many, self.n_out, name="latent")
        e(k.random.gaussian, e.clock, noise.flat, e.seed, e.stream())
        e(latent, mean, spread, noise, z)
        hidden, decoder_backward = self._through(e, z, p, "d", len(self.decoder_layer_sizes))
        pre_output, data_backward = affine(e, hidden, _of(p, "pXZ"))
        dhidden = data_backward(self._reconstruction(e, pre_output, x))
        assert dhidden is not None
        dz = decoder_backward(dhidden)
        assert dz is not None
        dmean, dspread, divergence = e.like(mean, "dmean"), e.like(mean, "dspread"), e.like(mean, "divergence")
        e(latent_backward, dz, mean, spread, noise, dmean, dspread, divergence)
        e(k.rows.total, divergence.flat, e.score)
        dh, other = mean_backward(dmean), spread_backward(dspread)
        assert dh is not None
        assert other is not None
        e(k.rows.add, dh.flat, other.flat)
        encoder_backward(dh)

    def _reconstruction(self, e: Emitter, pre_output: Array, x: Array) -> Array:
        """The mean over draws of ``-log p(x | z)``, added to the score, and its gradient."""
        draws = self.num_samples
        data = x
        if draws > 1:
            data = e.array(pre_output.rows, x.columns, name="data")
            for i in range(draws):
                e(k.move.copy, x, data.part(i * x.rows, (i + 1) * x.rows))
        score = e.array(1, precision="float64", name="score")
        e(k.rows.fill, score, 0.0)
        with e.scoring(score):
            dz = self.output_distribution.emit(e, pre_output, data)
        if draws > 1:
            e(k.rows.scale, score, 1.0 / draws)
            e(k.rows.scale, dz.flat, 1.0 / draws)
        e(k.rows.add, e.score, score)
        return dz

    def _through(self, e: Emitter, x: Array, p: Params, name: str, count: int) -> tuple[Array, Backward]:
        """Encoder or decoder: its layers one after another."""
        backs = []
        for i in range(count):
            x, back = activated(e, affine(e, x, _of(p, f"{name}{i}")), self.activation)
            backs.append(back)

        def backward(dy: Array) -> Array | None:
            dx: Array | None = dy
            for back in reversed(backs):
                assert dx is not None
                dx = back(dx)
            return dx

        return x, backward


@kernel("b o, b o, l o -> l o")
def latent(mean, spread, noise, z):
    """``z = m + s noise`` for every draw; `spread` is ``log s^2``."""
    for r in range(z.shape[0]):
        i = r % mean.shape[0]
        for j in range(z.shape[1]):
            z[r, j] = mean[i, j] + exp(0.5 * spread[i, j]) * noise[r, j]


@kernel("l o, b o, b o, l o -> b o, b o, b o")
def latent_backward(dz, mean, spread, noise, dmean, dspread, divergence):
    """Gradients of the draws and of ``KL = (m^2 + s^2 - 1 - log s^2) / 2``, and that divergence."""
    for i in range(mean.shape[0]):
        for j in range(mean.shape[1]):
            m = mean[i, j]
            variance = exp(spread[i, j])
            divergence[i, j] = 0.5 * (m * m + variance - 1.0 - spread[i, j])
            dmean[i, j] = m
            dspread[i, j] = 0.5 * variance - 0.5
    for r in range(dz.shape[0]):
        i = r % mean.shape[0]
        for j in range(dz.shape[1]):
            dmean[i, j] += dz[r, j]
            dspread[i, j] += 0.5 * dz[r, j] * noise[r, j] * exp(0.5 * spread[i, j])


def _of(p: Params, name: str) -> Params:
    return Params(W=p[f"{name}W"], b=p[f"{name}b"])


def _affine(name: str, n_in: int, n_out: int) -> list[Param]:
    return [Param.weight(f"{name}W", (n_in, n_out)), Param.bias(f"{name}b", (n_out,))]


def _stack(name: str, widths: Sequence[int]) -> list[Param]:
    return [param for i, (a, b) in enumerate(pairwise(widths)) for param in _affine(f"{name}{i}", a, b)]
