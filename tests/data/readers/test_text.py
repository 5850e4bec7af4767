import pytest
from contract import check_round_trip
from pydantic import ValidationError

from dl4py.data.config import DataConfig
from dl4py.data.readers.text import Text
from dl4py.errors import DataError


def write(tmp_path, text, name="text.txt"):
    (tmp_path / name).write_bytes(text.encode())
    return str(tmp_path / name)


def spoken(array, names):
    return ["".join(names[i] for i in example.argmax(axis=0)) for example in array]


def message(reader, tmp_path):
    with pytest.raises(DataError) as error:
        reader.load()
    return f"{error.value}\n{error.value.hint}".replace(str(tmp_path) + "/", "")


def test_the_label_is_the_next_character(tmp_path):
    data = Text(path=write(tmp_path, "to be,\nor not"), length=4).load()
    assert data.class_names == tuple("\n ,benort")
    assert spoken(data.features[0], data.class_names) == ["to b", "e,\no", "r no"]
    assert spoken(data.labels[0], data.class_names) == ["o be", ",\nor", " not"]
    assert (data.features[0].sum(axis=1) == 1).all()
    assert [data.place(i).rpartition("/")[2] for i in range(3)] == ["text.txt:1", "text.txt:1", "text.txt:2"]
    check_round_trip(Text(path="a", length=7, step=3, vocabulary="abc", unknown="drop"))


def test_pieces_that_overlap_and_what_is_left_out(tmp_path):
    data = Text(path=write(tmp_path, "abcdefg"), length=3, step=2).load()
    assert spoken(data.features[0], data.class_names) == ["abc", "cde"]
    assert spoken(data.labels[0], data.class_names) == ["bcd", "def"]
    assert len(Text(path=write(tmp_path, "abcdef"), length=3).load()) == 1  # the sixth has no successor
    assert spoken(Text(path=write(tmp_path, "abcdefg"), length=3, rows=(1, 2)).load().labels[0], "abcdefg") == ["efg"]


def test_pieces_never_cross_files(tmp_path):
    write(tmp_path, "aab", "1.txt")
    write(tmp_path, "a", "2.txt")
    write(tmp_path, "bba\nab", "3.txt")
    data = Text(path=str(tmp_path), length=2).load()
    assert spoken(data.features[0], data.class_names) == ["aa", "bb", "a\n"]
    assert [data.place(i).rpartition("/")[2] for i in range(3)] == ["1.txt:1", "3.txt:1", "3.txt:1"]


def test_the_vocabulary_is_that_of_training(tmp_path):
    train, test = (Text(path=write(tmp_path, text, f"{i}"), length=2) for i, text in enumerate(["abcab", "bab"]))
    data = DataConfig(train=train, test=test).open()
    assert data.test.features[0].tolist() == [[[0, 1], [1, 0], [0, 0]]]
    strange = Text(path=write(tmp_path, "a\nba d"), length=2)
    assert message(strange.beside(data.train), tmp_path) == (
        "text.txt:1:2: the character '\\n' is not in the vocabulary of 3\n`unknown: drop` leaves such characters out"
    )
    dropped = strange.but(unknown="drop").beside(data.train).load()
    assert spoken(dropped.labels[0], data.train.class_names) == ["ba"]
    given = Text(path=train.path, length=2, vocabulary="cbaz").load()
    assert given.class_names == ("c", "b", "a", "z")


def test_bad_text(tmp_path):
    reader = Text(path=write(tmp_path, "short"), length=5)
    assert message(reader, tmp_path) == ("text.txt has 5 characters, a piece of 5 needs 6\ntake a smaller `length`")
    assert message(reader.but(classes=4), tmp_path) == "text.txt has 5 different characters, `classes` says 4\nNone"
    (tmp_path / "latin.txt").write_bytes(b"gr\xfcn")
    assert message(reader.but(path=str(tmp_path / "latin.txt")), tmp_path) == (
        "latin.txt:1: byte 0xfc is not utf-8 text\nset `encoding`, for example latin-1"
    )


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"vocabulary": "aba"}, "the character 'a' stands twice"),
        ({"vocabulary": "ab", "classes": ("a", "b")}, "`vocabulary` and `classes` both list the characters"),
    ],
)
def test_contradictions(keys, expected):
    with pytest.raises(ValidationError) as error:
        Text(path="a", **keys)
    assert error.value.errors()[0]["msg"] == expected
