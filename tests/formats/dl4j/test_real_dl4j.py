"""Zips that dl4py writes, loaded, run and trained by real Deeplearning4j 1.0.0-M2.1 (Java 11 or later and Maven)."""

import numpy as np
import pytest

from dl4py.formats.dl4j.model import load
from dl4py.network import Network, NetworkConfig

pytestmark = pytest.mark.java


def chain(*layers, size=4, **keys):
    end = [] if layers and layers[-1].get("type") in ("output", "loss") else [{"type": "output", "n_out": 3}]
    defaults = {"activation": "tanh", "updater": {"type": "adam", "learning_rate": 0.01}, **keys}
    return {"input": size, "seed": 4, "defaults": defaults, "layers": [*layers, *end]}


def graph(*vertices, inputs=("a", "b"), **keys):
    dense = [{"name": f"d{n}", "type": "dense", "n_out": 5, "inputs": n} for n in inputs]
    return {
        "inputs": dict.fromkeys(inputs, 4),
        "seed": 4,
        "defaults": {"activation": "tanh", "updater": {"type": "rms_prop", "learning_rate": 0.01}, **keys},
        "vertices": [*dense, *vertices, {"name": "out", "type": "output", "n_out": 3}],
    }


DENSE = {"type": "dense", "n_out": 5}
IMAGES = {"type": "convolutional", "channels": 2, "height": 6, "width": 7}
SEQUENCES = {"type": "recurrent", "size": 3, "time": 7}
VOLUMES = {"type": "convolutional_3d", "channels": 2, "depth": 4, "height": 5, "width": 4}
SPECS = {
    "dense": chain(DENSE, {"type": "dense", "n_out": 4, "has_layer_norm": True, "activation": "elu"}),
    "batch-normalization": chain({"type": "batch_normalization"}, DENSE),
    "batch-normalization-var": chain({"type": "batch_normalization", "use_log_std": False}, DENSE),
    "prelu-multiplication-activation": chain(
        DENSE, {"type": "prelu"}, {"type": "element_wise_multiplication", "n_out": 5}, {"type": "activation", "activation": "swish"}
    ),
    "auto-encoder": chain({"type": "auto_encoder", "n_out": 5}),
    "embedding": chain({"type": "embedding", "n_in": 9, "n_out": 5, "has_bias": True}, size=1),
    "frozen": chain({"type": "frozen", "layer": DENSE}, DENSE),
    "frozen-with-backprop": chain(DENSE, {"type": "frozen_with_backprop", "underlying": DENSE}),
    "loss": chain(DENSE, {"type": "dense", "n_out": 3, "activation": "identity"}, {"type": "loss", "activation": "softmax"}),
    "penalties": chain(DENSE, l1=1e-3, l2=1e-3, l1_bias=1e-3, weight_decay=1e-3),
    "constraints": chain(DENSE, constraints=[{"type": "max_norm", "max_norm": 0.5, "dimensions": [1]}]),
    "clipping": chain(DENSE, gradient_normalization="clip_l2_per_layer", gradient_normalization_threshold=0.1),
    "schedule": chain(DENSE, updater={"type": "nesterovs", "learning_rate": {"type": "step", "initial_value": 0.1, "decay_rate": 0.5, "step": 2}}),
    "schedule-ada-grad": chain(DENSE, updater={"type": "ada_grad", "learning_rate": {"type": "step", "initial_value": 0.1, "decay_rate": 0.5, "step": 2}}),
    "bias-updater": chain(DENSE, DENSE, bias_updater={"type": "ada_grad", "learning_rate": 0.05}),
    "initializers": chain(
        {**DENSE, "weight_init": "relu_uniform"},
        {**DENSE, "weight_init": {"type": "distribution", "distribution": {"type": "normal", "std": 0.3}}},
        {**DENSE, "weight_init": {"type": "var_scaling_normal_fan_avg"}},
    ),
    "merge": graph({"name": "v", "type": "merge", "inputs": ["da", "db"]}),
    "element-wise": graph({"name": "v", "type": "element_wise", "op": "product", "inputs": ["da", "db"]}),
    "subset-scale-shift": graph(
        {"name": "s", "type": "subset", "from": 1, "to": 3, "inputs": "da"},
        {"name": "t", "type": "scale", "scale_factor": 1.5},
        {"name": "v", "type": "shift", "shift_factor": -0.2}, inputs=("a",),
    ),
    "l2": graph({"name": "v", "type": "l2", "inputs": ["da", "db"]}),
    "l2-normalize": graph({"name": "v", "type": "l2_normalize", "inputs": "da"}, inputs=("a",)),
    "implicit-merge": graph({"name": "v", "type": "dense", "n_out": 4, "inputs": ["da", "db"]}),
    "stack-unstack": graph(
        {"name": "s", "type": "stack", "inputs": ["da", "db"]}, {**DENSE, "name": "both"},
        {"name": "u", "type": "unstack", "from": 0, "stack_size": 2}, {"name": "w", "type": "unstack", "from": 1, "stack_size": 2, "inputs": "both"},
        {"name": "v", "type": "element_wise", "op": "add", "inputs": ["u", "w"]},
    ),
    "convolution": chain(
        {"type": "convolution", "n_out": 3, "kernel_size": [3, 2], "stride": [2, 1], "padding": [1, 0]},
        {"type": "convolution", "n_out": 2, "kernel_size": 2, "convolution_mode": "same", "has_bias": False}, size=IMAGES,
    ),
    "convolution-nhwc": chain(
        {"type": "convolution", "n_out": 3, "kernel_size": 3, "dilation": [1, 2], "convolution_mode": "strict"},
        {"type": "deconvolution2d", "n_out": 2, "kernel_size": 2, "stride": 2}, size={**IMAGES, "format": "nhwc"},
    ),
    "convolution1d": chain(
        {"type": "convolution1d", "n_out": 4, "kernel_size": 3, "dilation": 2, "convolution_mode": "causal"},
        {"type": "convolution1d", "n_out": 5, "kernel_size": 2, "stride": 2},
        {"type": "global_pooling", "pooling_type": "avg"}, size={"type": "recurrent", "size": 3, "time": 7},
    ),
    "convolution3d": chain(
        {"type": "convolution3d", "n_out": 3, "kernel_size": [1, 2, 3], "stride": [1, 2, 1]},
        {"type": "deconvolution3d", "n_out": 2, "stride": [2, 1, 2]}, size=VOLUMES,
    ),
    "convolution3d-same": chain({"type": "convolution3d", "n_out": 3, "stride": 2, "convolution_mode": "same"}, size=VOLUMES),
    "deconvolution": chain(
        {"type": "deconvolution2d", "n_out": 3, "kernel_size": [3, 2], "stride": [2, 3], "padding": [1, 0], "dilation": [1, 2]},
        {"type": "convolution", "n_out": 2, "kernel_size": 3, "stride": 2}, size=IMAGES,
    ),
    "deconvolution-same": chain({"type": "deconvolution2d", "n_out": 3, "kernel_size": 4, "stride": 2, "convolution_mode": "same"}, size=IMAGES),
    "depthwise": chain(
        {"type": "depthwise_convolution2d", "depth_multiplier": 2, "kernel_size": [3, 2], "padding": 1},
        {"type": "depthwise_convolution2d", "kernel_size": 3, "stride": 2, "convolution_mode": "same"}, size=IMAGES,
    ),
    "separable": chain(
        {"type": "separable_convolution2d", "n_out": 4, "depth_multiplier": 2, "kernel_size": [3, 2], "stride": [1, 2]},
        {"type": "separable_convolution2d", "n_out": 3, "kernel_size": 2, "convolution_mode": "same"}, size=IMAGES,
    ),
    "self-attention": chain(
        {"type": "self_attention", "n_out": 6, "n_heads": 2, "project_input": True},
        {"type": "self_attention", "n_out": 5, "n_heads": 2, "head_size": 3, "project_input": True, "l2": 1e-3},
        {"type": "self_attention"}, {"type": "global_pooling"}, size=SEQUENCES,
    ),
    "recurrent-attention": chain(
        {"type": "recurrent_attention", "n_out": 4, "n_heads": 2, "activation": "softsign", "weight_init": "relu_uniform"},
        {"type": "recurrent_attention", "project_input": False, "has_bias": False},
        {"type": "global_pooling", "pooling_type": "avg"}, size=SEQUENCES,
    ),
    "attention-vertex": {
        "inputs": {"a": SEQUENCES, "b": {**SEQUENCES, "time": 6}}, "seed": 4,
        "defaults": {"updater": {"type": "adam", "learning_rate": 0.01}, "l1": 1e-3},
        "vertices": [
            {"name": "v", "type": "attention", "n_out": 6, "n_heads": 2, "project_input": True, "inputs": ["a", "b", "b"]},
            {"name": "w", "type": "attention", "inputs": ["v", "v", "v"]},
            {"name": "p", "type": "global_pooling"}, {"name": "out", "type": "output", "n_out": 3},
        ],
    },
    "locally-connected1d": chain(
        {"type": "locally_connected1d", "n_out": 4, "kernel_size": 3, "stride": 2},
        {"type": "locally_connected1d", "n_out": 3, "convolution_mode": "truncate", "has_bias": False, "activation": "sigmoid"},
        {"type": "global_pooling"}, size=SEQUENCES,
    ),
    "locally-connected2d": chain(
        {"type": "locally_connected2d", "n_out": 3, "kernel_size": [2, 3], "convolution_mode": "truncate", "padding": [1, 0]},
        {"type": "locally_connected2d", "n_out": 2, "kernel_size": 3, "stride": [2, 1]}, size=IMAGES,
    ),
    "locally-connected2d-nhwc": chain({"type": "locally_connected2d", "n_out": 3}, size={**IMAGES, "format": "nhwc"}),
    "locally-connected2d-dilated": chain({"type": "locally_connected2d", "n_out": 3, "kernel_size": 3, "dilation": 2}, size=IMAGES),
    "capsules": chain(
        {"type": "primary_capsules", "capsule_dimensions": 3, "channels": 2, "kernel_size": 3, "stride": [1, 2], "use_relu": True, "leak": 0.1},
        {"type": "capsule", "capsules": 4, "capsule_dimensions": 3, "has_bias": True},
        {"type": "capsule_strength"}, size=IMAGES,
    ),
    "time-series-vertices": {
        "inputs": {"a": SEQUENCES, "b": 4}, "seed": 4, "defaults": {"activation": "tanh", "updater": {"type": "adam", "learning_rate": 0.01}},
        "vertices": [
            {"name": "d", "type": "duplicate_to_time_series", "input_name": "a", "inputs": "b"},
            {"name": "m", "type": "merge", "inputs": ["a", "d"]}, {"name": "l", "type": "lstm", "n_out": 4},
            {"name": "r", "type": "reverse_time_series", "mask_array_input_name": "a"},
            {"name": "s", "type": "stack", "inputs": ["l", "r"]}, {"name": "k", "type": "lstm", "n_out": 4},
            {"name": "u", "type": "unstack", "from": 0, "stack_size": 2}, {"name": "w", "type": "unstack", "from": 1, "stack_size": 2, "inputs": "k"},
            {"name": "e", "type": "element_wise", "op": "max", "inputs": ["u", "w"]}, {"name": "f", "type": "subset", "from": 1, "to": 2},
            {"name": "z", "type": "last_time_step_vertex", "mask_array_input_name": "a"}, {"name": "out", "type": "output", "n_out": 3},
        ],
    },
    "image-vertices": {
        "inputs": {"a": IMAGES}, "seed": 4, "defaults": {"activation": "tanh", "updater": {"type": "adam", "learning_rate": 0.01}},
        "vertices": [
            {"name": "c", "type": "convolution", "n_out": 4, "kernel_size": 2, "inputs": "a"}, {"name": "s", "type": "subset", "from": 1, "to": 3},
            {"name": "f", "type": "frozen_vertex", "underlying": {"type": "scale", "scale_factor": 1.5}},
            {"name": "t", "type": "element_wise", "op": "subtract", "inputs": ["s", "f"]}, {"name": "n", "type": "l2_normalize"},
            {"name": "m", "type": "merge", "inputs": ["n", "c"]}, {"name": "r", "type": "reshape", "new_shape": [-1, 14, 5, 3]},
            {"name": "v", "type": "convolution", "n_out": 3, "kernel_size": 2}, {"name": "out", "type": "output", "n_out": 3},
        ],
    },
    "pool-helper-l2": {
        "inputs": {"a": {**IMAGES, "height": 7}}, "seed": 4, "defaults": {"activation": "tanh", "updater": {"type": "adam", "learning_rate": 0.01}},
        "vertices": [
            {"name": "c", "type": "convolution", "n_out": 4, "kernel_size": 2, "inputs": "a"}, {"name": "p", "type": "pool_helper"},
            {"name": "q", "type": "convolution", "n_out": 4, "kernel_size": 2, "inputs": "p"}, {"name": "k", "type": "convolution", "n_out": 4, "kernel_size": 2, "inputs": "p"},
            {"name": "l", "type": "l2", "inputs": ["q", "k"]}, {"name": "g", "type": "global_pooling", "inputs": "q"},
            {"name": "m", "type": "merge", "inputs": ["l", "g"]}, {"name": "out", "type": "output", "n_out": 3},
        ],
    },
    "merge-nhwc": {
        "inputs": {"a": {**IMAGES, "format": "nhwc"}}, "seed": 4, "defaults": {"updater": {"type": "adam", "learning_rate": 0.01}},
        "vertices": [
            {"name": "c", "type": "convolution", "n_out": 4, "kernel_size": 2, "inputs": "a"}, {"name": "d", "type": "convolution", "n_out": 2, "kernel_size": 2, "inputs": "a"},
            {"name": "m", "type": "merge", "inputs": ["c", "d"]}, {"name": "out", "type": "output", "n_out": 3},
        ],
    },
    "merge-nwc": {
        "inputs": {"a": {**SEQUENCES, "format": "nwc"}}, "seed": 4, "defaults": {"updater": {"type": "adam", "learning_rate": 0.01}},
        "vertices": [
            {"name": "c", "type": "lstm", "n_out": 4, "rnn_data_format": "nwc", "inputs": "a"}, {"name": "m", "type": "merge", "inputs": ["a", "c"]},
            {"name": "d", "type": "dense", "n_out": 4},
            {"name": "l", "type": "last_time_step", "underlying": {"type": "lstm", "n_out": 4, "rnn_data_format": "nwc"}}, {"name": "out", "type": "output", "n_out": 3},
        ],
    },
    "rows-images-steps": chain(
        {"type": "convolution", "n_out": 3, "kernel_size": 2, "preprocessor": {"type": "rnn_to_cnn", "input_height": 3, "input_width": 2, "num_channels": 2}},
        {"type": "lstm", "n_out": 4}, DENSE, {"type": "lstm", "n_out": 4}, {"type": "global_pooling"},
        {"type": "dense", "n_out": 12}, {"type": "convolution", "n_out": 2, "kernel_size": 2, "preprocessor": {"type": "feed_forward_to_cnn", "input_height": 2, "input_width": 3, "num_channels": 2}},
        size={"type": "recurrent", "size": 12, "time": 5},
    ),
    "rows-volumes": chain(
        {"type": "dense", "n_out": 24},
        {"type": "convolution3d", "n_out": 3, "kernel_size": [1, 2, 1], "preprocessor": {"type": "feed_forward_to_cnn_3d", "input_depth": 2, "input_height": 3, "input_width": 2, "num_channels": 2}},
    ),
    "reshape-permute": chain(
        {"type": "dense", "n_out": 12}, {"type": "lstm", "n_out": 4, "preprocessor": {"type": "reshape", "input_shape": [12], "target_shape": [4, 3], "format": "ncw"}},
        {"type": "lstm", "n_out": 5, "preprocessor": {"type": "composable", "input_pre_processors": [
            {"type": "permute", "permutation_indices": [2, 1]}, {"type": "reshape", "input_shape": [3, 4], "target_shape": [2, 6], "format": "ncw"},
        ]}},
        {"type": "dense", "n_out": 3, "preprocessor": {"type": "keras_flatten_rnn", "depth": 5, "ts_length": 6}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPECS)
def test_dl4j_predicts_the_same_and_trains_on_in_step(name, oracle, tmp_path):
    network = Network(NetworkConfig.model_validate({**SPECS[name], "compatibility": "dl4j"}))
    g = np.random.default_rng(1)
    if name == "embedding":
        x = [g.integers(0, 9, (8, 1)).astype("f")]
    else:
        x = [g.normal(size=(8, *shape.array)).astype("f") for shape in network.graph.shapes]
    y = np.eye(3, dtype="f")[g.integers(0, 3, 8)]
    for _ in range(3):  # a trained network, with updater state and counters
        network.fit(x, y)
    network.end_epoch()
    network.save(tmp_path / "m.zip")
    for i, array in enumerate(x):
        np.save(tmp_path / f"x{i}.npy", array)
    np.save(tmp_path / "y0.npy", y)
    xs = [str(tmp_path / f"x{i}.npy") for i in range(len(x))]

    info = oracle("info", tmp_path / "m.zip")
    # a restored element-wise multiplication prints W:{5}, a fresh one W:{1,5}
    assert info["summary"].replace("W:{5}, b:{5}  \n", "W:{1,5}, b:{5}\n") == network.summary()
    assert (info["iteration"], info["epoch"]) == (3, 1)
    assert info["updaterStateLength"] == network.updater_state.size
    oracle("predict", tmp_path / "m.zip", "--x", *xs, "--out", tmp_path)
    theirs = np.load(tmp_path / "out0.npy")
    assert np.abs(theirs - network.output(x)).max() < 1e-5

    answer = oracle("fit", tmp_path / "m.zip", "--x", *xs, "--y", tmp_path / "y0.npy", "--batch", 4, "--epochs", 3,
                    "--out", tmp_path, "--save", tmp_path / "t.zip")  # fmt: skip
    scores = []
    for _ in range(3):
        scores += [network.fit([a[rows] for a in x], y[rows]) for rows in (slice(0, 4), slice(4, 8))]
    assert np.allclose(scores, answer["scores"], rtol=1e-4, atol=1e-5)
    trained = load(tmp_path / "t.zip")
    assert trained.iteration == network.iteration
    assert np.abs(trained.params - network.params).max() < 1e-4 * max(1.0, np.abs(network.params).max())


def test_dl4j_reads_a_normalizer_beside_the_model(oracle, tmp_path):
    from dl4py.data import Dataset
    from dl4py.data.normalizers.standardize import Standardize

    network = Network(NetworkConfig.model_validate(chain(DENSE)))
    network.normalizer = Standardize().fit(
        Dataset.from_arrays(np.random.default_rng(0).normal(size=(9, 4)).astype("f"))
    )
    network.save(tmp_path / "m.zip")
    assert oracle("info", tmp_path / "m.zip")["numParams"] == network.params.size
