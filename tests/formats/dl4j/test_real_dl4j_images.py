"""Networks on images, sequences and volumes that dl4py writes, with masks, run and trained on by real Deeplearning4j."""

import numpy as np
import pytest

from dl4py.formats.dl4j.model import load
from dl4py.network import Network, NetworkConfig

pytestmark = pytest.mark.java
IMAGES = {"type": "convolutional", "channels": 3, "height": 6, "width": 8}
LAST = {**IMAGES, "format": "nhwc"}
SEQUENCES = {"type": "recurrent", "size": 3, "time": 8}
VOLUMES = {"type": "convolutional_3d", "channels": 2, "depth": 4, "height": 5, "width": 4}
CONVOLUTION = {"type": "convolution", "n_out": 4, "kernel_size": 2}
CONVOLUTION1 = {"type": "convolution1d", "n_out": 4, "kernel_size": 2}
CONVOLUTION3 = {"type": "convolution3d", "n_out": 3, "kernel_size": 2}
SOFTMAX = {"activation": "softmax", "loss": "mcxent"}


def chain(given, *layers, end=True, **keys):
    last = [{"type": "output", "n_out": 3}] if end else []
    defaults = {"activation": "tanh", "updater": {"type": "adam", "learning_rate": 0.01}, "l2": 1e-3}
    return {"input": given, "seed": 4, "defaults": defaults, "layers": [*layers, *last], **keys}


def pool(kind, **keys):
    return {"type": "subsampling", "pooling_type": kind, **keys}


def everything(given):
    return chain(
        given, {"type": "zero_padding", "padding": [1, 0, 2, 1]}, CONVOLUTION, {"type": "local_response_normalization", "alpha": 0.1},
        {"type": "upsampling2d", "size": [2, 1]}, {"type": "cropping2d", "cropping": [1, 1, 1, 1]}, {"type": "batch_normalization"},
        pool("max", kernel_size=[3, 2], stride=[2, 1]), CONVOLUTION, {"type": "global_pooling", "pooling_type": "avg"},
    )  # fmt: skip


SPECS = {
    "everything": everything(IMAGES),
    "everything-nhwc": everything(LAST),
    "space-to-depth": chain(IMAGES, {"type": "space_to_depth"}, CONVOLUTION),
    "space-to-depth-nhwc": chain(LAST, {"type": "space_to_depth"}, CONVOLUTION),
    "pool-max": chain(IMAGES, CONVOLUTION, pool("max", kernel_size=2, stride=1, dilation=2), pool("max", convolution_mode="same", kernel_size=3)),
    "pool-avg": chain(
        IMAGES, CONVOLUTION, pool("avg", kernel_size=[3, 2], padding=1, stride=[1, 2]),
        pool("avg", kernel_size=3, stride=1, padding=1, avg_pool_include_pad_in_divisor=True), pool("avg", kernel_size=2, stride=1, dilation=2, convolution_mode="same"),
    ),
    "pool-pnorm": chain(IMAGES, CONVOLUTION, pool("pnorm", kernel_size=[2, 3], pnorm=3, stride=[2, 1]), pool("pnorm", pnorm=2, kernel_size=2, convolution_mode="same", stride=2)),
    "pool-nhwc": chain(LAST, CONVOLUTION, pool("avg", kernel_size=2), pool("max", kernel_size=2, convolution_mode="same")),
    "pool1d": chain(SEQUENCES, CONVOLUTION1, {"type": "subsampling1d", "kernel_size": 3, "padding": 1, "stride": 2, "pooling_type": "avg"},
                    {"type": "subsampling1d", "kernel_size": 2, "convolution_mode": "same"}, {"type": "global_pooling"}),
    "pool3d": chain(VOLUMES, CONVOLUTION3, {"type": "subsampling3d", "kernel_size": [2, 3, 2], "stride": 1, "pooling_type": "avg"},
                    {"type": "subsampling3d", "kernel_size": 2, "convolution_mode": "truncate"}),
    "resize1d": chain(SEQUENCES, {"type": "zero_padding1d", "padding": [2, 1]}, CONVOLUTION1, {"type": "upsampling1d", "size": 3}, {"type": "cropping1d", "cropping": [1, 2]},
                      {"type": "global_pooling", "pooling_type": "pnorm", "pnorm": 3}),
    "resize3d": chain(VOLUMES, {"type": "zero_padding3d", "padding": [1, 0, 0, 1, 1, 1]}, CONVOLUTION3, {"type": "upsampling3d", "size": [1, 2, 2]},
                      {"type": "cropping3d", "cropping": [1, 0, 2, 1, 1, 1]}, {"type": "global_pooling", "pooling_type": "sum"}),
    **{f"global-{kind}": chain(IMAGES, CONVOLUTION, {"type": "global_pooling", "pooling_type": kind, "pnorm": 3}) for kind in ("max", "avg", "sum", "pnorm")},
    "global-behind-pool": chain(IMAGES, CONVOLUTION, pool("max", kernel_size=[3, 2], stride=1), {"type": "global_pooling", "pooling_type": "avg"}),
    "global-kept": chain(IMAGES, CONVOLUTION, {"type": "global_pooling", "collapse_dimensions": False}, {**CONVOLUTION, "kernel_size": 1}),
    "flat": chain({"type": "convolutional_flat", "channels": 2, "height": 4, "width": 5}, {"type": "batch_normalization", "use_log_std": False}, pool("max", kernel_size=2)),
    "prelu": chain(IMAGES, CONVOLUTION, {"type": "prelu", "weight_init": "normal"}),
    "prelu-nhwc": chain(LAST, CONVOLUTION, {"type": "prelu", "weight_init": "normal"}),
    "cnn-loss": chain(IMAGES, CONVOLUTION, {"type": "cnn_loss", **SOFTMAX}, end=False),
    "cnn-loss-mse": chain(IMAGES, CONVOLUTION, {"type": "cnn_loss", "activation": "tanh", "loss": "mse"}, end=False),
    "cnn-loss-nhwc": chain(LAST, CONVOLUTION, {"type": "cnn_loss", **SOFTMAX}, end=False),
    "cnn-loss-mse-nhwc": chain(LAST, CONVOLUTION, {"type": "cnn_loss", "loss": "mse"}, end=False),
    "cnn3d-loss-ndhwc": chain({**VOLUMES, "format": "ndhwc"}, CONVOLUTION3, {"type": "cnn3d_loss", **SOFTMAX}, end=False),
    "cnn3d-loss": chain(VOLUMES, CONVOLUTION3, {"type": "cnn3d_loss", "activation": "sigmoid", "loss": "xent"}, end=False),
    "yolo2": chain(IMAGES, {**CONVOLUTION, "n_out": 16, "convolution_mode": "same"}, {"type": "yolo2_output", "bounding_boxes": [[1, 2], [2, 1.5]]}, end=False),
    "yolo2-nhwc": chain(LAST, {**CONVOLUTION, "n_out": 16, "convolution_mode": "same"}, {"type": "yolo2_output", "bounding_boxes": [[1, 2], [2, 1.5]]}, end=False),
    "center-loss": chain(4, {"type": "dense", "n_out": 5}, {"type": "center_loss_output", "n_out": 3, "alpha": 0.2, "lambda": 0.1}, end=False),
    "vae": chain(4, {"type": "variational_autoencoder", "n_out": 3, "encoder_layer_sizes": [5, 4], "decoder_layer_sizes": [4], "output_distribution": {
        "type": "composite", "distribution_sizes": [1, 3], "reconstruction_distributions": ["bernoulli", "gaussian"]}}),
    "ocnn": chain(4, {"type": "dense", "n_out": 5}, {"type": "ocnn_output", "hidden_size": 3, "nu": 0.3, "activation": "sigmoid", "initial_r_value": 0.2}, end=False),
}  # fmt: skip
MASKED = [
    *((f"global-{kind}", "features", size) for kind in ("max", "avg", "sum", "pnorm") for size in ((8, 1, 6, 8), (8, 1, 6, 1), (8, 1, 1, 8))),
    ("global-behind-pool", "features", (8, 1, 6, 8)),
    ("pool1d", "features", (8, 8)),
    ("cnn-loss", "features", (8, 1, 6, 8)),
    ("cnn-loss", "labels", (8, 1, 5, 7)),
    ("cnn-loss", "labels", (8, 1)),
    ("cnn-loss-mse", "labels", (8, 1, 5, 7)),
    ("cnn-loss-mse", "labels", (8, 4, 5, 7)),
    ("center-loss", "labels", (8, 1)),
]  # fmt: skip


def labels(network, g):
    """Labels of eight examples, as the output wants them."""
    node = network.graph.nodes[-1]
    shape = node.thing.labels_shape(node.shape)
    if node.thing.type == "yolo2_output":
        y = np.zeros((8, shape.channels, shape.height, shape.width), "f")
        for n in range(8):
            row, column = n % shape.height, (3 * n) % shape.width
            middle, size = np.array([column, row]) + g.uniform(0.1, 0.9, 2), g.uniform(0.5, 2.0, 2)
            y[n, :, row, column] = [*(middle - size / 2), *(middle + size / 2), *np.eye(3)[n % 3]]
        return y if shape.format == "NCHW" else np.ascontiguousarray(y.transpose(0, 2, 3, 1))
    axis = 1 + shape.array.index(getattr(shape, "channels", None) or shape.size)
    y = g.integers(0, 99, (8, *shape.array))
    return (y == y.max(axis=axis, keepdims=True)).astype("f")


def compare(spec, oracle, folder, x_mask=None, y_mask=None):
    network = Network(NetworkConfig.model_validate({**spec, "compatibility": "dl4j"}))
    g = np.random.default_rng(1)
    x, y = g.normal(size=(8, *network.graph.shapes[0].array)).astype("f"), labels(network, g)
    names = {"x": x, "y": y, "xmask": x_mask, "ymask": y_mask}
    words = {}
    for name, array in names.items():
        if array is not None:
            np.save(folder / f"{name}0.npy", array)
            words[name] = [f"--{name}", str(folder / f"{name}0.npy")]
    masks = {"mask": x_mask, "label_mask": y_mask}
    for _ in range(0 if "ocnn_output" in str(spec) else 2):  # DL4J forgets the r of an OCNN when it loads it
        network.fit(x, y, **masks)
    network.save(folder / "m.zip")
    assert oracle("info", folder / "m.zip")["summary"] == network.summary()
    given = [*words["x"], *words.get("xmask", [])]
    oracle("predict", folder / "m.zip", *given, "--out", folder)
    theirs = np.load(folder / "out0.npy")
    assert np.abs(theirs.reshape(network.output(x).shape) - network.output(x, mask=x_mask)).max() < 1e-5
    everything = [word for group in words.values() for word in group]
    answer = oracle("score", folder / "m.zip", *everything, "--out", folder)
    assert network.score(x, y, **masks) == pytest.approx(answer["score"], rel=1e-5)
    gradient, true = network.gradient(x, y, **masks), np.load(folder / "flat.npy").ravel()
    assert np.abs(gradient - true).max() < 1e-5 * max(1.0, np.abs(true).max())
    answer = oracle(
        "fit", folder / "m.zip", *everything, "--batch", 4, "--epochs", 2, "--out", folder, "--save", folder / "t.zip"
    )
    scores = []
    for _ in range(2):
        for rows in (slice(0, 4), slice(4, 8)):
            part = {name: None if mask is None else mask[rows] for name, mask in masks.items()}
            scores.append(network.fit(x[rows], y[rows], **part))
    assert np.allclose(scores, answer["scores"], rtol=1e-4, atol=1e-5)
    trained = load(folder / "t.zip").params
    assert np.abs(trained - network.params).max() < 1e-4 * max(1.0, np.abs(trained).max())


@pytest.mark.parametrize("name", SPECS)
def test_dl4j_goes_on_in_step(name, oracle, tmp_path):
    compare(SPECS[name], oracle, tmp_path)


@pytest.mark.parametrize(("name", "which", "size"), MASKED, ids=str)
def test_dl4j_masks_the_same(name, which, size, oracle, tmp_path):
    mask = (np.random.default_rng(2).uniform(size=size) > 0.3).astype("f")
    mask[..., 0] = 1.0  # something is left everywhere
    if which == "features":
        compare(SPECS[name], oracle, tmp_path, x_mask=mask)
    else:
        compare(SPECS[name], oracle, tmp_path, y_mask=mask)
