"""DL4J's quirks, and the switch that reproduces or mends them.

Real DL4J 1.0.0-M2.1 computes some things otherwise than their names say. `exact` gives the mended behaviour: the
gradient is the gradient of the score and formulas are the papers'. `dl4j` reproduces what DL4J does, so that a zip that
DL4J wrote trains on in step with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Mode = Literal["exact", "dl4j"]


@dataclass(frozen=True)
class Quirk:
    """One numbered quirk: where it is, what DL4J does, what `exact` does; `only` says what few numbers it is about."""

    number: int
    where: str
    dl4j: str
    exact: str
    only: str = ""


@dataclass(frozen=True)
class Compatibility:
    """Which behaviour a network has."""

    mode: Mode = "exact"

    def has(self, number: int) -> bool:
        """Whether the quirk of that number is reproduced."""
        assert number in QUIRKS, number
        return self.mode == "dl4j"


_ALL = [
    Quirk(1, "schedule `poly`", "v (1 + i/max)^p, growing", "v (1 - i/max)^p, falling"),
    Quirk(2, "initializers `lecun_uniform`, `var_scaling_uniform_*`", "bound 3/sqrt(fan)", "bound sqrt(3/fan)"),
    Quirk(3, "activation `rrelu` at inference", "max(x, mean slope)", "mean slope times x below 0"),
    Quirk(
        4,
        "activation `gelu` with `precise`",
        "cube includes the constant, rounded derivative",
        "the paper's formula",
    ),
    Quirk(
        6,
        "weight noise",
        "`drop_connect` not rescaled, gradients of noisy weights, noise on biases at inference too",
        "rescaled, gradients of clean weights, noise while training only",
    ),
    Quirk(
        7,
        "constraint `min_max_norm` with a rate",
        "mixes norms, not ratios",
        "w (rate clip(n) + (1 - rate) n) / (n + e)",
    ),
    Quirk(12, "layer `center_loss_output`", "steps of the centres are divided by the batch size", "they are not"),
    Quirk(
        15,
        "truncated backpropagation through time",
        "`tbptt_back_length` has no effect, gates are differentiated at a segment started from state 0",
        "gradients of the last `tbptt_back_length` steps of a segment, from its true state",
    ),
    Quirk(
        16,
        "attention, capsules, locally connected layers",
        "twice the true gradient passes",
        "the true gradient passes",
    ),
    Quirk(
        17,
        "feature masks",
        "ignored by LSTM and convolutions, in the wrong order in `time_distributed`, dropped by `mask_zero`, not seen "
        "by `rnn_output`",
        "masked steps keep no state, give 0 and have no score",
    ),
    Quirk(22, "constraints", "applied twice a step", "applied once a step"),
    Quirk(23, "activation `elu`", "derivative below 0 lacks alpha", "alpha e^x"),
    Quirk(
        24,
        "layer normalization",
        "no epsilon: a row of equal values gives 0 and passes no gradient",
        "epsilon 1e-12 under the root",
        only="rows of equal values",
    ),
    Quirk(25, "`weight_decay` in `defaults`", "written twice in the zip, acts twice", "acts once"),
    Quirk(26, "layer `frozen_layer_with_backprop`", "regularization and updater move it", "stays as it is"),
    Quirk(27, "layers below a frozen layer", "see their previous update as gradient", "gradient 0"),
    Quirk(
        29,
        "solvers `conjugate_gradient` and `lbfgs`",
        "conjugate directions are dropped, curvature is 0 after the first step",
        "the papers' directions",
    ),
    Quirk(
        30,
        "output layers with a label mask",
        "multiply their pre-output by the mask",
        "only score and gradient",
    ),
    Quirk(31, "loss `xent` with softmax", "scores -y log a only", "scores both halves, clipped"),
    Quirk(32, "updater `nadam` in single precision", "beta 2 rounded before 1 - beta 2", "1 - beta 2 exact"),
    Quirk(
        34,
        "losses `mcxent` and `negativeloglikelihood` with softmax, no weights",
        "gradient y - labels, whatever the labels sum to",
        "gradient y sum(labels) - labels",
        only="labels that do not sum to 1",
    ),
    Quirk(
        35,
        "loss `wasserstein` with a mask per output",
        "masks the gradient of the pre-output only",
        "masks the gradient of the output",
    ),
    Quirk(
        36,
        "updaters `adam` and `ams_grad`",
        "a step size of 0 becomes epsilon",
        "a step size of 0 stops",
        only="a step size of 0",
    ),
    Quirk(
        38,
        "LSTM steps that a mask covers",
        "the gradient passes through them; with peepholes only that of the cell does",
        "it ends there, as the state does",
    ),
    Quirk(
        60,
        "vertex `l2_normalize`",
        "its gradient divides by max(|x|^3, epsilon): wrong for lengths below 0.002",
        "divides by |x|^3",
        only="lengths below 0.002",
    ),
    Quirk(
        39,
        "locally connected layers with dilation",
        "taps are neighbours, though sizes and padding are those of dilated windows",
        "taps are `dilation` places apart",
    ),
    Quirk(
        40,
        "penalties of attention, capsules and locally connected layers",
        "change the gradient, are not in the score",
        "are in both",
    ),
    Quirk(41, "layer `ocnn_output`", "passes 1 to the layer below for each example below r", "passes the gradient"),
    Quirk(
        42,
        "mean of `global_pooling` under a mask of whole rows or columns",
        "the sum is divided by the number of these rows or columns",
        "it is divided by the number of places in them",
    ),
    Quirk(
        43,
        "layer `local_response_normalization`",
        "its gradient takes the sum of squares around a channel for those around its neighbours",
        "the true gradient",
    ),
    Quirk(
        44,
        "layer `cnn_loss` with channels last",
        "without a mask the score takes the height for the channels; the gradient does not",
        "the score sums over channels",
    ),
    Quirk(
        50,
        "layer `loss` with any activation but identity and ReLU (softmax with cross entropy excepted)",
        "the score takes the gradient for the pre-output, which was written over it",
        "the score of the outputs",
    ),
    Quirk(
        51,
        "`mini_batch: false` with another output than `output` and `rnn_output`",
        "the score is divided by the batch size",
        "it is not",
    ),
    Quirk(
        52,
        "layer `center_loss_output` with a label mask",
        "distances to centres, and steps of these, see no mask",
        "examples that the mask covers belong to no centre",
    ),
    Quirk(
        53,
        "layers `depthwise_convolution2d` and `separable_convolution2d`",
        "the bias lies before the weights, updater and penalties of biases take the layer's last values",
        "they take the bias",
    ),
    Quirk(
        54,
        "masks behind a causal `convolution1d` with a stride",
        "windows over the mask are centred, as with `same`",
        "they look back, as those over the sequence do",
    ),
    Quirk(
        55,
        "layer `rnn_loss` in a graph, with a feature mask and no label mask",
        "the score counts every step, the gradient those that are there",
        "both count the steps that are there",
    ),
    Quirk(
        56,
        "activation `softmax` of images and sequences, channels first; its gradient in `convolution`, channels last",
        "over the last axis: the width of images, the steps of sequences",
        "over channels",
    ),
    Quirk(
        57,
        "layer `separable_convolution2d` on one channel, as many outputs as `depth_multiplier`",
        "the pointwise weights act in the gradient only",
        "they are used",
    ),
    Quirk(
        58,
        "loss `cosine_proximity` for outputs shorter than 0.003",
        "the gradient takes 1e-5 for their squared length",
        "the gradient of the score",
        only="outputs shorter than 0.003",
    ),
    Quirk(
        61,
        "vertex `attention` with parameters, gradients normalized or clipped per layer or value by value",
        "its gradient stays as it is",
        "its gradient is normalized or clipped",
    ),
    Quirk(
        62,
        "a graph whose vertices alone have parameters",
        "`fit` does nothing, its score is 0",
        "is trained",
    ),
    Quirk(
        63,
        "layer `rnn_loss` with features last",
        "the score takes the layer's input for the labels, features for steps; it fails unless there are as many",
        "the score compares with the labels",
    ),
    Quirk(
        64,
        "vertices `reverse_time_series` and `attention` (without parameters) of sequences with features last",
        "take features for steps",
        "go along the steps",
    ),
    Quirk(
        65,
        "activation `softplus` of values below -5",
        "the logarithm of the rounded 1 + e^z: 0 below -17 in single precision",
        "exact to the last places",
        only="values below -5",
    ),
    Quirk(
        66,
        "the first iteration of solvers that search along a line, with convolution, attention, capsules, centres",
        "takes the gradient in the order of names, not of places: values go where they do not belong",
        "takes the gradient as it is",
    ),
]
QUIRKS = {quirk.number: quirk for quirk in _ALL}


def quirk_lines(met: Mapping[int, Sequence[str]], mode: Mode) -> list[str]:
    """What the quirks that a network meets do to it: number, what holds, and the vertices where."""
    lines = []
    for number, where in met.items():
        quirk = QUIRKS[number]
        holds, other = (quirk.dl4j, quirk.exact) if mode == "dl4j" else (quirk.exact, quirk.dl4j)
        lines.append(f"  quirk {number}, {', '.join(where)}: {holds}; `{_other(mode)}` has: {other}")
    return lines


def _other(mode: Mode) -> Mode:
    return "exact" if mode == "dl4j" else "dl4j"
