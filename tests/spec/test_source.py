"""Files to texts, and places inside them."""

import io
from pathlib import Path

import pytest

from dl4py.errors import SpecError, YamlSyntaxError
from dl4py.spec import Mark, Source


def refusal(path) -> str:
    with pytest.raises(SpecError) as error:
        Source.read(path)
    return error.value.render()


def test_a_file_is_read_with_its_folder(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_bytes("größe: 1\n".encode())
    source = Source.read(path)
    assert source == Source(str(path), "größe: 1\n", tmp_path.resolve())


def test_the_folder_is_absolute_although_the_path_is_not(tmp_path, monkeypatch):
    (tmp_path / "s.yaml").write_text("a: 1")
    monkeypatch.chdir(tmp_path)
    source = Source.read("s.yaml")
    assert (source.name, source.folder) == ("s.yaml", tmp_path.resolve())


def test_a_byte_order_mark_is_no_text(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1")
    assert Source.read(path).text == "a: 1"


def test_a_dash_is_standard_input(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO("ä: 1".encode()), encoding="latin-1")
    monkeypatch.setattr("sys.stdin", stdin)
    assert Source.read("-") == Source("<stdin>", "ä: 1", None)


def test_a_text_has_no_folder():
    assert Source("t", "a: 1").folder is None


def test_a_missing_file_names_its_neighbour(tmp_path):
    (tmp_path / "lenet.yaml").write_text("")
    assert refusal(tmp_path / "lent.yaml") == (
        f"there is no file {tmp_path}/lent.yaml\n   = hint: did you mean `{tmp_path}/lenet.yaml`?"
    )
    assert refusal(tmp_path / "zzz.txt") == f"there is no file {tmp_path}/zzz.txt\n   = hint: check the path"


def test_a_folder_is_refused(tmp_path):
    assert refusal(tmp_path) == f"{tmp_path} is a folder, not a spec\n   = hint: name the YAML file inside"


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\x89HDF\r\n", b"network:\0"])
def test_binary_files_are_refused(tmp_path, start):
    path = tmp_path / "model.zip"
    path.write_bytes(start + b"rest")
    assert refusal(path) == f"{path} is a binary file, not a spec\n   = hint: a spec is YAML or JSON text"


def test_other_encodings_are_refused(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_bytes("a: 1\nb: ü".encode("latin-1"))
    assert refusal(path) == f"{path}:2 is not UTF-8 text\n   = hint: save the file as UTF-8"


def test_large_files_are_refused(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_bytes(b"#" * (8 << 20))
    assert len(Source.read(path).text) == 8 << 20
    path.write_bytes(b"#" * ((8 << 20) + 1))
    assert refusal(path) == f"{path} is larger than 8 MiB, which no spec is\n   = hint: is it the right file?"


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "s.yaml").write_text("a: 1")
    monkeypatch.setattr("builtins.open", denied)
    assert refusal(tmp_path / "s.yaml") == f"{tmp_path}/s.yaml cannot be read: Permission denied"


def test_refusals_of_content_are_syntax_errors(tmp_path):
    (tmp_path / "s.yaml").write_bytes(b"\0")
    with pytest.raises(YamlSyntaxError):
        Source.read(tmp_path / "s.yaml")


def test_a_mark_shows_its_line():
    mark = Mark(Source("s.yaml", "a: 1\nb: two\n"), 1, 3, 3)
    assert str(mark) == "s.yaml:2:4"
    assert mark.excerpt() == "  |\n2 | b: two\n  |    ^^^"


def test_a_caret_stays_inside_the_line():
    assert Mark(Source("s", "abc"), 0, 1, 99).excerpt() == "  |\n1 | abc\n  |  ^^"
    assert Mark(Source("s", "abc"), 7, 0).excerpt() == "  |\n8 | \n  | ^"


def test_long_lines_are_cut_around_the_place():
    text = "x" * 300 + "!" + "y" * 300
    top, line, caret = Mark(Source("s", text), 0, 300).excerpt().split("\n")
    assert top == "  |"
    assert len(line) == len("1 | ") + 160
    assert line[caret.index("^")] == "!"


def test_what_cannot_be_printed_is_replaced():
    assert Mark(Source("s", "a\t\x1b[1m\ud800"), 0, 0).excerpt() == "  |\n1 | a �[1m�\n  | ^"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_lines_end_where_yaml_ends_them(end):
    source = Source("s", f"a{end}b")
    assert (source.line(0), source.line(1), source.line(2)) == ("a", "b", "")


def test_reading_takes_a_path_or_its_words(tmp_path):
    (tmp_path / "s.yaml").write_text("a: 1")
    assert Source.read(str(tmp_path / "s.yaml")) == Source.read(Path(tmp_path, "s.yaml"))
