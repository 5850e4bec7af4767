"""Kinds find their members by looking into a folder, by entry points, by DL4J's names."""

import sys
from importlib.metadata import EntryPoint

import pytest

from dl4py import registry
from dl4py.errors import PluginError, UnknownType
from dl4py.registry import KINDS, Kind

MEMBER = """
from {package} import SHAPES

@SHAPES.register("{type}", java="{java}")
class {name}:
    pass
"""


@pytest.fixture
def shapes(tmp_path, monkeypatch):
    """A kind in a folder of its own: `round.py` holds two members, `corner.py` one, `base.py` none."""
    package = f"shapes_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").write_text(
        f"from dl4py.registry import Kind\nSHAPES = Kind('shape', package='{package}')\n"
    )
    member = MEMBER.format(package=package, type="round", java="org.shapes.ShapeRound", name="Round")
    oval = '\n@SHAPES.register("oval", java="org.shapes.ShapeOval")\nclass Oval:\n    pass\n'
    (folder / "round.py").write_text(member + oval)
    (folder / "corner.py").write_text(MEMBER.format(package=package, type="corner", java="org.x.Corner", name="Corner"))
    (folder / "base.py").write_text("raise AssertionError('read for nothing')\n")
    monkeypatch.syspath_prepend(tmp_path)
    kind = __import__(package).SHAPES
    yield kind
    KINDS.pop(package)
    for name in [n for n in sys.modules if n.partition(".")[0] == package]:
        sys.modules.pop(name)


def loaded(kind: Kind) -> set[str]:
    return {name.partition(".")[2] for name in sys.modules if name.startswith(f"{kind.package}.")}


def test_a_name_reads_the_file_of_that_name_alone(shapes):
    assert shapes.get("corner").__name__ == "Corner"
    assert loaded(shapes) == {"corner"}


def test_a_name_inside_another_file_reads_the_folder(shapes):
    assert shapes.get("oval").__name__ == "Oval"
    assert loaded(shapes) == {"corner", "round"}


def test_names_are_in_order(shapes):
    assert shapes.names() == ["corner", "oval", "round"]
    assert list(shapes.members()) == ["corner", "oval", "round"]


def test_members_know_their_names(shapes):
    found = shapes.get("round")
    assert (found.type, found.java) == ("round", "org.shapes.ShapeRound")
    assert shapes.by_java("org.shapes.ShapeOval") is shapes.get("oval")
    assert shapes.by_java("org.shapes.Nothing") is None


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("rond", "did you mean `round`?"),
        ("ROUND", "did you mean `round`?"),
        ("ShapeOval", "did you mean `oval`?"),
        ("zzz", "known: corner, oval, round"),
        ("os.path", "known: corner, oval, round"),
        ("__init__", "known: corner, oval, round"),
        ("", "known: corner, oval, round"),
    ],
)
def test_unknown_names_name_their_neighbours(shapes, name, hint):
    with pytest.raises(UnknownType) as error:
        shapes.get(name)
    assert error.value.render() == f"no shape is called `{name}`\n   = hint: {hint}"


def test_two_members_with_one_name_are_refused(shapes):
    shapes.get("round")
    with pytest.raises(PluginError) as error:
        shapes.register("round")(type("Disc", (), {"__module__": "elsewhere"}))
    assert error.value.render() == (
        f"two shapes are called `round`: {shapes.package}.round and elsewhere\n   = hint: rename one of them"
    )


def test_a_class_read_again_replaces_itself(shapes):
    again = type("Round", (), {"__module__": f"{shapes.package}.round"})
    shapes.get("round")
    assert shapes.register("round")(again) is again
    assert shapes.get("round") is again


def test_a_member_whose_imports_are_missing_says_so(shapes, tmp_path):
    (tmp_path / shapes.package / "broken.py").write_text("import a_module_that_nobody_has\n")
    with pytest.raises(ModuleNotFoundError, match="a_module_that_nobody_has"):
        shapes.get("broken")


def test_plug_ins_join_the_table(shapes, tmp_path, monkeypatch):
    (tmp_path / "plug_in.py").write_text(MEMBER.format(package=shapes.package, type="star", java="", name="Star"))
    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint("star", "plug_in", group)])
    monkeypatch.delitem(sys.modules, "plug_in", raising=False)
    assert shapes.get("star").__name__ == "Star"
    assert "star" in shapes.names()


def test_a_plug_in_that_cannot_load_is_named(shapes, monkeypatch):
    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint("star", "no_such_module", group)])
    with pytest.raises(PluginError) as error:
        shapes.names()
    assert str(error.value) == "the plug-in `star` (no_such_module) cannot load: No module named 'no_such_module'"


def test_a_kind_is_found_by_its_room(shapes):
    assert KINDS[shapes.package] is shapes


@pytest.mark.parametrize(
    ("noun", "plural"),
    [("layer", "layers"), ("loss", "losses"), ("graph vertex", "graph vertices"), ("weight noise", "weight noise")],
)
def test_nouns_have_a_plural(noun, plural, monkeypatch):
    monkeypatch.setattr(registry, "KINDS", {})
    assert Kind(noun, package="nouns").plural == plural
