"""Executors read what one machine reads: the same examples in the same order, split and normalized alike."""

import gzip
import struct

import numpy as np
import pytest

pytest.importorskip("pyspark")

from dl4py.data.readers.base import READERS
from dl4py.errors import DataError
from dl4py.spark.reading.opening import open_pieces
from dl4py.spark.reading.parts import open_parts
from dl4py.spec.bind import bind
from dl4py.spec.source import Source

pytestmark = pytest.mark.spark
RANDOM = np.random.default_rng(8)


def config(text):
    return bind(Source("<test>", "network: {input: 2, layers: [{type: output, n_out: 2}]}\ndata: " + text)).data


def column(batches, which):
    return np.concatenate([getattr(batch, which)[0] for batch in batches])


def check_alike(spark, text, size=7):
    """Parts of the cluster equal those of one machine, batch by batch and bit by bit."""
    asked = config(text)
    alone, parts = asked.open(), open_parts(spark.sparkContext, asked)
    for name in ("train", "validation", "test"):
        ours, theirs = getattr(parts, name), getattr(alone, name)
        assert (ours is None) == (theirs is None)
        if theirs is None:
            continue
        found = ours.blocks(spark.sparkContext, size).collect()
        assert [first for first, _, _ in found] == list(range(0, len(theirs), size))
        assert {batch.size for _, batch, _ in found[:-1]} <= {size}
        batches, whole = [batch for _, batch, _ in found], list(theirs)
        assert np.array_equal(column(batches, "features"), column(whole, "features"))
        if theirs.columns:
            assert np.array_equal(column(batches, "labels"), column(whole, "labels"))
        if whole[0].feature_masks and whole[0].feature_masks[0] is not None:
            assert np.array_equal(column(batches, "feature_masks"), column(whole, "feature_masks"))
        assert (ours.class_names, len(ours)) == (theirs.class_names, len(theirs))
    for statistic, value in vars(alone.normalizer).items() if alone.normalizer else ():
        assert np.array_equal(getattr(parts.normalizer, statistic), value)
    parts.close()
    return parts


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Three CSV files, one of them in several splits, with a comment and names on top and gaps inside."""
    folder = tmp_path_factory.mktemp("tables")
    for k, rows in enumerate((5, 90_000, 30)):
        lines = ["# made by a test", "a,b,kind,c"]
        for i in range(rows):
            a, b, c = RANDOM.normal(size=3)
            gap = "?" if i % 40 == 7 else f"{b:.5g}"
            lines.append(f"{a:.5g},{gap},{('red', 'blue', 'gre,en')[i % 3]!r},{c:.5g}".replace("'", '"'))
        (folder / f"part-{k}.csv").write_text("\r\n".join(lines) + "\r\n")
    (folder / "_SUCCESS").write_text("")
    return folder


def test_csv_in_splits_with_gaps_names_and_quotes(spark, tables):
    parts = check_alike(
        spark,
        f"{{train: {{type: csv, path: {tables}, labels: kind, header: true, skip_lines: 1, missing: drop}}, "
        "split: {test: 0.2, validation: 13}, normalizer: standardize}",
        4001,
    )
    assert len(parts.train.pieces.starts) > 4  # more splits than files
    assert parts.train.class_names == ("blue", "gre,en", "red")


def test_csv_of_numbers_with_stratified_parts_and_rows(spark, tmp_path):
    rows = [f"{x:.4g},{y:.4g},{i % 3}" for i, (x, y) in enumerate(RANDOM.normal(size=(60, 2)))]
    (tmp_path / "n.csv").write_text("\n".join(rows))
    check_alike(
        spark,
        f"{{train: {{type: csv, path: {tmp_path}/n.csv, labels: 2}}, split: {{test: 0.25, stratified: true}}, "
        "normalizer: min_max}",
    )
    check_alike(spark, f"{{train: {{type: csv, path: {tmp_path}/n.csv, labels: 2, rows: [7, 51]}}, reconstruct: true}}")


def test_a_test_part_has_the_classes_of_the_training_part(spark, tmp_path):
    (tmp_path / "a.csv").write_text("1,x\n2,y\n3,z\n")
    (tmp_path / "b.csv").write_text("1,z\n2,x\n")
    text = "{train: {type: csv, path: %s, labels: 1}, test: {type: csv, path: %s, labels: 1}}"
    check_alike(spark, text % (tmp_path / "a.csv", tmp_path / "b.csv"))


def test_svmlight(spark, tmp_path):
    lines = [f"{(-1, 1, 3)[i % 3]} 1:{i}.5 3:{i % 7} # note" for i in range(50)]
    (tmp_path / "s.txt").write_text("\n".join(lines))
    check_alike(spark, f"{{train: {{type: svmlight, path: {tmp_path}/s.txt, n_features: 4}}, split: {{test: 5}}}}")


def test_images(spark, tmp_path):
    from PIL import Image

    for name in ("dog", "cat", "eel"):
        (tmp_path / name).mkdir()
        for i in range(3):
            Image.fromarray(RANDOM.integers(0, 255, (6, 5, 3), np.uint8)).save(tmp_path / name / f"{i}.png")
    check_alike(
        spark,
        f"{{train: {{type: image_folder, path: {tmp_path}, height: 4, width: 4}}, split: {{test: 0.3}}, "
        "normalizer: image_scaler}",
    )
    packed = [(f"pack/{p.parent.name}/{p.name}", bytearray(p.read_bytes())) for p in sorted(tmp_path.glob("*/*.png"))]
    spark.sparkContext.parallelize(packed[::-1], 2).saveAsSequenceFile(str(tmp_path / "_packed"))
    reader = READERS.make("image_folder", path=str(tmp_path / "_packed"), height=4, width=4)
    whole = open_parts(spark.sparkContext, config("{train: {type: iris, path: x}}").but(train=reader)).train
    found = whole.blocks(spark.sparkContext, 9).collect()[0][1]
    alone = reader.but(path=str(tmp_path), classes=("cat", "dog", "eel")).load()
    assert np.array_equal(found.features[0], alone.features[0])
    assert np.array_equal(found.labels[0], alone.labels[0])


def test_sequences_of_unequal_length(spark, tmp_path):
    for i in range(12):
        steps = [f"{x:.4g},{y:.4g},{int(x > 0)}" for x, y in RANDOM.normal(size=(3 + i % 4, 2))]
        (tmp_path / f"{i}.csv").write_text("\n".join(steps))
    text = f"{{train: {{type: csv_sequence, path: {tmp_path}, labels: 2, align: start}}, split: {{test: 3}}, normalizer: standardize}}"
    check_alike(spark, text, 4)
    with pytest.raises(DataError) as caught:
        open_parts(spark.sparkContext, config(text.replace("start", "equal_length")))
    assert str(caught.value) == f"sequences of {tmp_path} have 3 to 6 steps"


def test_idx(spark, tmp_path):
    pixels, numbers = RANDOM.integers(0, 255, (40, 3, 2), np.uint8), RANDOM.integers(0, 4, 40).astype(np.uint8)
    head = struct.pack(">BBBB3I", 0, 0, 8, 3, *pixels.shape)
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + pixels.tobytes()))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(struct.pack(">BBBBI", 0, 0, 8, 1, 40) + numbers.tobytes())
    check_alike(
        spark,
        f"{{train: {{type: idx, path: {tmp_path}, flatten: false}}, split: {{test: 0.5}}, normalizer: image_scaler}}",
    )


def test_parquet_in_the_order_of_files_and_rows(spark, tmp_path):
    x = RANDOM.normal(size=(500, 4)).astype(np.float32)
    kinds = np.array(["red", "green", "blue"])[RANDOM.integers(0, 3, 500)]
    rows = [(*map(float, row[:2]), row[2:].tolist(), str(kind)) for row, kind in zip(x, kinds, strict=True)]
    frame = spark.createDataFrame(rows, "a double, b double, rest array<float>, kind string").coalesce(1)
    frame.write.option("maxRecordsPerFile", 128).parquet(str(tmp_path / "p"))
    reader = READERS.make("parquet", path=str(tmp_path / "p"), labels=("kind",))
    asked = config("{train: {type: iris, path: x}, normalizer: standardize}").but(train=reader)
    parts = open_parts(spark.sparkContext, asked)
    found = [batch for _, batch, _ in parts.train.blocks(spark.sparkContext, 100).collect()]
    assert len(parts.train.pieces.starts) == 5
    assert np.array_equal(column(found, "features"), x)
    assert parts.train.class_names == ("blue", "green", "red")
    assert np.array_equal(np.array(parts.train.class_names)[column(found, "labels").argmax(axis=1)], kinds)
    np.testing.assert_allclose(parts.normalizer.mean, x.astype(float).mean(axis=0), rtol=1e-6, atol=1e-8)


def test_what_is_wrong_is_told_with_its_line(spark, tmp_path):
    (tmp_path / "bad.csv").write_text("a,b,k\n1,2,x\n3,four,y\n")
    read = READERS.make("csv", path=str(tmp_path / "bad.csv"), labels=("k",), header=True)
    with pytest.raises(DataError) as caught:
        open_pieces(spark.sparkContext, read)
    assert str(caught.value) == f"{tmp_path}/bad.csv:3: column 1 (`b`) must be a number, found `four`"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"type": "csv", "path": "/nowhere/at/all.csv"}, "Spark finds no files at /nowhere/at/all.csv"),
        ({"type": "iris", "path": "x"}, "`iris` is not read by executors"),
        (
            {"type": "csv_sequence", "path": "x", "labels_path": "y"},
            "executors read sequences whose labels stand in columns of the same files",
        ),
        ({"type": "csv", "path": "x", "encoding": "latin-1"}, "executors read lines as utf-8, not as latin-1"),
    ],
)
def test_what_executors_cannot_read(spark, keys, message):
    with pytest.raises(DataError) as caught:
        open_pieces(spark.sparkContext, READERS.make(keys.pop("type"), **keys))
    assert str(caught.value) == message
