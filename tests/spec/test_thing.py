"""Things: places remembered, paths found from the spec's folder, older names, inherited keys, short forms."""

import pickle
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import ValidationError
from zoo import Animal, Cat, Dog, Hours, Shared, Zoo

from dl4py.spec import (
    AsTuple,
    Count,
    FilePath,
    Flag,
    Fraction,
    MarkedDict,
    Names,
    NonNegative,
    Number,
    Numbers,
    Positive,
    Size,
    Sizes,
    Source,
    Thing,
    facts,
    key,
)
from dl4py.spec.override import override
from dl4py.spec.parse import parse
from dl4py.spec.thing import marked

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


def test_a_thing_is_frozen_hashable_and_equal_by_its_keys():
    assert Cat(lives=3) == Cat(lives=3)
    assert Cat(lives=3) != Cat(lives=4)
    assert len({Cat(), Cat(lives=9), Cat(lives=8)}) == 2
    with pytest.raises(ValidationError, match="frozen"):
        Cat().lives = 3


def test_places_are_outside_equality_hashing_and_printing():
    read_one = read("lives: 3", cls=Cat)
    assert (read_one, hash(read_one), repr(read_one)) == (Cat(lives=3), hash(Cat(lives=3)), repr(Cat(lives=3)))


def test_places_of_keys_and_of_the_whole():
    dog = read("  weight: 3\n  from: Rome\n", cls=Dog)
    assert str(dog.mark("weight")) == "s.yaml:1:11"
    assert str(dog.mark("from_")) == "s.yaml:2:9"
    assert str(dog.mark("joy")) == str(dog.mark()) == "s.yaml:1:3"
    assert Dog(weight=3.0).mark("weight") is None


def test_places_survive_copies_and_pickling():
    cat = read("lives: 3", cls=Cat)
    for copy in (cat.but(fur="long"), pickle.loads(pickle.dumps(cat))):
        assert copy.mark("lives") == cat.mark("lives")
        assert copy.lives == 3


def test_but_changes_a_copy():
    cat = Cat()
    assert (cat.but(lives=1).lives, cat.lives) == (1, 9)


def test_inherit_fills_only_what_was_not_written():
    defaults = {"fur": "long", "lives": 2, "weight": 7.0}
    assert Cat(lives=3).inherit(defaults) == Cat(lives=3, fur="long")
    assert Cat(fur="short").inherit(defaults) == Cat(fur="short")  # as written, although it is the default
    assert Shared().inherit({}) == Shared()


def test_an_older_name_is_understood():
    zoo = read("sign: Beasts", cls=Zoo)
    assert zoo.title == "Beasts"
    assert str(zoo.mark("title")) == "s.yaml:1:7"
    with pytest.raises(ValidationError, match="Extra inputs"):
        read("sign: a\ntitle: b", cls=Zoo)


@pytest.mark.parametrize("value", ["cat", {"type": "cat"}, Cat(), 9])
def test_short_forms_mappings_and_objects(value):
    assert Zoo(star=value).star == Cat()


def test_the_table_of_a_kind_knows_its_base():
    assert Animal.kind.base is Animal
    assert (Cat.type, Cat.java, Dog.java) == ("cat", "org.zoo.CatBeast", None)


@pytest.mark.parametrize("cls", [Zoo, Hours])
def test_unknown_keys_are_refused(cls):
    with pytest.raises(ValidationError, match="Extra inputs"):
        cls.model_validate({"closes": 20, "wings": 2} if cls is Hours else {"wings": 2})


class Values(Thing):
    """Every value type."""

    flag: Flag = key("", default=False)
    size: Size = key("", default=1)
    count: Count = key("", default=0)
    fraction: Fraction = key("", default=0.5)
    number: Number = key("", default=0.0)
    positive: Positive = key("", default=1.0)
    non_negative: NonNegative = key("", default=0.0)
    names: Names = key("", default=())
    sizes: Sizes = key("", default=())
    numbers: Numbers = key("", default=())


INF, NAN = float("inf"), float("nan")
TAKEN = {
    "flag": [True, False], "size": [1, 10**20], "count": [0, 3], "fraction": [0, 1, 0.5], "number": [-1e300, 0, 3],
    "positive": [1e-300, 3], "non_negative": [0, 0.0, 3], "names": ["a", ["a"], ("a", "b"), []], "sizes": [[1, 2], (1,), []],
    "numbers": [[1, 2.5], []],
}  # fmt: skip
REFUSED = {
    "flag": [0, 1, "true", None], "size": [0, -1, 1.0, "1", True], "count": [-1, 0.0, False], "fraction": [-0.1, 1.1, NAN, "0.5", True],
    "number": [INF, -INF, NAN, "1", None, True], "positive": [0, -1.0, INF], "non_negative": [-1e-300, INF],
    "names": [1, [1], None], "sizes": [[0], 1, "ab"], "numbers": [["a"], 1.0],
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in TAKEN.items() for value in values])
def test_values_that_are_taken(name, value):
    taken = getattr(Values(**{name: value}), name)
    wanted = (
        (value,) if name == "names" and isinstance(value, str) else tuple(value) if isinstance(value, list) else value
    )
    assert taken == wanted


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values])
def test_values_that_are_refused(name, value):
    with pytest.raises(ValidationError):
        Values(**{name: value})


def test_facts_are_what_key_was_told():
    class Named(Thing):
        n_out: int = key(
            "Width.", json="nout", inherited=True, spelling="upper", hidden=True, formerly="n", omit_null=True
        )
        plain: int = key("Plain.", default=1)

    assert facts(Named.model_fields["n_out"]) == {
        "json": "nout", "inherited": True, "spelling": "upper", "hidden": True, "formerly": "n", "omit_null": True,
    }  # fmt: skip
    assert facts(Named.model_fields["plain"]) == {}
    assert Named.model_fields["plain"].description == "Plain."


def test_plain_values_can_stand_for_a_text():
    tree = marked({"a": [{"b": 1}], 3: "x"})
    assert tree == {"a": [{"b": 1}], "3": "x"}
    assert isinstance(tree["a"][0], MarkedDict)
    assert marked(tree) is tree
