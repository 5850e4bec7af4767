"""Specs and models changed at random: each mistake has its place and its words, and nothing falls over."""

import copy
import io
import random
import re
import zipfile
from pathlib import Path

import pytest
import yaml

from dl4py.cli.main import cli
from dl4py.errors import DL4PyError

ROOT = Path(__file__).parents[2]
VALUES = [
    None,
    True,
    -1,
    0,
    1.5,
    10**30,
    1e308,
    float("nan"),
    "",
    "x",
    "dense",
    [],
    [1],
    {},
    {"type": "x"},
    [[]],
    "1e-4",
]
LEAKS = re.compile(r"pydantic|Traceback|validation error|Input should|NoneType|<class|object at 0x|\[type=")
PLACE = re.compile(r"^s\.yaml:\d+:\d+: ", re.MULTILINE)


def paths(tree, before=()):
    """The way to every value of a tree."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield (*before, key)
        yield from paths(value, (*before, key))


def changed(tree, dice):
    """A copy with one key deleted, renamed, doubled, or given another value."""
    tree = copy.deepcopy(tree)
    *way, key = dice.choice(list(paths(tree)))
    holder = tree
    for step in way:
        holder = holder[step]
    what = dice.choice(["delete", "rename", "value", "value", "elsewhere"])
    if what == "delete":
        del holder[key]
    elif what == "rename" and isinstance(holder, dict):
        holder[f"{key}_x"] = holder.pop(key)
    elif what == "elsewhere":
        value = tree
        for step in dice.choice(list(paths(tree))):
            value = value[step]
        holder[key] = copy.deepcopy(value)
    else:
        holder[key] = copy.deepcopy(dice.choice(VALUES))
    return tree


@pytest.mark.parametrize("name", ["iris_mlp", "char_lstm", "multi_task", "sequence_to_sequence", "lenet"])
def test_a_changed_spec_is_sound_or_its_mistake_has_a_place(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    dice = random.Random(name)
    spec = yaml.safe_load((ROOT / "specs" / f"{name}.yaml").read_text())
    refused = 0
    for _ in range(25):
        text = yaml.safe_dump(changed(spec, dice), sort_keys=False)
        Path("s.yaml").write_text(text)
        try:
            cli.main(["validate", "s.yaml"], standalone_mode=False)
        except DL4PyError as error:
            said = error.render()
            assert error.status in (3, 4), said
            assert PLACE.search(said), f"{said}\n{text}"
            assert not LEAKS.search(said), f"{said}\n{text}"
            refused += 1
    assert refused > 5


def damaged(data, dice):
    """A zip cut short, or with some of its bits turned over."""
    data = bytearray(data)
    if dice.random() < 0.3:
        return bytes(data[: dice.randrange(len(data))])
    for _ in range(dice.choice([1, 1, 3, 30])):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return bytes(data)


def repacked(data, dice):
    """A zip whose entries are damaged inside, so that its checksums are right again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            inside = old.read(name)
            new.writestr(name, damaged(inside, dice) if dice.random() < 0.5 and inside else inside)
    return out.getvalue()


@pytest.mark.parametrize("case", ["dense-sgd", "graph-skip"])
@pytest.mark.parametrize("damage", [damaged, repacked])
def test_a_damaged_model_is_read_or_refused(case, damage, tmp_path, capsys):
    dice = random.Random(case)
    whole = (ROOT / "tests" / "golden" / "dl4j" / case / "model.zip").read_bytes()
    path, refused = tmp_path / "m.zip", 0
    for _ in range(25):
        path.write_bytes(damage(whole, dice))
        try:
            cli.main(["summary", str(path)], standalone_mode=False)
        except DL4PyError as error:
            said = error.render()
            assert error.status in (3, 4), said
            assert not LEAKS.search(said), said
            refused += 1
    assert refused > 5
