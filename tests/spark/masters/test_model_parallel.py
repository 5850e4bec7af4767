import numpy as np
import pytest
from sparknets import batches, classes, images, network

from dl4py.errors import ClusterError, TrainingError
from dl4py.spark.launching import Machine
from dl4py.spark.masters.model_parallel import ModelParallel
from dl4py.training.loop import Listener

WIDE = """{seed: 7, data_type: double, input: 5, defaults: {activation: tanh, updater: adam, l2: 0.01, dropout: 0.9},
layers: [{type: dense, n_out: 9}, {type: dense, n_out: 8, activation: relu}, {type: dense, n_out: 4},
{type: dense, n_out: 7, has_bias: false}, {type: output, n_out: 8, activation: softmax, loss: mcxent}]}"""
CONVOLUTIONS = """{seed: 7, data_type: double, input: {type: convolutional, channels: 1, height: 6, width: 6},
defaults: {updater: {type: nesterovs, learning_rate: 0.1}},
layers: [{type: convolution, n_out: 3, kernel_size: 3, activation: relu}, {type: batch_normalization},
{type: dense, n_out: 10, activation: sigmoid}, {type: output, n_out: 2}]}"""


@pytest.mark.parametrize(("text", "data"), [(WIDE, classes(44, count=8)), (CONVOLUTIONS, images(30))])
def test_the_network_is_that_of_training_alone(text, data):
    scores = []

    class Told(Listener):
        def iteration(self, network, score, examples):
            scores.append(score)

    net, alone = network(text), network(text)
    master = ModelParallel(workers=2, least_columns=7, batches_in_round=4)
    master.fit(Machine(2), net, batches(*data, 8, seed=3), 2, [Told()])
    expected, number = [], 0
    for epoch in range(2):
        for batch in batches(*data, 8, seed=3).epoch(epoch):
            expected.append(alone.fit(batch.features, batch.labels))
            number += 1
        alone.end_epoch()
    per_epoch = number // 2
    ends = [e * per_epoch + i for e in range(2) for i in range(per_epoch) if i % 4 == 3 or i == per_epoch - 1]
    np.testing.assert_allclose(scores, np.array(expected)[ends], rtol=1e-10)
    np.testing.assert_allclose(net.params, alone.params, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(net.updater_state, alone.updater_state, rtol=1e-9, atol=1e-12)
    assert (net.iteration, net.epoch) == (alone.iteration, alone.epoch)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CONVOLUTIONS.replace("n_out: 3,", "n_out: 30,"), "`layer0` is wide and no dense layer; "),
        (WIDE.replace("n_out: 9", "n_out: 9, has_layer_norm: true"), "`has_layer_norm` of `layer0` looks at "),
        (WIDE.replace("n_out: 9", "n_out: 9, activation: softmax"), "`activation: softmax` of `layer0` looks at "),
        ("{input: 5, layers: [{type: output, n_out: 3}]}", "no dense or output layer has 9 columns: "),
    ],
)
def test_what_cannot_be_cut_is_named(text, message):
    with pytest.raises(ClusterError) as caught:
        ModelParallel(least_columns=9).fit(Machine(2), network(text), batches(*classes(8), 4), 1)
    assert str(caught.value).startswith(message)


def test_a_score_that_is_not_finite_ends_the_training_with_its_batch():
    x, y = classes(24, count=8)
    x[13] = np.nan
    with pytest.raises(TrainingError) as caught:
        ModelParallel(workers=2, least_columns=7).fit(Machine(2), network(WIDE), batches(x, y, 8, shuffle=False), 1)
    assert str(caught.value) == "worker 0, batch 1 of epoch 0: the score is nan at iteration 1 of epoch 0"
