from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyspark")
from sparknets import CHAINS, MLP, classes, network, sequences

from dl4py.data.batch import Batch
from dl4py.data.normalizers.base import NORMALIZERS
from dl4py.data.normalizers.standardize import Standardize
from dl4py.data.readers.csv import Csv
from dl4py.data.readers.image_folder import ImageFolder
from dl4py.data.transforms.crop import Crop
from dl4py.errors import ClusterError, DataError
from dl4py.spark.blocks import joined, recut
from dl4py.spark.data import from_dataframe, from_rdd, from_reader
from dl4py.spark.masters.parameter_averaging import ParameterAveraging
from dl4py.spark.reading.parts import open_part

IRIS = Path(__file__).parents[1] / "data" / "files" / "iris.csv"


def test_blocks_are_cut_anew_and_nothing_is_lost():
    x = np.arange(23, dtype=np.float32)[:, None]
    blocks = [Batch((x[:5],)), Batch((x[5:6],)), Batch((x[6:23],))]
    cut = list(recut(blocks, 4))
    assert [b.size for b in cut] == [4, 4, 4, 4, 4, 3]
    assert np.array_equal(np.concatenate([b.features[0] for b in cut]), x)


def test_sequences_of_unequal_length_are_joined_under_a_mask():
    a, b = (np.ones((1, 2, time), np.float32) for time in (3, 5))
    whole = joined([Batch((a,), (a,)), Batch((b,), (b,))])
    assert whole.features[0].shape == (2, 2, 5)
    assert np.array_equal(whole.feature_masks[0], [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    assert np.array_equal(whole.label_masks[0], whole.feature_masks[0])
    assert whole.features[0][0, :, 3:].sum() == 0


@pytest.mark.spark
@pytest.mark.parametrize("approach", ["direct", "export"])
def test_an_rdd_trains_as_its_batches_do(spark, approach):
    x, y = classes(40)
    rdd = spark.sparkContext.parallelize([(x[i], y[i]) for i in range(40)], 2)
    net = network(MLP % "adam")
    keys = {"rdd_training_approach": approach, "batch_size_per_worker": 8, "workers": 2, "averaging_frequency": 2}
    score = ParameterAveraging(**keys).fit(spark.sparkContext, net, from_rdd(rdd), 1)
    ends, scores = [], []
    # 20 examples a partition: batches of 8, 8 and 4; rounds of 4 in order: 0 1 | 2 3 and then 4 | 5
    cuts = [slice(0, 8), slice(8, 16), slice(16, 20), slice(20, 28), slice(28, 36), slice(36, 40)]
    replay, params, state, iteration = network(MLP % "adam"), None, None, 0
    params, state = replay.params.astype(float), replay.updater_state.astype(float)
    for hands in ([[0, 1], [2, 3]], [[4], [5]]):
        ends, scores = [], []
        for hand in hands:
            replay.params[:], replay.updater_state[:], replay.iteration = params, state, iteration
            for i in hand:
                last = replay.fit(x[cuts[i]], y[cuts[i]])
            scores.append(last)
            ends.append((replay.params.astype(float), replay.updater_state.astype(float)))
        params, state = np.mean([e[0] for e in ends], axis=0), np.mean([e[1] for e in ends], axis=0)
        iteration += len(hands[0])
    np.testing.assert_allclose(net.params, params, rtol=1e-6, atol=1e-7)
    assert score == pytest.approx(np.mean(scores), abs=1e-6)
    assert (net.iteration, net.epoch) == (3, 1)


@pytest.mark.spark
def test_rdd_batches_cannot_be_kept_for_direct(spark):
    x, y = classes(16)
    rdd = spark.sparkContext.parallelize([(x[i], y[i]) for i in range(16)], 2)
    with pytest.raises(ClusterError) as caught:
        ParameterAveraging(transport="direct", workers=2).fit(
            spark.sparkContext, network(MLP % "sgd"), from_rdd(rdd), 1
        )
    assert str(caught.value) == "the workers of transport `direct` cannot fetch batches that lie in an RDD"


@pytest.mark.spark
def test_masked_sequences_of_an_rdd(spark):
    x, y, mask = sequences(8)
    rdd = spark.sparkContext.parallelize([(x[i], y[i], mask[i], mask[i]) for i in range(8)], 1)
    text, _ = CHAINS["lstm"]
    net, alone = network(text), network(text)
    ParameterAveraging(workers=1, batch_size_per_worker=4).fit(spark.sparkContext, net, from_rdd(rdd), 1)
    for part in (slice(0, 4), slice(4, 8)):
        alone.fit(x[part], y[part], mask[part], mask[part])
    np.testing.assert_allclose(net.params, alone.params, atol=1e-6)


@pytest.mark.spark
def test_a_dataframe_of_parquet(spark, tmp_path):
    x, y = classes(30)
    names = np.array(["red", "green", "blue"])
    rows = [(*map(float, x[i, :3]), x[i, 3:].tolist(), str(names[y[i].argmax()])) for i in range(30)]
    spark.createDataFrame(rows, ["a", "b", "c", "rest", "colour"]).write.parquet(str(tmp_path / "p"))
    frame = spark.read.parquet(str(tmp_path / "p"))
    blocks = from_dataframe(frame, ["a", "b", "c", "rest"], "colour")
    assert blocks.class_names == ("blue", "green", "red")
    whole = joined(blocks.rdd.collect())
    order = np.lexsort(whole.features[0].T)
    assert np.array_equal(whole.features[0][order], x[np.lexsort(x.T)])
    assert np.array_equal(whole.labels[0][order], y[np.lexsort(x.T)][:, ::-1])
    with pytest.raises(DataError, match=r"^the DataFrame has no column `d`$"):
        from_dataframe(frame, ["d"])


@pytest.mark.spark
def test_normalizers_are_fitted_in_one_pass(spark):
    x, y = classes(50)
    x[:, 2] += 1000
    rdd = spark.sparkContext.parallelize([(x[i], y[i]) for i in range(50)], 3)
    fitted = from_rdd(rdd).fitted(Standardize()).normalizer
    np.testing.assert_allclose(fitted.mean, x.astype(float).mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(fitted.std, x.astype(float).std(axis=0), rtol=1e-5)
    ranged = from_rdd(rdd).fitted(NORMALIZERS.make("min_max")).normalizer
    assert np.array_equal(ranged.lower, x.min(axis=0))


@pytest.mark.spark
def test_executors_read_files(spark, tmp_path):
    whole = Csv(path=str(IRIS), labels=(-1,)).load()
    lines = IRIS.read_text().splitlines()
    for k in range(3):
        (tmp_path / f"part-{k}.csv").write_text("\n".join(lines[k * 50 : k * 50 + 50]) + "\n")
    blocks = from_reader(spark.sparkContext, Csv(path=str(tmp_path), labels=(-1,)))
    found = joined(blocks.rdd.collect())
    assert np.array_equal(found.features[0], whole.features[0])
    assert np.array_equal(found.labels[0], whole.labels[0])
    assert blocks.class_names == whole.class_names


@pytest.mark.spark
def test_executors_read_folders_of_images(spark, tmp_path):
    from PIL import Image

    random = np.random.default_rng(4)
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for i in range(3):
            Image.fromarray(random.integers(0, 255, (5, 5, 3), np.uint8)).save(tmp_path / name / f"{i}.png")
    reader = ImageFolder(path=str(tmp_path), height=4, width=4)
    whole, blocks = reader.load(), from_reader(spark.sparkContext, reader)
    found = joined(blocks.rdd.collect())
    assert np.array_equal(found.features[0], whole.features[0])
    assert np.array_equal(found.labels[0], whole.labels[0])
    drawn = reader.but(transforms=(Crop(height=3, width=3),))
    judged = open_part(spark.sparkContext, drawn).blocks(spark.sparkContext, 6).collect()[0][1]
    assert np.array_equal(judged.features[0], drawn.load().at_rest().features[0])
    with pytest.raises(DataError) as caught:
        from_reader(spark.sparkContext, drawn)
    assert str(caught.value) == "`crop` draws images anew in each epoch, which executors do not"
