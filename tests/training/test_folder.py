import pytest

from dl4py.errors import DL4PyError
from dl4py.training.folder import MODEL, new_folder, own_folder


def test_folders_are_numbered(tmp_path):
    assert [new_folder("net", tmp_path).name for _ in range(3)] == ["net-1", "net-2", "net-3"]


def test_a_named_folder_is_made_once(tmp_path):
    folder = own_folder(tmp_path / "a" / "b")
    assert folder.is_dir()
    assert own_folder(folder) == folder  # still empty
    (folder / MODEL).touch()
    with pytest.raises(DL4PyError) as error:
        own_folder(folder)
    assert error.value.render() == (
        f"{folder} holds a run already\n"
        f"   = hint: go on with `dl4py train --resume {folder}`, or choose another `--output`"
    )


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "runs").touch()
    with pytest.raises(DL4PyError) as error:
        new_folder("net", tmp_path / "runs")
    assert error.value.render() == (
        f"cannot make the folder {tmp_path / 'runs' / 'net-1'}: Not a directory\n   = hint: name one with `--output`"
    )
