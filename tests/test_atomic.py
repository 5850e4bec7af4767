import errno
import os
import stat

import pytest

from dl4py.atomic import replacing, write_bytes, write_text
from dl4py.errors import DL4PyError


def test_bytes_and_text_arrive_whole(tmp_path):
    write_bytes(tmp_path / "a", b"\0\1\2")
    write_text(tmp_path / "b", "grün\n")
    assert (tmp_path / "a").read_bytes() == b"\0\1\2"
    assert (tmp_path / "b").read_bytes() == "grün\n".encode()
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_nothing_changes_before_the_end_of_the_block(tmp_path):
    target = tmp_path / "a"
    target.write_text("old")
    with replacing(target) as file:
        file.write(b"new")
        file.flush()
        assert target.read_text() == "old"
        (part,) = set(os.listdir(tmp_path)) - {"a"}
        assert part.startswith(".a.")
    assert target.read_text() == "new"
    assert os.listdir(tmp_path) == ["a"]


def write_half(target, stop):
    with replacing(target) as file:
        file.write(b"half")
        raise stop


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_a_failing_block_leaves_the_old_file_alone(tmp_path, stop):
    target = tmp_path / "a"
    target.write_text("old")
    with pytest.raises(stop):
        write_half(target, stop)
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


def test_permissions_are_those_of_the_file_replaced_or_of_a_new_one(tmp_path):
    (tmp_path / "old").write_text("x")
    (tmp_path / "old").chmod(0o640)
    (tmp_path / "usual").write_text("x")
    for name in ("old", "new"):
        write_text(tmp_path / name, "y")
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("old", "new", "usual")}
    assert modes["old"] == 0o640
    assert modes["new"] == modes["usual"]


def shown(target, action):
    with pytest.raises(DL4PyError) as error:
        action()
    return error.value.render().replace(str(target.parent), "DIR")


def test_a_missing_folder_and_a_file_for_a_folder(tmp_path):
    target = tmp_path / "none" / "a"
    assert shown(target, lambda: write_text(target, "x")) == (
        "cannot write `DIR/a`: No such file or directory\n   = hint: make the folder `DIR` first"
    )
    (tmp_path / "file").write_text("")
    target = tmp_path / "file" / "a"
    assert shown(target, lambda: write_text(target, "x")) == (
        "cannot write `DIR/a`: Not a directory\n   = hint: `DIR` is a file; choose a folder"
    )


def test_a_folder_in_the_place(tmp_path):
    target = tmp_path / "a"
    target.mkdir()
    assert shown(target, lambda: write_text(target, "x")) == (
        "cannot write `DIR/a`: Is a directory\n   = hint: this is a folder; name a file in it"
    )
    assert os.listdir(tmp_path) == ["a"]


REFUSALS = [
    (errno.ENOSPC, "free some space, or choose another disk; what stood there before is untouched"),
    (errno.EDQUOT, "free some space, or choose another disk; what stood there before is untouched"),
    (errno.EACCES, "choose a folder that you may write to"),
    (errno.EROFS, "choose a folder that you may write to"),
]


@pytest.mark.parametrize(("number", "hint"), REFUSALS, ids=lambda v: str(v)[:8])
def test_a_system_that_refuses(tmp_path, monkeypatch, number, hint):
    target = tmp_path / "a"
    target.write_text("old")

    def refuse(handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    assert shown(target, lambda: write_text(target, "x")) == (
        f"cannot write `DIR/a`: {os.strerror(number)}\n   = hint: {hint}"
    )
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]
