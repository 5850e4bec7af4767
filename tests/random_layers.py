"""Random layers, updaters and losses, each drawn to fit a shape, with all keys that DL4J has.

Half precision and random numbers while training (dropout, noise) are left out: there no two programs agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dl4py.shapes import Convolutional, Convolutional3D, ConvolutionalFlat, FeedForward, Recurrent, Shape

Spec = dict[str, Any]
SMOOTH = ["tanh", "sigmoid", "softsign", "swish", "mish", "gelu", "cube", "rationaltanh", "softplus", "identity"]
KINKED = ["relu", "leakyrelu", "elu", "selu", "relu6", "hardsigmoid", "hardtanh", "rectifiedtanh", "thresholdedrelu", "softmax"]  # fmt: skip
OWN_KEYS = [{"type": "leakyrelu", "alpha": 0.3}, {"type": "elu", "alpha": 0.5}, {"type": "gelu", "precise": True}, {"type": "thresholdedrelu", "theta": 0.4}, {"type": "relu", "negative_slope": 0.1, "threshold": 0.2}]  # fmt: skip
WEIGHTS = ["xavier", "relu", "lecun_uniform", "xavier_uniform", "sigmoid_uniform", "var_scaling_normal_fan_avg", "normal", "uniform", "relu_uniform", "var_scaling_uniform_fan_in", {"type": "distribution", "distribution": {"type": "normal", "mean": 0.1, "std": 0.4}}, {"type": "distribution", "distribution": {"type": "uniform", "lower": -0.5, "upper": 0.5}}]  # fmt: skip
CELLS = ("lstm", "graves_lstm", "simple_rnn", "mask_zero", "mask_layer", "time_distributed", "rnn_output", "rnn_loss")
IN_PLACE = ("activation", "prelu")  # DL4J writes their outputs over their inputs, so they cannot stand first


class Dice:
    """What the draws share."""

    def __init__(self, seed: int) -> None:
        self.g = np.random.default_rng(seed)

    def of(self, *choices: Any) -> Any:
        return choices[int(self.g.integers(len(choices)))]

    def number(self, low: int, high: int) -> int:
        return int(self.g.integers(low, high + 1))

    def chance(self, share: float) -> bool:
        return bool(self.g.uniform() < share)

    def some(self, share: float, **keys: Any) -> Spec:
        """Each key with that chance; a value that is a function is drawn."""
        return {k: v() if callable(v) else v for k, v in keys.items() if self.chance(share)}

    def activation(self) -> str | Spec:
        found: str | Spec = self.of(*SMOOTH) if self.chance(0.7) else self.of(*KINKED, *OWN_KEYS)
        return found


def updater(d: Dice) -> Any:
    """A rule with a step size that keeps the numbers tame."""
    rate = d.of(0.05, 0.01, 0.002)
    schedule = d.of(
        {"type": "step", "initial_value": rate, "decay_rate": 0.5, "step": 2},
        {"type": "exponential", "initial_value": rate, "gamma": 0.9},
        {"type": "inverse", "initial_value": rate, "gamma": 0.2, "power": 0.8},
        {"type": "sigmoid", "initial_value": rate, "gamma": 0.2, "step_size": 3},
        {"type": "poly", "initial_value": rate, "power": 2, "max_iter": 20},
        {"type": "fixed", "value": rate},
        {"type": "map", "values": {0: rate, 2: rate / 2, 3: rate / 8}},
        {"type": "cycle", "initial_learning_rate": rate, "max_learning_rate": 2 * rate, "cycle_length": 4, "annealing_length": 1},
    )  # fmt: skip
    if schedule["type"] not in ("poly", "cycle", "fixed") and d.chance(0.3):
        schedule["schedule_type"] = "epoch"
    kind = d.of(
        "sgd", "nesterovs", "adam", "ams_grad", "ada_max", "nadam", "rms_prop", "ada_grad", "ada_delta", "no_op"
    )
    if kind in ("ada_delta", "no_op"):
        return kind
    if kind == "ada_grad":  # with a schedule DL4J trains to NaN (quirk 28)
        return {"type": kind, "learning_rate": rate}
    keys = {"type": kind, "learning_rate": schedule if d.chance(0.25) else rate}
    if kind == "nesterovs":
        keys |= d.some(
            0.3, momentum=lambda: d.of(0.5, {"type": "step", "initial_value": 0.9, "decay_rate": 0.5, "step": 2})
        )
    if kind in ("adam", "ams_grad", "ada_max", "nadam"):
        keys |= d.some(0.2, beta1=0.8, beta2=0.99, epsilon=1e-6)
    return keys


def constraint(d: Dice) -> Spec:
    return d.of(
        {"type": "max_norm", "max_norm": 0.6, "dimensions": [1]},
        {"type": "min_max_norm", "min": 0.2, "max": 0.8, "rate": d.of(1.0, 0.5), "dimensions": [1]},
        {"type": "non_negative"},
        {"type": "unit_norm", "dimensions": [1]},
    )


def defaults(d: Dice) -> Spec:
    """What holds for all layers."""
    normalization = d.of("renormalize_l2_per_layer", "renormalize_l2_per_param_type", "clip_element_wise_absolute_value",
                         "clip_l2_per_layer", "clip_l2_per_param_type")  # fmt: skip
    keys = {"activation": d.activation(), "updater": updater(d), "weight_init": d.of(*WEIGHTS)}
    keys |= d.some(0.15, l1=1e-3, l2=2e-3, l1_bias=1e-3, l2_bias=3e-3, bias_init=0.2, bias_updater=lambda: updater(d))
    keys |= {} if "l2" in keys else d.some(0.1, weight_decay=2e-3)
    keys |= {} if "l2_bias" in keys else d.some(0.1, weight_decay_bias=2e-3)
    keys |= d.some(0.1, constraints=lambda: [constraint(d)])
    if d.chance(0.2):
        keys |= {"gradient_normalization": normalization, "gradient_normalization_threshold": d.of(0.1, 1.0)}
    return keys | d.some(0.2, convolution_mode=lambda: d.of("same", "truncate"))


def own(d: Dice) -> Spec:
    """Keys that any layer with parameters may have."""
    keys = d.some(0.4, activation=d.activation)
    return keys | d.some(0.06, updater=lambda: updater(d), weight_init=lambda: d.of(*WEIGHTS), l2=5e-3, l1=2e-3, bias_init=-0.1)  # fmt: skip


def width(d: Dice) -> int:
    return d.number(2, 6)


def for_rows(d: Dice, shape: Shape, format: str) -> Spec:
    n = shape.size
    dense = {"type": "dense", "n_out": width(d), **own(d), **d.some(0.15, has_bias=False, has_layer_norm=True)}
    return d.of(
        dense, dense, dense,
        {"type": "activation", "activation": d.activation()},
        {"type": "batch_normalization", **d.some(0.3, use_log_std=False, lock_gamma_beta=True, decay=0.7)},
        {"type": "prelu", **own(d)},
        {"type": "element_wise_multiplication", "n_out": n, **own(d)},
        {"type": "auto_encoder", "n_out": width(d), **own(d)},
        {"type": "variational_autoencoder", "n_out": width(d), "encoder_layer_sizes": [width(d)], "decoder_layer_sizes": [width(d)], **own(d)},
        {"type": "repeat_vector", "n": d.number(2, 4)},
        {"type": "frozen", "layer": dense},
        {"type": "frozen_with_backprop", "underlying": dense},
    )  # fmt: skip


def recurrent(d: Dice, format: str) -> Spec:
    kind = d.of("lstm", "graves_lstm", "simple_rnn", "graves_bidirectional_lstm")
    cell: Spec = {"type": kind, "n_out": width(d), "activation": d.of("tanh", "softsign", "sigmoid", "rationaltanh")}
    cell |= d.some(0.1, weight_init_recurrent=lambda: d.of(*WEIGHTS), l2=3e-3)
    if kind != "simple_rnn":
        cell |= d.some(0.2, gate_activation="hardsigmoid", forget_gate_bias_init=0.5)
    return cell | ({"rnn_data_format": "nwc"} if format == "NWC" else {})


def for_sequences(d: Dice, shape: Recurrent, format: str) -> Spec:
    cell, simple = recurrent(d, format), recurrent(d, format)
    while simple["type"] == "graves_bidirectional_lstm":
        simple = recurrent(d, format)
    both = {"type": "bidirectional", "fwd": simple, "mode": d.of("concat", "add", "mul", "average")}
    inner = d.of(cell, both)
    kernel = d.number(1, 3)
    windows = {"stride": d.number(1, 2), "convolution_mode": d.of("same", "truncate", "causal")} | d.some(
        0.3, dilation=2, padding=1
    )
    pooling = {"stride": d.number(1, 2), "convolution_mode": d.of("same", "truncate")}
    if format == "NWC":
        return d.of(cell, both, {"type": "last_time_step", "underlying": inner}, {"type": "dense", "n_out": width(d), **own(d)},
                    {"type": "convolution1d", "n_out": width(d), "kernel_size": kernel, "rnn_data_format": "nwc", **windows})  # fmt: skip
    return d.of(
        cell, cell, both,
        {"type": "last_time_step", "underlying": inner},
        {"type": "time_distributed", "underlying": {"type": "dense", "n_out": width(d), **own(d)}},
        {"type": "mask_zero", "masking_value": d.of(0.0, 7.0), "underlying": inner},
        {"type": "mask_layer"},
        {"type": "dense", "n_out": width(d), **own(d)},
        {"type": "activation", "activation": d.activation()},
        {"type": "convolution1d", "n_out": width(d), "kernel_size": kernel, **windows, **own(d)},
        {"type": "subsampling1d", "kernel_size": d.number(2, 3), "pooling_type": d.of("max", "avg", "pnorm"), "pnorm": 2, **pooling},
        {"type": "upsampling1d", "size": d.number(2, 3)},
        {"type": "zero_padding1d", "padding": [d.number(0, 2), d.number(0, 2)]},
        {"type": "cropping1d", "cropping": [d.number(0, 1), d.number(0, 1)]},
        {"type": "locally_connected1d", "n_out": width(d), "kernel_size": kernel, "convolution_mode": d.of("same", "truncate"), **d.some(0.3, stride=2, has_bias=False)},
        {"type": "learned_self_attention", "n_queries": d.number(2, 3), "n_out": 4, "n_heads": 2, "project_input": True},
        {"type": "self_attention", **d.of({}, {"n_out": 4, "n_heads": 2, "project_input": True})},
        {"type": "recurrent_attention", **d.of({"n_out": 4, "n_heads": 2}, {"project_input": False}), "activation": d.of("tanh", "softsign")},
        {"type": "global_pooling", "pooling_type": d.of("max", "avg", "sum", "pnorm"), "pnorm": d.number(1, 3)},
        {"type": "frozen", "layer": simple},
    )  # fmt: skip


def for_images(d: Dice, shape: Convolutional, format: str) -> Spec:
    two: Callable[[int, int], list[int]] = lambda low, high: [d.number(low, high), d.number(low, high)]  # noqa: E731
    last = format == "NHWC"
    order = {"cnn2d_data_format": "nhwc"} if last else {}
    plain = {"data_format": "nhwc"} if last else {}
    window = {"kernel_size": two(1, 3), "stride": two(1, 2), "convolution_mode": d.of("same", "truncate", "truncate")}
    window |= d.some(0.3, padding=lambda: two(0, 1), dilation=lambda: two(1, 2))
    windows = {**window, **order, **own(d), **d.some(0.2, has_bias=False)}
    four = [d.number(0, 1) for _ in range(4)]
    pooling = {
        "pooling_type": d.of("max", "avg", "pnorm"),
        "pnorm": d.number(1, 3),
        **d.some(0.3, avg_pool_include_pad_in_divisor=True),
    }
    some = [
        {"type": "convolution", "n_out": width(d), **windows},
        {"type": "convolution", "n_out": width(d), **windows},
        {"type": "deconvolution2d", "n_out": width(d), **windows},
        {"type": "depthwise_convolution2d", "depth_multiplier": d.number(1, 2), **windows},
        {"type": "separable_convolution2d", "n_out": width(d), "depth_multiplier": d.number(1, 2), **windows},
        {"type": "subsampling", **window, **pooling, **order, "padding": [0, 0]},
        {"type": "batch_normalization", **order, **d.some(0.3, use_log_std=False, lock_gamma_beta=True, decay=0.7)},
        {"type": "upsampling2d", "size": two(1, 2), **({"format": "nhwc"} if last else {})},
        {"type": "zero_padding", "padding": four, **plain},
        {"type": "cropping2d", "cropping": four, **plain},
        {"type": "activation", "activation": d.activation()},
        {"type": "global_pooling", "pooling_type": d.of("max", "avg", "sum", "pnorm"), "pnorm": d.number(1, 3), **d.some(0.2, collapse_dimensions=False)},
        {"type": "dense", "n_out": width(d), **own(d)},
        {"type": "space_to_depth", "block_size": 2, **plain},
        {"type": "space_to_batch", "blocks": [1, 1], **plain} if d.chance(0.3) else {"type": "convolution", "n_out": width(d), **windows},
        {"type": "local_response_normalization", "n": d.of(3, 5), "alpha": d.of(1e-2, 0.1), **plain},
    ]  # fmt: skip
    if not last:
        some += [
            {"type": "prelu", **own(d)},
            {"type": "locally_connected2d", "n_out": width(d), "kernel_size": two(1, 3), "convolution_mode": d.of("same", "truncate"), **d.some(0.3, has_bias=False, stride=lambda: two(1, 2))},
            {"type": "primary_capsules", "capsule_dimensions": d.number(2, 4), "channels": 2, "kernel_size": 3, "stride": d.number(1, 2), **d.some(0.3, use_relu=True, has_bias=False)},
            {"type": "frozen", "layer": {"type": "convolution", "n_out": width(d), **windows}},
            {"type": "lstm", "n_out": width(d)},
        ]  # fmt: skip
    return d.of(*some)


def for_volumes(d: Dice, shape: Convolutional3D, format: str) -> Spec:
    three: Callable[[int, int], list[int]] = lambda low, high: [d.number(low, high) for _ in range(3)]  # noqa: E731
    order = {"data_format": "ndhwc"} if format == "NDHWC" else {}
    window = {"kernel_size": three(1, 2), "stride": three(1, 2), "convolution_mode": d.of("same", "truncate"), **order}
    if order:
        return d.of({"type": "convolution3d", "n_out": width(d), **window, **own(d)}, {"type": "subsampling3d", **window},
                    {"type": "dense", "n_out": width(d), **own(d)})  # fmt: skip
    return d.of(
        {"type": "convolution3d", "n_out": width(d), **window, **own(d), **d.some(0.2, dilation=2, padding=1, has_bias=False)},
        {"type": "deconvolution3d", "n_out": width(d), **window, **own(d)},
        {"type": "subsampling3d", "pooling_type": d.of("max", "avg"), **window},
        {"type": "upsampling3d", "size": three(1, 2)},
        {"type": "zero_padding3d", "padding": three(0, 1) + three(0, 1)},
        {"type": "cropping3d", "cropping": three(0, 1) + three(0, 1)},
        {"type": "activation", "activation": d.activation()},
        {"type": "global_pooling", "pooling_type": d.of("max", "avg", "sum", "pnorm"), "pnorm": 2},
        {"type": "dense", "n_out": width(d), **own(d)},
    )  # fmt: skip


DRAWS: dict[type, Callable[..., Spec]] = {
    FeedForward: for_rows,
    ConvolutionalFlat: for_images,
    Recurrent: for_sequences,
    Convolutional: for_images,
    Convolutional3D: for_volumes,
}


def after_capsules(d: Dice) -> Spec:
    """Capsules are sequences in shape only."""
    return d.of({"type": "capsule", "capsules": 3, "capsule_dimensions": d.number(2, 4), **d.some(0.5, has_bias=True)},
                {"type": "capsule_strength"})  # fmt: skip


def drawn(d: Dice, shape: Shape, format: str, before: str | None) -> Spec:
    """A layer for an output of that shape."""
    if before in ("primary_capsules", "capsule"):
        return after_capsules(d)
    return DRAWS[type(shape)](d, shape, format)


def loss(d: Dice, n: int) -> Spec:
    """Activation and loss that go together."""
    return d.of(
        {"loss": "mcxent", "activation": "softmax"}, {"loss": "mcxent", "activation": "softmax"},
        {"loss": "negativeloglikelihood", "activation": "softmax"}, {"loss": "mse", "activation": d.of("identity", "tanh", "softmax")},
        {"loss": "xent", "activation": "sigmoid"}, {"loss": "mae", "activation": "identity"}, {"loss": "l2", "activation": "tanh"},
        {"loss": "l1", "activation": "identity"}, {"loss": "kld", "activation": "softmax"}, {"loss": "poisson", "activation": "softplus"},
        {"loss": "msle", "activation": "sigmoid"}, {"loss": "mape", "activation": "identity"}, {"loss": "hinge", "activation": "tanh"},
        {"loss": "squared_hinge", "activation": "identity"}, {"loss": "cosine_proximity", "activation": "tanh"},
        {"loss": "wasserstein", "activation": "identity"}, {"loss": "multi_label", "activation": "sigmoid"}, {"loss": "xent", "activation": "softmax"}, {"loss": "mcxent", "activation": "sigmoid"},
        {"loss": {"type": "mixture_density", "mixtures": 1, "label_width": n - 2}, "activation": "identity"} if n > 2 else {"loss": "l2", "activation": "identity"},
        {"loss": {"type": d.of("mse", "xent"), "weights": [round(0.5 + 0.3 * i, 2) for i in range(n)]}, "activation": "sigmoid"}, {"loss": "sparse_mcxent", "activation": "softmax"},
        {"loss": {"type": "mcxent", "weights": [round(0.5 + 0.3 * i, 2) for i in range(n)]}, "activation": "softmax"},
        {"loss": {"type": "fmeasure", "beta": 0.7}, "activation": "softmax"} if n == 2 else {"loss": "mse", "activation": "sigmoid"},
    )  # fmt: skip


def ending(d: Dice, shape: Shape, format: str) -> Spec:
    """A layer with a score for an output of that shape."""
    n = d.number(2, 4)
    rows = {"type": "output", "n_out": n, **loss(d, n), **d.some(0.15, has_bias=False)}
    if isinstance(shape, FeedForward):
        center = {"type": "center_loss_output", "n_out": n, "loss": "mcxent", "activation": "softmax"}
        if shape.time_format:
            return {"type": "rnn_output", "n_out": n, **loss(d, n)}
        return d.of(rows, rows, rows, rows, center, {"type": "loss", **loss(d, shape.size)} if shape.size > 1 else rows)
    if isinstance(shape, Recurrent):
        order = {"rnn_data_format": "nwc"} if format == "NWC" else {}
        end = {"type": "rnn_output", "n_out": n, **loss(d, n), **order}
        return d.of(end, end, {"type": "rnn_loss", **loss(d, shape.size), **order})
    if isinstance(shape, Convolutional) and d.chance(0.4):
        order = {"format": "nhwc"} if format == "NHWC" else {}
        return {"type": "cnn_loss", **loss(d, shape.channels), **order}
    if isinstance(shape, Convolutional3D) and d.chance(0.4):
        return {
            "type": "cnn3d_loss",
            **loss(d, shape.channels),
            **({"data_format": "ndhwc"} if format == "NDHWC" else {}),
        }
    return rows


def given(d: Dice) -> Spec:
    """What a network is fed."""
    return d.of(
        {"type": "feed_forward", "size": width(d)},
        {"type": "recurrent", "size": width(d), "time": d.number(3, 7), **d.some(0.15, format="nwc")},
        {"type": "recurrent", "size": width(d), "time": d.number(3, 7)},
        {"type": "convolutional", "channels": d.number(1, 3), "height": d.number(3, 8), "width": d.number(3, 8), **d.some(0.25, format="nhwc")},
        {"type": "convolutional", "channels": d.number(1, 3), "height": d.number(3, 8), "width": d.number(3, 8)},
        {"type": "convolutional_3d", "channels": d.number(1, 2), "depth": d.number(3, 4), "height": d.number(3, 5), "width": d.number(3, 5), **d.some(0.1, format="ndhwc")},
        {"type": "convolutional_flat", "channels": d.number(1, 2), "height": d.number(3, 6), "width": d.number(3, 6)},
    )  # fmt: skip
