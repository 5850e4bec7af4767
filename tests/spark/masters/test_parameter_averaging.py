import numpy as np
import pytest

pytest.importorskip("pyspark")
from sparknets import CHAINS, MLP, batches, classes, network, sequences

from dl4py.data import BatchIterator, Dataset
from dl4py.errors import ClusterError, DataError, TrainingError
from dl4py.spark.dealing import Dealing, even
from dl4py.spark.java_random import JavaRandom
from dl4py.spark.masters.parameter_averaging import ParameterAveraging
from dl4py.training.loop import train

pytestmark = pytest.mark.spark


def trained(spark, net, data, epochs=2, **keys):
    ParameterAveraging(**keys).fit(spark.sparkContext, net, data, epochs)
    return net


def same(a, b):
    assert np.array_equal(a.params, b.params)
    assert np.array_equal(a.updater_state, b.updater_state)
    assert (a.iteration, a.epoch) == (b.iteration, b.epoch)


@pytest.mark.parametrize("transport", ["spark", "direct"])
@pytest.mark.parametrize("name", CHAINS)
def test_one_worker_is_training_alone_bit_for_bit(spark, name, transport):
    text, data = CHAINS[name]
    alone = network(text)
    from dl4py.plan import threads

    with threads.limited(1):
        train(alone, data(), 2, [])
    how = {"rdd_training_approach": "export"} if transport == "direct" else {}
    same(trained(spark, network(text), data(), workers=1, averaging_frequency=2, transport=transport, **how), alone)


def test_the_mean_is_dl4js_on_its_splits(spark):
    x, y = classes(130)
    data = batches(x, y, 8, shuffle=False)  # 17 batches, 2 workers x 3: two splits of more than nominal size
    net = trained(
        spark, network(MLP % "adam"), data, 1, workers=2, averaging_frequency=3, assignment="random", rng_seed=5
    )
    dealt = Dealing(2, 3, assignment="random", seed=JavaRandom(5).long()).rounds(even(17, 2))
    replay, iteration = network(MLP % "adam"), 0
    params, state = replay.params.copy().astype(float), replay.updater_state.copy().astype(float)
    for hands in dealt:
        ends = []
        for hand in hands:
            replay.params[:], replay.updater_state[:], replay.iteration = params, state, iteration
            for i in hand:
                replay.fit(x[i * 8 : i * 8 + 8], y[i * 8 : i * 8 + 8])
            ends.append((replay.params.astype(float), replay.updater_state.astype(float)))
        params, state = np.mean([e[0] for e in ends], axis=0), np.mean([e[1] for e in ends], axis=0)
        iteration += max(map(len, hands))
    assert len(dealt) == 2
    np.testing.assert_allclose(net.params, params, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(net.updater_state, state, rtol=1e-6, atol=1e-7)


def test_averaging_each_step_of_sgd_is_the_large_batch(spark):
    x, y = classes(96)
    alone = network(MLP % "{type: sgd, learning_rate: 0.1}")
    train(alone, batches(x, y, 24, shuffle=False), 1, [])
    net = network(MLP % "{type: sgd, learning_rate: 0.1}")
    trained(spark, net, batches(x, y, 12, shuffle=False), 1, workers=2, averaging_frequency=1)
    np.testing.assert_allclose(net.params, alone.params, atol=1e-6)


def test_weighted_by_examples(spark):
    x, y = classes(9)
    net = network(MLP % "sgd")
    trained(spark, net, batches(x, y, 6, shuffle=False), 1, workers=2, averaging_frequency=1, weight="examples")
    ends = []
    for part in (slice(0, 6), slice(6, 9)):
        replay = network(MLP % "sgd")
        replay.fit(x[part], y[part])
        ends.append(replay.params.astype(float))
    np.testing.assert_allclose(net.params, (6 * ends[0] + 3 * ends[1]) / 9, atol=1e-7)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"weight": "examples", "save_updater": False, "averaging_frequency": 1},
        {"rdd_training_approach": "export", "assignment": "random", "worker_prefetch_num_batches": 2},
    ],
    ids=["plain", "examples", "export"],
)
def test_both_transports_give_the_same_bits(spark, keys):
    x, y = classes(107)
    made = [
        trained(spark, network(MLP % "adam"), batches(x, y, 8), workers=2, transport=transport, **keys)
        for transport in ("spark", "direct", "direct")
    ]
    same(made[0], made[1])
    same(made[0], made[2])


def test_the_tree_of_sums_has_the_same_bits_on_every_run(spark):
    x, y = classes(90)
    keys = {"workers": 9, "averaging_frequency": 1, "aggregation_depth": 3}
    same(*(trained(spark, network(MLP % "adam"), batches(x, y, 5), 1, **keys) for _ in range(2)))


def test_masks_travel(spark):
    x, y, mask = sequences(20)
    data = Dataset((x,), (y,), feature_masks=(mask,), label_masks=(mask,))
    text, _ = CHAINS["lstm"]
    alone = network(text)
    from dl4py.plan import threads

    with threads.limited(1):
        train(alone, BatchIterator(data, 4), 1, [])
    for keys in ({}, {"rdd_training_approach": "export"}):
        same(trained(spark, network(text), BatchIterator(data, 4), 1, workers=1, **keys), alone)


def test_a_score_that_is_not_finite_names_worker_batch_and_vertex(spark):
    x, y = classes(40)
    x[33] = np.nan
    for transport in ("spark", "direct"):
        with pytest.raises(TrainingError) as caught:
            trained(spark, network(MLP % "sgd"), batches(x, y, 4, shuffle=False), 1, workers=2, transport=transport)
        assert str(caught.value) == (
            "worker 1, batch 8 of epoch 0, vertex `layer0`: the score is nan at iteration 3 of epoch 0"
        )
        assert "_NotFinite" in str(caught.value.__cause__) or "TrainingError" in str(caught.value.__cause__)


def test_an_exception_of_a_worker_arrives_with_its_stack(spark):
    x, y = classes(40)
    for transport in ("spark", "direct"):
        with pytest.raises(ClusterError) as caught:
            trained(
                spark, network(MLP % "sgd"), batches(x, y, 4, shuffle=False), 1, workers=1, transport=transport,
                training_hooks=("sparkhooks:Breaking",),
            )  # fmt: skip
        assert str(caught.value) == "worker 0, batch 2 of epoch 0: ValueError: no third step"
        assert "in pre_update" in str(caught.value.__cause__)


def test_more_workers_than_places_are_refused_by_direct(spark):
    x, y = classes(40)
    with pytest.raises(ClusterError) as caught:
        trained(spark, network(MLP % "sgd"), batches(x, y, 4), 1, workers=5, transport="direct")
    assert str(caught.value) == "transport `direct` runs all workers at once: 5 workers, 2 places on local[2]"


def test_a_file_that_went_missing_is_named(spark, tmp_path):
    from dl4py.spark.objects import Stored

    with pytest.raises(DataError, match=r"^the exported batch .*/gone.npz cannot be read: "):
        Stored(str(tmp_path / "gone.npz"), 4).load()
