"""Recurrent networks that dl4py writes, with masks of every sort, run and trained on by real Deeplearning4j."""

import numpy as np
import pytest

from dl4py.formats.dl4j.model import load
from dl4py.network import Network, NetworkConfig

pytestmark = pytest.mark.java
GIVEN = {"type": "recurrent", "size": 4, "time": 6}
LSTM = {"type": "lstm", "n_out": 5}
GRAVES = {"type": "graves_lstm", "n_out": 5}
SIMPLE = {"type": "simple_rnn", "n_out": 5}


def chain(*layers, end="rnn_output", size=GIVEN, **keys):
    last = {"type": end, "n_out": 3} if end else None
    defaults = {"activation": "tanh", "updater": {"type": "adam", "learning_rate": 0.01}, "l2": 1e-3}
    layers = [*layers, last] if last else list(layers)
    return {"input": size, "seed": 4, "defaults": defaults, "layers": layers, **keys}


def both(inner, mode="concat"):
    return {"type": "bidirectional", "fwd": inner, "mode": mode}


def last(inner):
    return {"type": "last_time_step", "underlying": inner}


TBPTT = {"backprop_type": "truncated_bptt", "tbptt_fwd_length": 4, "tbptt_back_length": 4}
SPECS = {
    "lstm": chain(LSTM, {**LSTM, "gate_activation": "hardsigmoid"}),
    "lstm-any": chain({**LSTM, "gate_activation": "hardsigmoid", "activation": "softsign"}, {**LSTM, "activation": "sigmoid"}),
    "lstm-recurrent-init": chain({**LSTM, "weight_init_recurrent": "xavier_uniform", "forget_gate_bias_init": 3.0}),
    "lstm-nwc": chain(LSTM, size={**GIVEN, "format": "nwc"}),
    "graves": chain(GRAVES, {**GRAVES, "activation": "softsign"}),
    "graves-bidirectional": chain({"type": "graves_bidirectional_lstm", "n_out": 5}, LSTM),
    "simple": chain(SIMPLE, {**SIMPLE, "activation": "sigmoid"}),
    "bidirectional": chain(both(LSTM), both(GRAVES, "add"), both(SIMPLE, "mul"), both(LSTM, "average")),
    "last-time-step": chain(last(LSTM), end="output"),
    "last-time-step-of-both": chain(SIMPLE, last(both(SIMPLE)), end="output"),
    "time-distributed": chain({"type": "time_distributed", "underlying": {"type": "dense", "n_out": 5}}, LSTM),
    "dense-between": chain(LSTM, {"type": "dense", "n_out": 4}, SIMPLE),
    "mask-zero": chain({"type": "mask_zero", "masking_value": 7.0, "underlying": LSTM}),
    "mask-zero-graves": chain({"type": "mask_zero", "masking_value": 7.0, "underlying": GRAVES}),
    "mask-zero-simple": chain({"type": "mask_zero", "masking_value": 7.0, "underlying": SIMPLE}),
    "mask-zero-both": chain({"type": "mask_zero", "masking_value": 7.0, "underlying": both(LSTM)}),
    "last-mask-zero": chain(last({"type": "mask_zero", "masking_value": 7.0, "underlying": LSTM}), end="output"),
    "mask-layer": chain(LSTM, {"type": "mask_layer"}, LSTM),
    "embedding": chain({"type": "embedding_sequence", "n_in": 9, "n_out": 4, "has_bias": True}, LSTM, size={**GIVEN, "size": 1}),
    "loss": chain({**LSTM, "n_out": 3}, {"type": "rnn_loss", "activation": "softmax"}, end=None),
    "segments": chain(LSTM, GRAVES, **TBPTT),
    "segments-simple": chain(SIMPLE, **TBPTT),
}  # fmt: skip
MASKS = ["", "both", "holes"]


def data(name, masks):
    g = np.random.default_rng(1)
    x = g.integers(0, 9, (8, 1, 6)).astype("f") if name == "embedding" else g.normal(size=(8, 4, 6)).astype("f")
    if "mask-zero" in name:
        x.transpose(0, 2, 1)[g.uniform(size=(8, 6)) < 0.4] = 7.0
    if name == "lstm-nwc":
        x = np.ascontiguousarray(x.transpose(0, 2, 1))
    y = np.eye(3, dtype="f")[g.integers(0, 3, (8, 6))]
    y = y if name == "lstm-nwc" else np.ascontiguousarray(y.transpose(0, 2, 1))
    lengths, others = g.integers(1, 7, 8), g.integers(1, 7, 8)
    mask, label_mask = ((np.arange(6) < n[:, None]).astype("f") for n in (lengths, others))
    if masks == "holes":
        mask = (g.uniform(size=(8, 6)) < 0.7).astype("f")
        mask[:, 2] = 1
    rows = name.startswith("last")
    return (
        x,
        y[:, :, 0] if rows else y,
        mask if masks in ("features", "both", "holes") else None,
        label_mask if masks in ("labels", "both") and not rows else None,
    )


@pytest.mark.parametrize("masks", MASKS)
@pytest.mark.parametrize("name", SPECS)
def test_dl4j_predicts_the_same_and_trains_on_in_step(name, masks, oracle, tmp_path):
    network = Network(NetworkConfig.model_validate({**SPECS[name], "compatibility": "dl4j"}))
    x, y, mask, label_mask = data(name, masks)
    seen = {"mask": mask, "label_mask": label_mask}
    network.fit(x, y, **seen)
    network.end_epoch()
    network.save(tmp_path / "m.zip")
    given = []
    for option, array in (("x", x), ("y", y), ("xmask", mask), ("ymask", label_mask)):
        if array is not None:
            np.save(tmp_path / f"{option}.npy", array)
            given += [f"--{option}", tmp_path / f"{option}.npy"]

    info = oracle("info", tmp_path / "m.zip")
    assert info["summary"] == network.summary()
    assert info["iteration"] == network.iteration
    oracle("predict", tmp_path / "m.zip", *given, "--out", tmp_path)
    assert np.abs(np.load(tmp_path / "out0.npy") - network.output(x, mask=mask)).max() < 1e-5

    answer = oracle("score", tmp_path / "m.zip", *given, "--out", tmp_path)
    if not name.startswith("segments"):
        assert network.score(x, y, **seen) == pytest.approx(answer["score"], rel=1e-5)
        theirs = np.load(tmp_path / "flat.npy").ravel()
        assert np.abs(network.gradient(x, y, **seen) - theirs).max() < 2e-5 * max(1.0, np.abs(theirs).max())

    oracle(
        "fit", tmp_path / "m.zip", *given, "--batch", 4, "--epochs", 3, "--out", tmp_path, "--save", tmp_path / "t.zip"
    )
    for _ in range(3):
        for rows in (slice(0, 4), slice(4, 8)):
            part = {name: None if a is None else a[rows] for name, a in seen.items()}
            network.fit(x[rows], y[rows], **part)
    trained = load(tmp_path / "t.zip")
    assert trained.iteration == network.iteration
    assert np.abs(trained.params - network.params).max() < 1e-4 * max(1.0, np.abs(network.params).max())
