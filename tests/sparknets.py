"""Small networks and data that tests of training masters share."""

import numpy as np

from dl4py.data import BatchIterator, Dataset
from dl4py.network import Network
from dl4py.spec.bind import bind
from dl4py.spec.source import Source


def network(text):
    """A network from the text of its section."""
    return Network(bind(Source("<test>", "network: " + text)).network)


MLP = "{seed: 7, input: 5, defaults: {activation: tanh, updater: %s}, layers: [{type: dense, n_out: 6}, {type: output, n_out: 3, activation: softmax, loss: mcxent}]}"


def classes(n, seed=1, size=5, count=3):
    """Examples of separable classes."""
    random = np.random.default_rng(seed)
    y = random.integers(0, count, n)
    x = random.normal(size=(n, size)) + 2 * np.eye(count, size)[y]
    return x.astype(np.float32), np.eye(count, dtype=np.float32)[y]


def batches(x, y, size, **how):
    """Batches of arrays."""
    return BatchIterator(Dataset.from_arrays(x, y), size, **how)


def sequences(n, seed=2, size=3, time=6):
    """Sequences of unequal length, labels of each step, and their mask."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, size, time)).astype(np.float32)
    y = np.eye(2, dtype=np.float32)[(x.sum(axis=1) > 0).astype(int)].transpose(0, 2, 1)
    mask = (np.arange(time)[None] < random.integers(2, time + 1, n)[:, None]).astype(np.float32)
    return x, np.ascontiguousarray(y), mask


def images(n, seed=3):
    """Images of two classes."""
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, n)
    x = random.normal(size=(n, 1, 6, 6)).astype(np.float32)
    x[y == 1, :, :3] += 1.0
    return x, np.eye(2, dtype=np.float32)[y]


def _of(arrays, size):
    return lambda: batches(*arrays[:2], size, seed=3)


CHAINS = {
    "mlp": (MLP % "adam", _of(classes(70), 8)),
    "dropout": (
        "{seed: 7, input: 5, defaults: {activation: relu, dropout: 0.7, updater: nesterovs, l2: 0.01}, "
        "layers: [{type: dense, n_out: 6}, {type: batch_normalization}, {type: output, n_out: 3}]}",
        _of(classes(70), 8),
    ),
    "lstm": (
        "{seed: 7, input: {type: recurrent, size: 3}, backprop_type: truncated_bptt, tbptt_fwd_length: 4, "
        "tbptt_back_length: 4, defaults: {updater: rms_prop}, "
        "layers: [{type: lstm, n_out: 4, activation: tanh}, {type: rnn_output, n_out: 2, activation: softmax, loss: mcxent}]}",
        _of(sequences(20), 4),
    ),
    "images": (
        "{seed: 7, input: {type: convolutional, channels: 1, height: 6, width: 6}, defaults: {updater: adam}, "
        "layers: [{type: convolution, n_out: 3, kernel_size: 3, activation: relu}, {type: subsampling, kernel_size: 2, stride: 2}, "
        "{type: output, n_out: 2}]}",
        _of(images(24), 4),
    ),
    "graph": (
        "{seed: 7, inputs: {in: 5}, defaults: {activation: tanh, updater: adam}, vertices: ["
        "{name: a, type: dense, n_out: 4, inputs: [in]}, {name: b, type: dense, n_out: 3, inputs: [in]}, "
        "{name: m, type: merge, inputs: [a, b]}, {name: out, type: output, n_out: 3, inputs: [m]}], outputs: [out]}",
        _of(classes(70), 8),
    ),
}
