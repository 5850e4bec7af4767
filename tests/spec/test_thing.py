"""Things: places remembered, paths found from the spec's folder, older names, inherited keys, short forms."""

import pickle
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import ValidationError

from dl4py.registry import Kind
from dl4py.spec import AsTuple, FilePath, Number, Size, Source, Thing, facts, key
from dl4py.spec.override import override
from dl4py.spec.parse import parse

FOLDER = Path("/specs")


class Files(Thing):
    """Paths in all the ways a key can hold them."""

    one: FilePath = key("One path.", default="a.csv")
    maybe: FilePath | None = key("A path or nothing.", default=None)
    several: Annotated[tuple[FilePath, ...], AsTuple] = key("Paths.", default=())
    word: str = key("No path.", default="")
    from_: FilePath | None = key("A path under another name.", default=None, alias="from")


def read(text: str, folder: Path | None = FOLDER, cls: type[Thing] = Files) -> Any:
    return cls.model_validate(parse(Source("s.yaml", text, folder)))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("x.csv", "/specs/x.csv"),
        ("../x.csv", "/specs/../x.csv"),
        ("/data/x.csv", "/data/x.csv"),
        ("hdfs://host/x.csv", "hdfs://host/x.csv"),
    ],
)
@pytest.mark.parametrize("name", ["one", "maybe", "from"])
def test_a_path_in_a_file_starts_at_the_files_folder(name, written, found):
    assert getattr(read(f"{name}: {written}"), "from_" if name == "from" else name) == found


def test_paths_of_a_list_and_plain_words():
    made = read("several: [a, /b]\nword: a/b")
    assert made.several == ("/specs/a", "/b")
    assert made.word == "a/b"
    assert made.one == "a.csv"  # a default is not of the file


def test_paths_from_standard_input_from_options_and_from_python_stay():
    assert read("one: x.csv", folder=None).one == "x.csv"
    tree = parse(Source("s.yaml", "one: x.csv\nmaybe: y.csv", FOLDER))
    override(tree, "maybe=z.csv")
    made = Files.model_validate(tree)
    assert (made.one, made.maybe) == ("/specs/x.csv", "z.csv")
    assert Files(one="x.csv").one == "x.csv"
    assert Files.model_validate({"one": "x.csv"}).one == "x.csv"


def test_a_tree_read_twice_gives_the_same_paths():
    tree = parse(Source("s.yaml", "one: x.csv\nseveral: [y]", FOLDER))
    assert Files.model_validate(tree) == Files.model_validate(tree)
