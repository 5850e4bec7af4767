import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from replay import CASES

from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.dl4j.archive import read_archive, write_archive
from dl4py.formats.dl4j.arrays import read_array, write_array
from dl4py.formats.dl4j.model import load
from dl4py.formats.dl4j.text import parse_json

GOOD = {name: zipfile.ZipFile(CASES / "updater-adam" / "model.zip").read(name) for name in (
    "configuration.json", "coefficients.bin", "updaterState.bin",
)}  # fmt: skip


def zipped(tmp_path, entries, **how):
    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w", **how) as file:
        for name, data in entries:
            file.writestr(name, data)
    return path


def message(path, kind=ModelFileError):
    with pytest.raises(kind) as error:
        load(path)
    return str(error.value).replace(str(path), "m.zip")


def test_traversal_absolute_and_drive_names(tmp_path):
    for name in ("../evil", "a/../../evil", "/etc/passwd", "C:/evil", "a\\..\\evil"):
        path = zipped(tmp_path, [*GOOD.items(), (name, b"x")])
        assert message(path) == f"m.zip: the entry {name!r} leads out of the archive"
    assert sorted(os.listdir(tmp_path)) == ["m.zip"]


def test_duplicate_entries(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zipped(tmp_path, [*GOOD.items(), ("coefficients.bin", b"x")])
    assert message(path) == "m.zip: two entries are called `coefficients.bin`"


def test_a_symbolic_link(tmp_path):
    info = zipfile.ZipInfo("configuration.json")
    info.external_attr = 0o120777 << 16
    path = zipped(tmp_path, [(info, b"/etc/passwd"), ("coefficients.bin", b"")])
    assert message(path) == "m.zip: `configuration.json` is a symbolic link"


def test_a_bomb_that_lies_about_its_size(tmp_path):
    path = zipped(tmp_path, [("configuration.json", b" " * 10_000_000), ("coefficients.bin", b"")], compression=8)
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02")
    (packed,) = struct.unpack_from("<I", raw, at + 20)
    raw[at + 24 : at + 28] = struct.pack("<I", 0x7FFFFFFF)
    path.write_bytes(raw)
    assert message(path) == f"m.zip: `configuration.json` claims 2147483647 bytes out of {packed}"


def test_json_too_large(tmp_path):
    path = zipped(tmp_path, [("configuration.json", os.urandom(1 << 20) * 65), ("coefficients.bin", b"")])
    assert message(path) == (
        "m.zip: `configuration.json` declares 68157440 bytes, more than the 67108864 that are read"
    )


def test_too_many_entries(tmp_path):
    path = zipped(tmp_path, [*GOOD.items(), *((f"e{i}", b"") for i in range(1000))])
    assert message(path) == "m.zip: 1003 entries, more than a model has"


def test_missing_entries(tmp_path):
    assert message(zipped(tmp_path, [("a.txt", b"")])) == (
        "m.zip: `configuration.json` is missing, so this is no DL4J model"
    )
    assert message(zipped(tmp_path, [("configuration.json", b"{}")])) == (
        "m.zip: `coefficients.bin` is missing, the model has no parameters"
    )


def test_not_a_zip_empty_truncated(tmp_path):
    path = tmp_path / "m.zip"
    path.write_bytes(b"")
    assert message(path) == "m.zip is not a model zip: it is empty"
    path.write_bytes(b"hello world")
    assert message(path) == "m.zip is not a model zip: file is not a zip file"
    path.write_bytes((CASES / "updater-adam" / "model.zip").read_bytes()[:-40])
    assert message(path) == "m.zip is not a model zip: it is cut off or damaged"


def test_damaged_entry(tmp_path):
    raw = bytearray((CASES / "updater-adam" / "model.zip").read_bytes())
    raw[200] ^= 0xFF
    path = tmp_path / "m.zip"
    path.write_bytes(raw)
    assert message(path) == ("m.zip: `configuration.json` cannot be unpacked: Bad CRC-32 for file 'configuration.json'")


def test_serialized_java_objects_are_named_and_never_loaded(tmp_path):
    path = zipped(tmp_path, [*GOOD.items(), ("normalizer.bin", b"\xac\xed\0\5")])
    assert message(path, UnsupportedFeature) == (
        "m.zip:normalizer.bin is a serialized Java object, which is never loaded"
    )


def changed(text, replacement):
    return [("configuration.json", GOOD["configuration.json"].replace(text, replacement)), *list(GOOD.items())[1:]]


def test_foreign_classes_are_refused_by_name(tmp_path):
    path = zipped(tmp_path, changed(b"org.deeplearning4j.nn.conf.layers.DenseLayer", b"java.lang.ProcessBuilder"))
    assert message(path, UnsupportedFeature) == (
        "m.zip:configuration.json:confs[0]: the class `java.lang.ProcessBuilder` is not known here"
    )


BROKEN_JSON = [
    (
        b'"nout" : 5',
        b'"nout" : -5',
        "m.zip:configuration.json:confs[0].n_out: input should be greater than 0, found '-5'",
    ),
    (
        b'"nout" : 5',
        b'"nout" : "x"',
        "m.zip:configuration.json:confs[0].n_out: input should be a valid integer, found 'x'",
    ),
    (b'"nin" : 6', b'"nin" : 7', "m.zip:coefficients.bin holds 53 values, the network has 58"),
    (b'"confs" : [', b'"confs" : 5, "x" : [', "m.zip:configuration.json: `confs` must be a list, found int"),
    (b'"confs" : [', b'"konfs" : [', None),
    (b"{", b"{{", "m.zip:configuration.json:1:2 is not JSON: expecting property name enclosed in double quotes"),
    (b'"seed" :', b'"seed" : 1, "seed" :', "m.zip:configuration.json:45:17 has the key `seed` twice in one object"),
]


@pytest.mark.parametrize(("text", "replacement", "expected"), BROKEN_JSON)
def test_broken_json(tmp_path, text, replacement, expected):
    from dl4py.errors import DL4PyError

    path = zipped(tmp_path, changed(text, replacement))
    found = message(path, DL4PyError)
    if expected is None:
        expected = "m.zip:configuration.json is no network of DL4J: neither `confs` nor `vertices` and `networkInputs` is there"
    assert found == expected


def test_json_nested_too_deep(tmp_path):
    path = zipped(tmp_path, [("configuration.json", b"[" * 300 + b"]" * 300), ("coefficients.bin", b"")])
    assert message(path) == "m.zip:configuration.json:1:201 is nested deeper than 200"


ARRAYS = [
    (lambda d: d[:-4], "`a` ends too early: the data needs 212 bytes at offset"),
    (lambda d: d + b"x", "`a`: 1 bytes follow the array"),
    (lambda d: b"\0\5HELLO" + d[7:], "`a` is no ND4J array: unknown buffer mode `HELLO`"),
    (lambda d: d.replace(b"FLOAT", b"FLOOT"), "`a`: unknown number type `FLOOT`"),
    (lambda d: b"", "`a` ends too early: the mode of the shape needs 2 bytes at offset 0, 0 are left"),
    (lambda d: d[:18] + struct.pack(">q", 1 << 50) + d[26:], "`a` ends too early: the shape needs"),
]


@pytest.mark.parametrize(("damage", "expected"), ARRAYS)
def test_broken_arrays(damage, expected):
    with pytest.raises(ModelFileError) as error:
        read_array(damage(GOOD["coefficients.bin"]), "a")
    assert str(error.value).startswith(expected)


def test_strides_are_respected_and_checked():
    data = write_array(np.arange(6, dtype=np.float32).reshape(2, 3))
    plain = struct.pack(">8q", 2, 2, 3, 3, 1, 8192, 1, 99)
    turned = struct.pack(">8q", 2, 2, 3, 1, 2, 8192, 1, 99)
    assert plain in data
    assert read_array(data.replace(plain, turned)).tolist() == [[0, 2, 4], [1, 3, 5]]
    beyond = struct.pack(">8q", 2, 2, 3, 30, 1, 8192, 1, 99)
    with pytest.raises(ModelFileError, match="reach beyond 6 values"):
        read_array(data.replace(plain, beyond))


@pytest.mark.parametrize("kind", ["f4", "f8", "f2"])
@pytest.mark.parametrize("shape", [(7,), (2, 3), (2, 3, 4)])
def test_arrays_round_trip(kind, shape):
    array = np.random.default_rng(0).normal(size=shape).astype(kind)
    assert np.array_equal(read_array(write_array(array)), array)


def test_older_modes():
    data = struct.pack(">H7si", 7, b"JAVACPP", 8) + struct.pack(">H3s8i", 3, b"INT", 2, 1, 3, 1, 1, 0, 1, 99)
    data += struct.pack(">H7si", 7, b"JAVACPP", 3) + struct.pack(">H5s3f", 5, b"FLOAT", 1.0, 2.0, 3.0)
    assert read_array(data).tolist() == [[1.0, 2.0, 3.0]]


def test_written_zips_repeat_and_leave_nothing_behind(tmp_path):
    write_archive(tmp_path / "a.zip", GOOD)
    first = (tmp_path / "a.zip").read_bytes()
    write_archive(tmp_path / "a.zip", GOOD)
    assert (tmp_path / "a.zip").read_bytes() == first
    assert os.listdir(tmp_path) == ["a.zip"]
    archive = read_archive(tmp_path / "a.zip")
    assert archive.names == ["configuration.json", "coefficients.bin", "updaterState.bin"]
    archive.close()


BAD = {
    "truncated": "FILE is not a model zip: it is cut off or damaged\n   = hint: a model is the zip that DL4J or dl4py wrote",
    "no_coefficients": (
        "FILE: `coefficients.bin` is missing, the model has no parameters\n"
        "   = hint: a model that has none says so by an entry `noParams.marker`"
    ),
    "config_not_json": "FILE:configuration.json:24:18 is not JSON: expecting ':' delimiter",
    "coefficients_truncated": (
        "FILE:coefficients.bin has 150 bytes, its array needs 234\n"
        "   = hint: the file was cut off or damaged; fetch it again"
    ),
}


def read_whole(path):
    archive = read_archive(path)
    try:
        parse_json(archive.read("configuration.json"), f"{path}:configuration.json")
        archive.read_array("coefficients.bin", 41)
    finally:
        archive.close()


@pytest.mark.parametrize("name", BAD)
def test_bad_zips_of_the_corpus(name):
    path = Path(__file__).parent / "bad" / f"{name}.zip"
    with pytest.raises(ModelFileError) as error:
        read_whole(path)
    assert error.value.render().replace(str(path), "FILE") == BAD[name]


def opened(tmp_path, entries, **how):
    return read_archive(zipped(tmp_path, [("configuration.json", b"{}"), *entries], **how))


def refused(action, tmp_path):
    with pytest.raises(ModelFileError) as error:
        action()
    return error.value.render().replace(str(tmp_path / "m.zip"), "m.zip")


def test_a_network_without_parameters_says_so(tmp_path):
    archive = opened(tmp_path, [("coefficients.bin", b""), ("noParams.marker", b"")])
    assert (archive.has("noParams.marker"), archive.size("coefficients.bin"), archive.size("none")) == (True, 0, 0)
    archive.close()
    opened(tmp_path, [("noParams.marker", b"")]).close()


def test_an_entry_that_is_not_there(tmp_path):
    archive = opened(tmp_path, [("coefficients.bin", b"")])
    assert refused(lambda: archive.read("updaterState.bin"), tmp_path) == "m.zip: there is no entry `updaterState.bin`"
    archive.close()


def test_an_encrypted_entry(tmp_path):
    path = zipped(tmp_path, GOOD.items())
    raw = bytearray(path.read_bytes())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(sign) + offset] |= 1
    path.write_bytes(raw)
    assert refused(lambda: read_archive(path), tmp_path) == (
        "m.zip: `configuration.json` is encrypted\n   = hint: DL4J writes no passwords; pack it without one"
    )


def test_a_bomb_is_noticed_before_it_is_unpacked(tmp_path):
    zeros = [("coefficients.bin", bytes(30_000_000))]
    archive = opened(tmp_path, zeros, compression=zipfile.ZIP_DEFLATED)
    tracemalloc.start()
    message = refused(lambda: archive.read_array("coefficients.bin", 5), tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    archive.close()
    assert message == (
        "`m.zip:coefficients.bin` is no ND4J array: unknown buffer mode ``\n   = hint: was the file written by DL4J?"
    )
    assert most < 1_000_000


def refused_lightly(tmp_path, more, **declared):
    """The refusal of a model whose entries `more` are small only as long as they are packed."""
    path = zipped(tmp_path, (GOOD | more).items(), compression=zipfile.ZIP_DEFLATED)
    load(CASES / "updater-adam" / "model.zip")  # what Python keeps for good is made before it is counted
    tracemalloc.start()
    message = refused(lambda: load(path), tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4_000_000
    return message


WRONG = "\n   = hint: the configuration was changed, or belongs to another network"


@pytest.mark.parametrize("name", ["coefficients.bin", "updaterState.bin"])
def test_an_array_of_zeros_larger_than_the_network(tmp_path, name):
    expected = 53 if name == "coefficients.bin" else 106
    message = refused_lightly(tmp_path, {name: write_array(np.zeros(10_000_000, np.float32))})
    assert message == f"m.zip:{name} holds 10000000 values, the network has {expected}{WRONG}"


def test_a_small_array_in_a_large_buffer(tmp_path):
    large = write_array(np.zeros(10_000_000, np.float32))
    sizes = struct.pack(">2q", 1, 10_000_000)
    assert large.count(sizes) == 1
    message = refused_lightly(tmp_path, {"coefficients.bin": large.replace(sizes, struct.pack(">2q", 1, 53))})
    assert message == f"m.zip:coefficients.bin holds 10000000 values, the network has 53{WRONG}"


def test_statistics_larger_than_any(tmp_path):
    assert refused_lightly(tmp_path, {"normalizer.bin": bytes(70_000_000)}) == (
        "m.zip: `normalizer.bin` declares 70000000 bytes, more than the 67108864 that are read\n"
        "   = hint: this is no model that DL4J wrote"
    )


@pytest.mark.parametrize(("method", "number"), [(zipfile.ZIP_LZMA, 14), (zipfile.ZIP_BZIP2, 12)])
def test_other_ways_of_packing(tmp_path, method, number):
    path = zipped(tmp_path, GOOD.items(), compression=method)
    with pytest.raises(UnsupportedFeature) as error:
        read_archive(path)
    assert error.value.render().replace(str(path), "m.zip") == (
        f"m.zip: `configuration.json` is packed by method {number}\n"
        "   = hint: pack it with deflate, the only method that DL4J reads"
    )


def test_an_entry_larger_than_it_declares(tmp_path):
    path = zipped(tmp_path, [("configuration.json", b"{}" * 500), ("coefficients.bin", b"")])
    raw = bytearray(path.read_bytes())
    for sign, offset in ((b"PK\x03\x04", 18), (b"PK\x01\x02", 20)):
        at = raw.index(sign) + offset
        raw[at : at + 8] = struct.pack("<II", 1000, 10)
    path.write_bytes(raw)
    archive = read_archive(path)
    assert refused(lambda: archive.read("configuration.json"), tmp_path) == (
        "m.zip: `configuration.json` cannot be unpacked: Bad CRC-32 for file 'configuration.json'\n"
        "   = hint: the file was cut off or damaged; fetch it again"
    )
    archive.close()


def test_java_objects_that_dl4j_passes_over_are_passed_over(tmp_path):
    more = [("preprocessor.bin", b"\xac\xed\0\5"), ("objects/labels", b"\xac\xed\0\5")]
    path = zipped(tmp_path, [*GOOD.items(), *more])
    assert load(path).params.size > 0


def test_a_folder_and_no_file(tmp_path):
    (tmp_path / "m.zip").mkdir()
    assert refused(lambda: read_archive(tmp_path / "m.zip"), tmp_path) == "m.zip is a folder, not a model"
    assert refused(lambda: read_archive(tmp_path / "n.zip"), tmp_path) == (
        f"there is no file {tmp_path / 'n.zip'}\n   = hint: check the path"
    )


def test_entries_are_written_in_dl4js_order(tmp_path):
    entries = dict.fromkeys(
        ("z", "normalizer.bin", "a", "updaterState.bin", "coefficients.bin", "configuration.json"), b"x"
    )
    write_archive(tmp_path / "m.zip", entries)
    with zipfile.ZipFile(tmp_path / "m.zip") as file:
        infos = file.infolist()
    assert [info.filename for info in infos] == [
        "configuration.json", "coefficients.bin", "updaterState.bin", "normalizer.bin", "a", "z",
    ]  # fmt: skip
    assert {info.compress_type for info in infos} == {zipfile.ZIP_DEFLATED}
