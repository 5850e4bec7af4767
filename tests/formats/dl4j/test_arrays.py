"""Streams in `arrays/`: written by real DL4J (1.0.0-M2.1, and the older ones of its test resources, with `.npy` twins)."""

import struct
from pathlib import Path

import numpy as np
import pytest

from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.dl4j.arrays import HEAD, measure, read_array, read_arrays, write_array

FILES = Path(__file__).parent / "arrays"
COUNT = np.arange(24, dtype=np.float32)
TYPES = {
    "DOUBLE": "f8", "FLOAT": "f4", "HALF": "f2", "BFLOAT16": "f4", "BOOL": "b1", "BYTE": "i1", "SHORT": "i2", "INT": "i4",
    "LONG": "i8", "UBYTE": "u1", "UINT16": "u2", "UINT32": "u4", "UINT64": "u8",
}  # fmt: skip
EXPECTED = {
    **{f"type-{name}": np.array([[0, 1, 2], [3, 100, 5]]).astype(kind) for name, kind in TYPES.items()},
    "c-2x3x4": COUNT.reshape(2, 3, 4),
    "f-2x3x4": COUNT.reshape(2, 3, 4),
    "permuted": COUNT.reshape(2, 3, 4).transpose(2, 0, 1),
    "row": np.zeros((1, 3), np.float32),
    "column": np.zeros((3, 1), np.float32),
    "row-view": COUNT.reshape(4, 6)[1:2],
    "column-view": COUNT.reshape(4, 6)[:, 1:2],
    "one": np.zeros((1, 1), np.float32),
    "scalar": np.float32(2.5),
    "scalar-double": np.float64(2.5),
    "empty": np.zeros(0, np.float32),
    "empty-shape": np.zeros((2, 0, 3), np.float32),
    "rank5": np.arange(32, dtype=np.float64).reshape(2, 2, 2, 2, 2),
    "slice": COUNT.reshape(2, 3, 4)[:, 1],
    "negative": np.array([-1.5, 0, np.nan, np.inf], np.float32),
}
TWINS = sorted(path.stem for path in FILES.glob("*.npy"))
# What only a reader meets: Fortran order, BFLOAT16, and an empty array that says nothing about its shape.
ONE_WAY = {"f-2x3x4", "type-BFLOAT16", "empty"}


def data(name):
    return (FILES / f"{name}.bin").read_bytes()


@pytest.mark.parametrize("name", EXPECTED)
def test_arrays_of_dl4j_are_read(name):
    found, expected = read_array(data(name)), EXPECTED[name]
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    assert np.array_equal(found, expected, equal_nan=expected.dtype.kind == "f")
    assert found.flags.c_contiguous
    assert found.flags.writeable


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - ONE_WAY))
def test_arrays_are_written_as_dl4j_wrote_them(name):
    assert write_array(np.asarray(EXPECTED[name])) == data(name)


@pytest.mark.parametrize("name", TWINS)
def test_older_arrays_agree_with_their_twins(name):
    expected = np.load(FILES / f"{name}.npy")
    assert np.array_equal(read_array(data(name)), expected)


@pytest.mark.parametrize("name", [*EXPECTED, *TWINS])
def test_a_stream_is_measured_by_its_head(name):
    assert measure(data(name)[:HEAD], name) == (read_array(data(name)).size, len(data(name)))


@pytest.mark.parametrize("name", [*EXPECTED, *TWINS])
def test_every_cut_is_noticed(name):
    whole = data(name)
    for size in {*range(0, len(whole), 7), len(whole) - 1}:
        with pytest.raises(ModelFileError):
            read_array(whole[:size])


def test_several_arrays_in_a_row():
    both = b"head" + data("scalar") + data("row") + b"tail"
    (first, second), end = read_arrays(both, 2, "a", start=4)
    assert (first.tolist(), second.tolist(), both[end:]) == (2.5, [[0, 0, 0]], b"tail")


def refusal(stream, kind=ModelFileError):
    with pytest.raises(kind) as error:
        read_array(stream, "a")
    return error.value.render()


def stream(info, values, *, mode=b"MIXED_DATA_TYPES", kind=b"FLOAT", length=None):
    """A stream with any shape buffer and number of values."""
    head = struct.pack(">H", len(mode)) + mode
    count = struct.pack(">q", len(values) if length is None else length)
    shape = head + struct.pack(">q", len(info)) + b"\0\4LONG" + struct.pack(f">{len(info)}q", *info)
    return shape + head + count + struct.pack(">H", len(kind)) + kind + struct.pack(f">{len(values)}f", *values)


def test_what_is_valid_elsewhere_is_refused_by_name():
    assert refusal(data("compressed"), UnsupportedFeature) == (
        "`a` holds a compressed array, which is not read\n   = hint: save it as plain numbers"
    )
    assert refusal(data("string"), UnsupportedFeature) == (
        "`a` holds a text array, which is not read\n   = hint: save it as plain numbers"
    )


CUT = "\n   = hint: the file was cut off or damaged; fetch it again"
HOSTILE = {
    "no bytes": (b"", "`a` ends too early: the mode of the shape needs 2 bytes at offset 0, 0 are left" + CUT),
    "not text": (b"\0\2\xff\xfe", "`a` is no ND4J array: the mode of the shape at offset 0 is not text"),
    "other mode": (
        b"\0\5HELLO",
        "`a` is no ND4J array: unknown buffer mode `HELLO`\n   = hint: was the file written by DL4J?",
    ),
    "other type": (stream([1, 1, 1, 0, 1, 99], [1], kind=b"FLOOT"), "`a`: unknown number type `FLOOT`"),
    "rank 33": (stream([33] * 70, []), "`a`: a shape buffer of 70 LONG values for rank 33"),
    "rank -1": (stream([-1, 0], []), "`a`: a shape buffer of 2 LONG values for rank -1"),
    "short shape buffer": (stream([2, 1, 3, 1, 1, 0, 1], [1]), "`a`: a shape buffer of 7 LONG values for rank 2"),
    "negative size": (stream([1, -3, 1, 0, 1, 99], [1, 2]), "`a`: [-3] is no shape of an array"),
    "sizes beyond memory": (
        stream([2, 1 << 30, 1 << 30, 0, 0, 0, 1, 99], [1]),
        "`a`: [1073741824, 1073741824] is no shape of an array",
    ),
    "empty but huge": (
        stream([3, 0, 1 << 40, 1 << 40, 0, 0, 0, 0, 1, 99], []),
        "`a`: [0, 1099511627776, 1099511627776] is no shape of an array",
    ),
    "one value, spread wide": (stream([1, 1 << 30, 0, 0, 1, 99], [1]), "`a`: 1 values for the shape [1073741824]"),
    "strides beyond": (
        stream([2, 2, 2, 5, 1, 0, 1, 99], [1, 2, 3, 4]),
        "`a`: the strides [5, 1] reach beyond 4 values",
    ),
    "strides backwards": (
        stream([2, 2, 2, -1, 1, 0, 1, 99], [1, 2, 3, 4]),
        "`a`: the strides [-1, 1] reach beyond 4 values",
    ),
    "negative length": (stream([1, 1, 1, 0, 1, 99], [], length=-1), "`a`: the length of the data is -1"),
    "length beyond the file": (
        stream([1, 1, 1, 0, 1, 99], [1], length=1 << 60),
        "`a` ends too early: the data needs 4611686018427387904 bytes at offset 113, 4 are left" + CUT,
    ),
    "more after the end": (stream([1, 1, 1, 0, 1, 99], [1]) + b"xyz", "`a`: 3 bytes follow the array"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_streams(case):
    hostile, expected = HOSTILE[case]
    assert refusal(hostile) == expected
