"""Each of DL4J's quirks in the smallest network that meets it: alone it changes what it should and nothing else.

`exact` is held against central differences here; that `dl4j` is DL4J is known from recorded runs of DL4J, from the
tests that are named beside a quirk, and from DL4J itself (marked `java`).
"""

import ast
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from contract import assert_close

from dl4py.compatibility import QUIRKS, Compatibility
from dl4py.network import Network, NetworkConfig

HERE = Path(__file__).parent
IMAGES = {"type": "convolutional", "channels": 2, "height": 6, "width": 7}
STEPS = {"type": "recurrent", "size": 3, "time": 6}
DENSE = {"type": "dense", "n_out": 5, "activation": "tanh"}
LSTM = {"type": "lstm", "n_out": 4, "activation": "tanh"}
OUT = {"type": "output", "n_out": 3}
POOL = {"type": "global_pooling", "pooling_type": "avg"}
LENGTHS = np.array([6, 4, 2, 5])  # steps of each example
MASK = (np.arange(6) < LENGTHS[:, None]).astype("f")
HOLES = np.array([[1, 0, 1, 1, 0, 1], [0, 1, 1, 0, 1, 0], [1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 1, 1]], "f")
HIGH = MASK[:, None, :, None]  # rows of images
ROWS = np.array([1, 1, 0, 1], "f")[:, None]
PLACES = np.array([[1, 0, 1], [1, 1, 1], [0, 1, 1], [1, 1, 0]], "f")
OUTPUT, SCORE, GRADIENT, LATER, FIRST = "output", "score", "gradient", "steps", "first values"
FORWARD = {OUTPUT, SCORE, GRADIENT, LATER}
SLOPE = {GRADIENT, LATER}


@dataclass
class Met:
    """A network that meets a quirk, what the quirk changes there, and where it is known that DL4J has it."""

    layers: list
    changes: set
    known: tuple = ()  # recorded runs in golden/dl4j, or files and names of tests
    given: object = 4
    x: object = None  # how inputs are changed
    y: object = None
    masks: dict = field(default_factory=dict)
    config: dict = field(default_factory=dict)
    slope: bool = True  # the gradient is the slope of the score
    penalty: dict = field(default_factory=dict)  # half the squares of weights in the score, by layer
    asked: bool = True  # DL4J itself can be asked, for nothing is drawn
    beside: int | None = None  # a quirk without which this one is not met

    def network(self, mode="exact", **changes):
        spec = {"seed": 5, "input": self.given, "layers": self.layers} if self.layers else {"seed": 5}
        return Network(NetworkConfig.model_validate({**spec, **self.config, "compatibility": mode, **changes}))

    def batch(self, net):
        g = np.random.default_rng(7)
        x = np.float32(g.normal(size=(4, *net.graph.shapes[0].array)))
        x = x if self.x is None else np.float32(self.x(x))
        like = net.output(x)
        y = np.moveaxis(np.eye(like.shape[1])[g.integers(0, like.shape[1], like[:, 0].shape)], -1, 1)
        return x, np.float32(y if self.y is None else self.y(y))


def chain(*layers, changes, known=(), **keys):
    mine = {name: keys.pop(name) for name in ("given", "x", "y", "masks", "slope", "asked", "penalty") if name in keys}
    end = () if "loss" in layers[-1]["type"] or "output" in layers[-1]["type"] else (OUT,)
    return Met([*layers, *end], changes, known if isinstance(known, tuple) else (known,), config=keys, **mine)


def defaults(**keys):
    return {"updater": {"type": "sgd", "learning_rate": 0.1}, **keys}


SGD = defaults()
SHORT = {
    "inputs": {"in": 4},
    "vertices": [{"name": "d", **DENSE, "inputs": "in"}, {"name": "n", "type": "l2_normalize"}, {"name": "out", **OUT}],
}
GRAPH = {
    "inputs": {"in": STEPS},
    "vertices": [
        {"name": "l", **LSTM, "n_out": 3, "inputs": "in"},
        {"name": "out", "type": "rnn_loss", "activation": "softmax"},
    ],
}
ATTENTION = [
    {"name": "a", "type": "attention", "n_out": 4, "project_input": True, "inputs": ["in", "in", "in"]},
    {"name": "p", **POOL},
]
CLIPPED = {"gradient_normalization": "clip_element_wise_absolute_value", "gradient_normalization_threshold": 1e-3}
CLIPPING = {"inputs": {"in": STEPS}, "defaults": CLIPPED, "vertices": [*ATTENTION, {"name": "out", **OUT}]}
ALONE = {"inputs": {"in": STEPS}, "vertices": [*ATTENTION, {"name": "out", "type": "loss", "loss": "mse"}]}
LAST = {"type": "recurrent", "size": 6, "time": 6, "format": "nwc"}
REVERSED = {
    "inputs": {"in": LAST},
    "vertices": [
        {"name": "r", "type": "reverse_time_series", "inputs": "in"},
        {"name": "l", "type": "last_time_step", "underlying": {**LSTM, "rnn_data_format": "nwc"}},
        {"name": "out", **OUT},
    ],
}
CAUSAL = {"type": "convolution1d", "n_out": 4, "kernel_size": 3, "stride": 2, "convolution_mode": "causal"}
DEPTHWISE = {"type": "depthwise_convolution2d", "depth_multiplier": 2, "kernel_size": 2, "bias_init": 0.3}
NHWC = {**IMAGES, "format": "nhwc"}

ROUNDED = (32, 65)  # met in single precision only
CASES = {
    1: chain(
        DENSE, changes={LATER}, known="schedule-poly",
        defaults=defaults(updater={"type": "sgd", "learning_rate": {"type": "poly", "initial_value": 0.1, "power": 2, "max_iter": 9}}),
    ),
    2: chain(
        {**DENSE, "weight_init": "lecun_uniform"}, {**DENSE, "weight_init": "var_scaling_uniform_fan_avg"},
        changes={FIRST, *FORWARD}, asked=False,
        known=("initializers/test_lecun_uniform.py::test_dl4j_has_a_wider_bound", "initializers/test_var_scaling_uniform.py::test_dl4j_has_a_wider_bound"),
    ),
    3: chain({**DENSE, "activation": "rrelu"}, changes={OUTPUT}, known="activation-rrelu", asked=False),
    4: chain({**DENSE, "activation": {"type": "gelu", "precise": True}}, changes=FORWARD, known="activation-gelu-precise"),
    6: chain(
        {**DENSE, "weight_noise": {"type": "drop_connect", "weight_retain_prob": 0.6, "apply_to_biases": True}, "bias_init": 0.5},
        changes=FORWARD, asked=False,
        known=(
            "weight_noise/test_drop_connect.py::test_kept_weights_are_scaled_except_in_dl4j",
            "weight_noise/test_drop_connect.py::test_dl4j_leaks_bias_noise_into_inference",
            "weight_noise/test_weight_noise.py::test_dl4j_leaks_bias_noise_into_inference",
        ),
    ),
    7: chain(
        DENSE, changes={LATER}, known=("constraint-min-max-norm", "constraints/test_min_max_norm.py::test_dl4j_mixes_norms_and_ratios"),
        defaults=defaults(constraints=[{"type": "min_max_norm", "min": 0.2, "max": 0.6, "rate": 0.3, "dimensions": [0]}]),
    ),
    12: chain(DENSE, {"type": "center_loss_output", "n_out": 3, "lambda": 0.3}, changes={LATER}, known="center-loss"),
    15: chain(
        LSTM, {"type": "rnn_output", "n_out": 3}, changes={LATER}, known=("tbptt-4", "tbptt-5", "tbptt-forward-6-back-3"), given=STEPS,
        slope=False, backprop_type="truncated_bptt", tbptt_fwd_length=3, tbptt_back_length=2,
    ),
    16: chain(
        {"type": "self_attention", "n_out": 4, "n_heads": 2, "project_input": True}, POOL, changes=SLOPE,
        known=("self-attention", "recurrent-attention", "vertex-attention", "capsule", "locally-connected-2d"), given=STEPS,
    ),
    17: chain(LSTM, {"type": "rnn_output", "n_out": 3}, changes=FORWARD, known=("lstm-mask", "time-distributed", "mask-zero"), given=STEPS, masks={"mask": MASK}),
    22: chain(
        DENSE, changes={LATER}, known="network/test_update.py::test_dl4j_constrains_twice",
        defaults=defaults(constraints=[{"type": "max_norm", "max_norm": 0.5, "epsilon": 0.05, "dimensions": [0]}]),
    ),
    23: chain({**DENSE, "activation": {"type": "elu", "alpha": 0.5}}, changes=SLOPE, known="activation-elu-0.5"),
    24: chain(
        DENSE, {**DENSE, "has_layer_norm": True}, changes=SLOPE, x=lambda x: x * ROWS, slope=False,
        known="dense-layer-norm", defaults=SGD,
    ),
    25: chain(DENSE, changes={SCORE, LATER}, known="weight-decay", penalty={"layer0": 0.05, "layer1": 0.05}, defaults=defaults(weight_decay=0.05)),
    26: chain(DENSE, {"type": "frozen_with_backprop", "underlying": DENSE}, changes={LATER}, known="frozen-with-backprop", penalty={"layer0": 0.3, "layer2": 0.3}, defaults=defaults(l2=0.3)),
    27: chain(
        DENSE, {"type": "frozen", "layer": DENSE}, changes={LATER}, slope=False, defaults=defaults(l2=0.3),
        known="layers/test_frozen.py::test_dl4j_leaves_the_previous_update_below_a_frozen_layer",
    ),
    29: chain(DENSE, changes={LATER}, known=("conjugate-gradient", "lbfgs"), optimization_algo="lbfgs", defaults=SGD),
    30: chain(
        DENSE, {**OUT, "loss": "mse", "activation": "softmax"}, changes={SCORE, *SLOPE}, masks={"label_mask": PLACES},
        known=("label-mask-per-output", "label-mask-per-output-softmax-mse"),
    ),
    31: chain(DENSE, {**OUT, "loss": "xent", "activation": "softmax"}, changes={SCORE}, known="loss-xent-softmax"),
    32: chain(DENSE, changes={LATER}, known="updater-nadam", defaults=defaults(updater={"type": "nadam", "learning_rate": 0.1})),
    34: chain(DENSE, changes=SLOPE, known="loss-mcxent-labels-of-any-sum", y=lambda y: 0.3 * y + 0.4),
    35: chain(
        DENSE, {**OUT, "loss": "wasserstein", "activation": "softmax"}, changes=SLOPE, masks={"label_mask": PLACES},
        known="label-mask-per-output-softmax-wasserstein",
    ),
    36: chain(
        DENSE, changes={LATER}, defaults=defaults(updater={"type": "adam", "learning_rate": 0.0, "epsilon": 1e-3}),
        known=("updaters/test_adam.py::test_dl4j_goes_on_by_epsilon_where_the_rate_is_0", "updaters/test_ams_grad.py::test_dl4j_goes_on_by_epsilon_where_the_rate_is_0"),
    ),
    38: chain(LSTM, {"type": "last_time_step", "underlying": LSTM}, changes=SLOPE, known="last-time-step-mask", given=STEPS, masks={"mask": HOLES}),
    39: chain({"type": "locally_connected2d", "n_out": 3, "kernel_size": 2, "dilation": 2}, changes=FORWARD, given=IMAGES),
    40: chain({"type": "self_attention", "l2": 0.3, "n_out": 4, "project_input": True}, POOL, changes={SCORE}, given=STEPS, penalty={"layer0": 0.3}),
    41: chain(DENSE, {"type": "ocnn_output", "hidden_size": 3, "nu": 0.5}, changes=SLOPE, y=lambda y: y * 0 + 1),
    42: chain(POOL, changes=FORWARD, given=IMAGES, masks={"mask": HIGH}),
    43: chain(
        {"type": "convolution", "n_out": 4, "kernel_size": 2}, {"type": "local_response_normalization", "alpha": 0.5, "n": 3, "beta": 0.9},
        changes=SLOPE, known="lrn", given=IMAGES,
    ),
    44: chain({"type": "convolution", "n_out": 3, "kernel_size": 3}, {"type": "cnn_loss", "activation": "sigmoid", "loss": "mse"}, changes={SCORE}, given=NHWC),
    50: chain({**DENSE, "n_out": 3}, {"type": "loss", "activation": "tanh", "loss": "mse"}, changes={SCORE}, known="loss-layer"),
    51: chain({**DENSE, "n_out": 3}, {"type": "loss", "loss": "mse"}, changes={SCORE}, mini_batch=False, defaults=SGD),
    52: chain(DENSE, {"type": "center_loss_output", "n_out": 3, "lambda": 0.3}, changes={SCORE, *SLOPE}, masks={"label_mask": ROWS}),
    53: chain(DEPTHWISE, changes={LATER}, given=IMAGES, defaults=defaults(bias_updater={"type": "sgd", "learning_rate": 0.7})),
    54: chain(CAUSAL, POOL, changes=FORWARD, given=STEPS, masks={"mask": MASK}),
    55: Met([], {SCORE}, beside=17, masks={"mask": MASK}, config=GRAPH),
    56: chain({"type": "convolution", "n_out": 3, "kernel_size": 2, "activation": "softmax"}, changes=FORWARD, given=IMAGES),
    57: chain(
        {"type": "separable_convolution2d", "n_out": 2, "depth_multiplier": 2, "kernel_size": 2}, changes=FORWARD, given={**IMAGES, "channels": 1},
    ),
    58: chain({**DENSE, "activation": "identity"}, {**OUT, "loss": "cosine_proximity", "activation": "identity"}, changes=SLOPE, x=lambda x: 1e-3 * x),
    60: Met([], SLOPE, ("vertices/test_l2_normalize.py::test_dl4j_bounds_the_third_power_of_short_lengths",), x=lambda x: 1e-3 * x, config=SHORT),
    61: Met([], {LATER}, config=CLIPPING),
    62: Met([], {LATER}, config=ALONE),
    63: chain(
        {**LSTM, "n_out": 6, "rnn_data_format": "nwc"}, {"type": "rnn_loss", "loss": "mse", "rnn_data_format": "nwc"},
        changes={SCORE}, given=LAST,
    ),
    64: Met([], FORWARD, config=REVERSED),
    65: chain(
        {**DENSE, "activation": "softplus", "bias_init": -9.0}, {"type": "dense", "n_out": 5, "weight_init": {"type": "constant", "value": 1e3}},
        changes={OUTPUT, SCORE}, slope=False,
    ),
    66: chain(
        {"type": "convolution", "n_out": 3, "kernel_size": 3, "activation": "tanh"}, changes={LATER}, given=IMAGES,
        optimization_algo="line_gradient_descent", defaults=SGD,
    ),
}  # fmt: skip


def test_every_quirk_has_its_network():
    assert list(CASES) == sorted(QUIRKS)
    assert all(case.known or case.asked for case in CASES.values())


@pytest.mark.parametrize(("number", "place"), [(n, place) for n, case in CASES.items() for place in case.known])
def test_what_is_said_to_be_known_is_there(number, place):
    name, _, test = place.partition("::")
    if not test:  # a run of DL4J, which test_recorded.py compares with `dl4j` mode
        assert (HERE / "golden" / "dl4j" / name / "arrays.npz").exists()
    else:
        tree = ast.parse((HERE / name).read_text())
        assert test in [thing.name for thing in tree.body if isinstance(thing, ast.FunctionDef)]


def seen(case, net):
    """First values, answers, score, gradient, and the parameters after three steps."""
    x, y = case.batch(net)
    mask = {"mask": case.masks.get("mask")}
    found = {FIRST: net.params.copy(), OUTPUT: net.output(x, **mask), SCORE: net.score(x, y, **case.masks)}
    if case.slope:
        found[GRADIENT] = net.gradient(x, y, **case.masks)
    for _ in range(3):
        net.fit(x, y, **case.masks)
    return found | {LATER: net.params.copy()}


def differ(exact, other):
    assert np.isfinite(exact).all()
    return not np.abs(exact - other).max() <= 1e-7


@pytest.mark.parametrize("number", CASES)
def test_alone_it_changes_what_it_should(number, monkeypatch):
    case = CASES[number]
    kind = "float" if number in ROUNDED else "double"
    monkeypatch.setattr(Compatibility, "has", lambda self, asked: asked == case.beside)
    exact = seen(case, case.network(data_type=kind))
    monkeypatch.setattr(Compatibility, "has", lambda self, asked: asked in (number, case.beside))
    quirky = seen(case, case.network(data_type=kind))
    changed = {name for name in exact if differ(exact[name], quirky[name])}
    assert changed == case.changes & set(exact)


@pytest.mark.parametrize("number", CASES)
def test_both_modes_differ_and_exact_has_the_slope_of_its_score(number):
    case = CASES[number]
    kind = "float" if number in ROUNDED else "double"
    exact, dl4j = (seen(case, case.network(mode, data_type=kind)) for mode in ("exact", "dl4j"))
    changed = {name for name in exact if differ(exact[name], dl4j[name])}
    assert case.changes & set(exact) <= changed
    net = case.network(data_type="double")
    x, y = case.batch(net)
    if not case.slope:
        return
    gradient, rows = net.gradient(x, y, **case.masks), len(x) if net.config.mini_batch else 1
    g = np.random.default_rng(number)
    for slot in net.parameters.slots:
        if slot.param.role != "statistic" and not slot.param.frozen and not slot.param.drifts:
            way = np.zeros(net.params.size)
            way[slot.offset : slot.stop] = g.normal(size=slot.param.size)
            weight = case.penalty.get(slot.node.name, 0.0) if slot.param.role == "weight" else 0.0
            found = gradient @ way + rows * weight * (net.params @ way)
            assert_close(np.array([found]), slope(case, net, way, x, y) * rows, 1e-5, 1e-8)


def slope(case, net, way, x, y):
    """The slope of the score, penalties and all."""
    kept, scores = net.params.copy(), []
    for sign in (1e-6, -1e-6):
        net.params[:] = kept + sign * way
        scores.append(net.score(x, y, **case.masks))
    net.params[:] = kept
    return np.array([(scores[0] - scores[1]) / 2e-6])
