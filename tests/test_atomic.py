import errno
import os
import signal
import stat
import subprocess
import sys
import threading

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
        assert part.startswith(".dl4py-")
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


KILLED = """
import os, signal, sys
from dl4py.atomic import replacing
with replacing(sys.argv[1]) as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_changes_nothing_and_the_next_one_clears_up(tmp_path):
    target = tmp_path / "a"
    target.write_text("old")
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", KILLED, target]).returncode == -signal.SIGKILL
        assert target.read_text() == "old"
        assert len(os.listdir(tmp_path)) == 2
    write_text(tmp_path / "b", "new")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_a_living_writer_is_not_taken_for_a_dead_one(tmp_path):
    with replacing(tmp_path / "a") as file:
        file.write(b"slow")
        write_text(tmp_path / "b", "quick")
        write_text(tmp_path / "a", "in between")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "slow", "b": "quick"}


def test_many_writers_of_one_file(tmp_path):
    texts = [letter * 1000 for letter in "abcd"]
    writers = [threading.Thread(target=lambda t=t: [write_text(tmp_path / "a", t) for _ in range(50)]) for t in texts]
    failures = []
    threading.excepthook, before = lambda args: failures.append(args.exc_value), threading.excepthook
    try:
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    finally:
        threading.excepthook = before
    assert failures == []
    assert (tmp_path / "a").read_text() in texts
    assert os.listdir(tmp_path) == ["a"]


def test_the_files_of_others_are_left_alone(tmp_path):
    for name in (".a.part", ".dl4py-notes", "dl4py-1.part"):
        (tmp_path / name).write_text("mine")
    write_text(tmp_path / "a", "x")
    assert sorted(os.listdir(tmp_path)) == [".a.part", ".dl4py-notes", "a", "dl4py-1.part"]


def test_a_name_of_the_greatest_length(tmp_path):
    write_text(tmp_path / ("n" * 255), "x")
    assert os.listdir(tmp_path) == ["n" * 255]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real/a")
    for text in ("first", "second"):
        write_text(tmp_path / "link", text)
        assert (tmp_path / "real" / "a").read_text() == text
    assert (tmp_path / "link").is_symlink()


def test_a_pipe_is_written_straight(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    found = []
    reader = threading.Thread(target=lambda: found.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_bytes(tmp_path / "pipe", b"through")
    reader.join()
    assert found == [b"through"]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
