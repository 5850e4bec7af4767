"""Sections are found by their rooms and by entry points; a name loads its own room alone."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from dl4py.errors import PluginError
from dl4py.spec import Thing, key
from dl4py.spec import sections as module
from dl4py.spec.bind import bind
from dl4py.spec.sections import find, section, sections


class Weather(Thing):
    """A section of a test."""

    rain: bool = key("Whether it rains.", default=False)


@pytest.fixture
def fresh(monkeypatch):
    """A table of sections that forgets what a test enters."""
    monkeypatch.setattr(module, "_sections", dict(module._sections))
    return monkeypatch


def plug_in(monkeypatch, *entries: EntryPoint) -> None:
    monkeypatch.setattr(module, "entry_points", lambda group, name=None: [e for e in entries if name in (None, e.name)])


def test_a_room_holds_its_section():
    assert find("training").thing.__module__ == "dl4py.training.config"
    assert find("transfer").thing.__module__ == "dl4py.network.transfer"


@pytest.mark.parametrize("name", ["errors", "kernels", "weather", "", "a.b", "__init__", "network.config", "ö"])
def test_other_names_are_no_sections(name):
    assert find(name) is None


def test_sections_stand_in_the_order_of_a_spec():
    ours = ["network", "transfer", "data", "training", "spark"]
    assert [known.name for known in sections() if known.name in ours] == ours


def test_a_class_is_entered_under_its_name(fresh):
    assert section("weather", order=5)(Weather) is Weather
    assert find("weather").thing is Weather
    assert bind("weather: {rain: true}", required=()).weather == Weather(rain=True)
    assert [known.name for known in sections()][:3] == ["network", "transfer", "weather"]


def test_two_sections_with_one_name_are_refused(fresh):
    section("weather")(Weather)
    section("weather")(Weather)  # a module that is read again enters its class again
    with pytest.raises(PluginError) as error:
        section("weather")(type("Climate", (Weather,), {"__module__": "elsewhere"}))
    assert error.value.render() == (
        f"two sections are called `weather`: {__name__} and elsewhere\n   = hint: rename one of them"
    )


def test_plug_ins_bring_sections(fresh, tmp_path):
    (tmp_path / "weather_plug_in.py").write_text(
        "from dl4py.spec import Thing, key\n"
        "from dl4py.spec.sections import section\n\n"
        '@section("wind", order=99)\n'
        "class Wind(Thing):\n"
        '    knots: int = key("Speed.", default=3)\n'
    )
    fresh.syspath_prepend(tmp_path)
    plug_in(fresh, EntryPoint("wind", "weather_plug_in", "dl4py.sections"))
    assert bind("wind: {}", required=()).wind.knots == 3
    assert sections()[-1].name == "wind"
    assert find("storm") is None


def test_a_plug_in_that_cannot_load_is_named(fresh):
    plug_in(fresh, EntryPoint("wind", "no_such_module", "dl4py.sections"))
    with pytest.raises(PluginError) as error:
        find("wind")
    assert str(error.value) == "the plug-in `wind` (no_such_module) cannot load: No module named 'no_such_module'"


def test_a_text_loads_only_the_rooms_that_it_names():
    code = (
        "import sys\n"
        "from dl4py.spec.bind import bind\n"
        "bind('training: {epochs: 2}', required=())\n"
        "print(*[room for room in ('network', 'data', 'spark', 'transfer') if f'dl4py.{room}.config' in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_the_room_itself_is_light():
    code = (
        "import sys, dl4py.spec.bind, dl4py.spec.write\n"
        "print(*sorted({'numba', 'numpy', 'h5py', 'pyspark', 'click', 'rich'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
