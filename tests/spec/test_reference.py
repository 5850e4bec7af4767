"""Pages and explanations come from the classes."""

import subprocess
import sys

import pytest
from zoo import Cat, Dog

from dl4py.errors import DL4PyError
from dl4py.spec.reference import explain, kinds, page

CAT = """\
### cat

A cat, which has lives.

DL4J: `org.zoo.CatBeast`

| key | value | default | meaning |
|---|---|---|---|
| `name` | text | `none` | Name on the door. |
| `lives` | whole number above 0 | `9` | Lives left. |
| `friend` | whole number above 0 or an animal | `none` | Another animal. |
| `fur` | one of `short`, `long` | `short` | Length of the fur. *(from `defaults:`)* |
"""

DOG = """\
### dog

A dog | which has a weight.

| key | value | default | meaning |
|---|---|---|---|
| `name` | text | `none` | Name on the door. |
| `tricks` | text or a list of words | `[]` | What it can do. |
| `trained` | true or false | `false` | Whether it listens. |
| `joy` | number from 0 to 1 | `0.5` | Share of the day it wags. |
| `from` | text | `none` | Where it comes from. |
| `run` | a list of 2 whole numbers above 0 | `none` | Width and length of its run. |
| `weight` | number above 0 | **needed** | Weight in kilograms. *(from `defaults:`)* |
"""


def test_a_page(zoo):
    assert page(Cat, "cat") == CAT


def test_a_page_of_a_thing_that_dl4j_has_not(zoo):
    assert page(Dog, "dog") == DOG


def test_bars_do_not_break_the_table(zoo, monkeypatch):
    monkeypatch.setattr(Cat.model_fields["lives"], "description", "One | two.")
    assert "| `lives` | whole number above 0 | `9` | One \\| two. |" in page(Cat, "cat")


def test_a_type(zoo):
    assert explain("cat") == CAT.replace("### cat", "### cat (animal)").rstrip()


@pytest.mark.parametrize("name", ["animal", "animals", "zoo"])
def test_a_kind(zoo, name):
    assert explain(name).startswith(
        "### animal\n\nWhat lives in the zoo. A bare number is a cat's lives.\n\n"
        "* `cat` – A cat, which has lives.\n* `dog` – A dog | which has a weight."
    )


def test_a_section(zoo):
    text = explain("zoo")
    assert "### section `zoo`\n\nA zoo.\n" in text
    assert "| `star` | whole number above 0 or an animal | `cat` | The one on the poster. |" in text


KEYS = {
    "zoo.pens": "Sizes of the pens. Takes a list of whole numbers above 0. Default: `[1]`.",
    "zoo.hours.closes": "Hour. Takes a whole number. It is needed.",
    "zoo.days.opens": "Hour. Takes a whole number. Default: `9`.",
    "zoo.star.lives": "Lives left. Takes a whole number above 0. Default: `9`.",
    "zoo.star.cat.friend.dog.joy": "Share of the day it wags. Takes a number from 0 to 1. Default: `0.5`.",
    "zoo.animals.dog.from": "Where it comes from. Takes text. Default: `none`.",
    "zoo.defaults.fur": (
        "Length of the fur. Takes one of `short`, `long`. Default: `short`. A layer that does not say takes it from `defaults:`."
    ),
}


@pytest.mark.parametrize("path", KEYS)
def test_a_key_by_its_path(zoo, path):
    assert explain(path) == f"### {path}\n\n{KEYS[path]}"


def test_a_key_wherever_it_stands(zoo):
    heading, *meanings = explain("weight").split("\n* ")  # other rooms may have a key of that name
    assert heading == "### weight (key)\n"
    assert [meaning.rstrip() for meaning in meanings if meaning.startswith("Weight in kilograms.")] == [
        "Weight in kilograms. Takes a number above 0. Default: `1.0`. A layer that does not say takes it from `defaults:`.\n"
        "  In `zoo.defaults`.",
        "Weight in kilograms. Takes a number above 0. It is needed. A layer that does not say takes it from `defaults:`.\n"
        "  In `dog`.",
    ]


def test_an_error():
    assert explain("shape-error") == (
        "### shape-error\n\nLayers that do not fit together, or data that does not fit a network.\n\nExit status 3."
    )


UNKNOWN = {
    "lifes": "nothing is called `lifes`\n   = hint: did you mean `lives`?",
    "zoo.penz": "nothing is called `zoo.penz`\n   = hint: did you mean `zoo.pens`?",
    "shape-eror": "nothing is called `shape-eror`\n   = hint: did you mean `shape-error` or `spec-error`?",
    "qqqqq": "nothing is called `qqqqq`\n   = hint: `layer`, `updater`, `network` and the like list what there is",
    "zoo.star.horse.lives": (
        "nothing is called `zoo.star.horse.lives`\n   = hint: `layer`, `updater`, `network` and the like list what there is"
    ),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown_names(zoo, name):
    with pytest.raises(DL4PyError) as error:
        explain(name)
    assert error.value.render() == UNKNOWN[name]


def test_hidden_keys_are_not_explained(zoo):
    with pytest.raises(DL4PyError, match=r"nothing is called `zoo\.star\.tail`"):
        explain("zoo.star.tail")


def test_a_name_of_several_meanings_is_explained_in_all():
    heads = [line for line in explain("dropout").splitlines() if line.startswith("### ")]
    assert heads == ["### dropout", "### dropout (dropout)", "### dropout (layer)", "### dropout (key)"]


@pytest.mark.parametrize(
    "name", ["dense", "adam", "updater", "network", "network.seed", "training-master", "n_out", "csv"]
)
def test_what_the_project_has(name):
    assert explain(name).startswith("### ")


def test_every_room_with_a_base_is_found():
    found = kinds()
    assert list(found) == sorted(found)
    assert {
        "layers",
        "vertices",
        "updaters",
        "schedules",
        "readers",
        "normalizers",
        "masters",
        "importers",
        "inputs",
    } <= found.keys()


def test_every_member_of_every_kind_has_a_page():
    for kind in kinds().values():
        for name, cls in kind.members().items():
            text = page(cls, name)
            assert text.startswith(f"### {name}\n\n")
            assert text.splitlines()[2], f"{name} says nothing"
            assert all(row.replace("\\|", "").count("|") == 5 for row in text.splitlines() if row.startswith("| "))


def test_explaining_loads_no_numba():
    code = (
        "import sys\nfrom dl4py.spec.reference import explain\nexplain('dense')\n"
        "assert not {'numba', 'h5py', 'pyspark', 'onnx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
