"""Texts to things: every mistake at its place, in one report."""

import json
import pickle
import subprocess
import sys
import time

import pytest
from zoo import Cat, Dog, Hours, Zoo

from dl4py.errors import InvalidValue, MissingKey, SpecError, UnknownKey, UnknownType
from dl4py.spec import Source
from dl4py.spec.bind import bind, bind_thing

MLP = """\
network:
  input: 4
  layers:
    - {name: hidden, type: dense, n_out: 3, activation: relu}
    - {name: out, type: output, n_out: 3, activation: softmax, loss: mcxent}
"""


def read(text, *overrides):
    return bind(Source("s.yaml", text), overrides, required=()).zoo


def refusal(text, *overrides) -> SpecError:
    with pytest.raises(SpecError) as error:
        bind(Source("s.yaml", text), overrides, required=())
    return error.value


def said(text) -> tuple[str, str]:
    """`text` with « and » around the place of its only mistake, and the message with its hint."""
    error = refusal(f"zoo: {text}")
    assert error.mistakes == ()
    start = error.at.column - len("zoo: ")
    end = start + error.at.width
    message = f"{error}\n= hint: {error.hint}" if error.hint else str(error)
    return f"{text[:start]}«{text[start:end]}»{text[end:]}", message


def test_things_with_their_defaults(zoo):
    made = read("zoo:\n  star: {type: dog, weight: 3}\n  animals: [cat, 3, {type: cat, friend: 2}]\n")
    assert made == Zoo(star=Dog(weight=3), animals=(Cat(), Cat(lives=3), Cat(friend=Cat(lives=2))))


def test_a_spec_has_its_sections_and_defaults_for_the_others(zoo):
    spec = bind(Source("s.yaml", "zoo: {}"), required=())
    assert spec.zoo == Zoo()
    assert spec.source.name == "s.yaml"
    assert spec.training.epochs == 1
    assert spec.section_names == ("zoo",)
    with pytest.raises(AttributeError):
        spec.nonsense  # noqa: B018


def test_a_section_that_needs_keys_is_none_when_absent(zoo, monkeypatch):
    from dl4py.spec import sections

    monkeypatch.setitem(sections._sections, "hours", sections.Section("hours", Hours, 60))
    assert bind("zoo: {}", required=()).hours is None


@pytest.mark.parametrize("empty", ["zoo:", "zoo: ~", "zoo: {}"])
def test_an_empty_section_has_its_defaults(zoo, empty):
    assert read(empty) == Zoo()


def test_text_source_and_values_are_taken(zoo):
    assert bind("zoo: {pens: [2]}", required=()).zoo.pens == (2,)
    assert bind({"zoo": {"pens": [2], "animals": [{"type": "cat"}]}}, required=()).zoo.animals == (Cat(),)


def test_mistakes_in_values_have_no_place(zoo):
    with pytest.raises(UnknownKey) as error:
        bind({"zoo": {"animals": [{"type": "cat", "livs": 1}]}}, required=())
    assert error.value.render() == "`cat` has no key `livs`\n   = hint: did you mean `lives`?"


def test_the_parsed_values_given_are_left_alone(zoo):
    values = {"zoo": {"pens": [2]}}
    assert bind(values, ["zoo.pens=[3]"], required=()).zoo.pens == (3,)
    assert values == {"zoo": {"pens": [2]}}


def test_a_whole_message(zoo):
    assert refusal("zoo:\n  animals:\n    - {type: cat, livs: 3}\n").render() == (
        "s.yaml:3:19: `cat` has no key `livs`\n"
        "  |\n"
        "3 |     - {type: cat, livs: 3}\n"
        "  |                   ^^^^\n"
        "   = hint: did you mean `lives`?"
    )


CASES = {
    "{star: {type: cat, «livs»: 3}}": "`cat` has no key `livs`\n= hint: did you mean `lives`?",
    "{star: {type: cat, «zzz»: 3}}": "`cat` has no key `zzz`\n= hint: known: friend, fur, lives, name",
    "{star: {type: dog, weight: 1, «zzz»: 3}}": "`dog` has no key `zzz`\n= hint: known: from, joy, name, run, trained, tricks, weight",
    "{«weight»: 3}": "`zoo` has no key `weight`\n= hint: `weight` belongs inside `star`: `star: {type: …, weight: …}`",
    "{«epochs»: 3}": "`zoo` has no key `epochs`\n= hint: `epochs` is a key of the section `training`",
    "{hours: {closes: 20, «open»: 3}}": "`hours` has no key `open`\n= hint: did you mean `opens`?",
    "{days: [{closes: 20}, {closes: 20, «zzz»: 1}]}": "`days` has no key `zzz`\n= hint: known: closes, opens",
    "{star: «{type: dog}»}": "`dog` needs the key `weight`\n= hint: weight: weight in kilograms",
    "{star: «dog»}": "`dog` needs the key `weight`\n= hint: weight: weight in kilograms",
    "{animals: [«dog»]}": "`dog` needs the key `weight`\n= hint: weight: weight in kilograms",
    "{hours: «{}»}": "`hours` needs the key `closes`\n= hint: closes: hour",
    "{days: [«{}»]}": "`days` needs the key `closes`\n= hint: closes: hour",
    "{star: «{friend: cat}»}": "this animal needs the key `type`\n= hint: `dl4py explain animal` lists them",
    "{star: «catt»}": "no animal is called `catt`\n= hint: did you mean `cat`?",
    "{star: {type: «catt»}}": "no animal is called `catt`\n= hint: did you mean `cat`?",
    "{star: «CAT»}": "no animal is called `CAT`\n= hint: did you mean `cat`?",
    "{star: {type: «CatBeast»}}": "no animal is called `CatBeast`\n= hint: did you mean `cat`?",
    "{star: «horse»}": "no animal is called `horse`\n= hint: known: cat, dog",
    "{star: «'9'»}": "no animal is called `9`\n= hint: without the quotes it is a number: 9",
    "{star: {type: «[cat]»}}": "`type` must be a word, found a list",
    "{star: {type: «3»}}": "`type` must be a word, found 3",
    "{star: {type: cat, lives: «-3»}}": "`lives` must be a whole number above 0, found -3",
    "{star: {type: cat, lives: «three»}}": '`lives` must be a whole number above 0, found "three"',
    "{star: {type: cat, lives: «'3'»}}": '`lives` must be a whole number above 0, found "3"\n= hint: without the quotes it is a number: 3',
    "{star: {type: cat, lives: «3.0»}}": "`lives` must be a whole number above 0, found 3.0\n= hint: write 3",
    "{star: {type: cat, lives: «1e2»}}": "`lives` must be a whole number above 0, found 100.0\n= hint: write 100",
    "{star: {type: cat, lives: «2.5»}}": "`lives` must be a whole number above 0, found 2.5",
    "{star: {type: cat, lives: «true»}}": "`lives` must be a whole number above 0, found true",
    "{star: {type: cat, lives: «}»}": "`lives` must be a whole number above 0, found nothing\n= hint: give a value, or leave the key out",
    "{star: {type: cat, lives: «[3]»}}": "`lives` must be a whole number above 0, found a list\n= hint: one value is expected, not a list",
    "{star: {type: cat, lives: «{a: 3}»}}": "`lives` must be a whole number above 0, found a mapping",
    "{star: {type: dog, weight: «10ms»}}": '`weight` must be a number above 0, found "10ms"\n= hint: write the plain number, without a unit',
    "{star: {type: dog, weight: «3.5 kg»}}": '`weight` must be a number above 0, found "3.5 kg"\n= hint: write the plain number, without a unit',
    "{star: {type: dog, weight: «.inf»}}": "`weight` must be a finite number, found inf",
    "{star: {type: dog, weight: 1, joy: «1.5»}}": "`joy` must be a number from 0 to 1, found 1.5",
    "{star: {type: dog, weight: 1, joy: «50%»}}": '`joy` must be a number from 0 to 1, found "50%"\n= hint: write the plain number, without a unit',
    "{star: «0»}": "`star` must be a whole number above 0 or an animal, found 0",
    "{star: «true»}": "`star` must be a whole number above 0 or an animal, found true",
    "{star: «2.5»}": "`star` must be a whole number above 0 or an animal, found 2.5",
    "{star: «[cat]»}": "`star` must be a whole number above 0 or an animal, found a list\n= hint: one value is expected, not a list",
    "{animals: [cat, «-1»]}": "an item of `animals` must be a whole number above 0 or an animal, found -1",
    "{star: {type: dog, weight: 1, trained: «yes»}}": '`trained` must be true or false, found "yes"\n= hint: write `true`',
    "{star: {type: dog, weight: 1, trained: «Off»}}": '`trained` must be true or false, found "Off"\n= hint: write `false`',
    "{star: {type: dog, weight: 1, trained: «1»}}": "`trained` must be true or false, found 1\n= hint: write `true`",
    "{star: {type: dog, weight: 1, trained: «maybe»}}": '`trained` must be true or false, found "maybe"',
    "{star: {type: dog, weight: 1, from: «3»}}": "`from` must be text, found 3",
    "{star: {type: cat, fur: «Long»}}": '`fur` must be one of `short`, `long`, found "Long"\n= hint: did you mean `long`?',
    "{star: {type: cat, fur: «3»}}": "`fur` must be one of `short`, `long`, found 3",
    "{title: «aaaaaaaaaaaaaaaaaaaaaaaaa»}": '`title` must be text of at most 20 characters, found "aaaaaaaaaaaaaaaaaaaaaaaaa"',
    "{animals: «cat»}": '`animals` must be a list of animals, found "cat"\n= hint: write `[cat]`',
    "{animals: «{type: cat}»}": "`animals` must be a list of animals, found a mapping\n= hint: write `[{…}]`",
    "{pens: «3»}": "`pens` must be a list of whole numbers above 0, found 3\n= hint: write `[3]`",
    "{pens: «x»}": '`pens` must be a list of whole numbers above 0, found "x"',
    "{pens: [1, «0»]}": "an item of `pens` must be a whole number above 0, found 0",
    "{star: {type: dog, weight: 1, run: «[1]»}}": "`run` must be a list of 2 whole numbers above 0, found a list of 1",
    "{star: {type: dog, weight: 1, run: «[1, 2, 3]»}}": "`run` must be a list of 2 whole numbers above 0, found a list of 3",
    "{star: {type: dog, weight: 1, tricks: «{a: 1}»}}": "`tricks` must be text or a list of words, found a mapping",
    "{star: {type: dog, weight: 1, tricks: [sit, «2»]}}": "an item of `tricks` must be text, found 2",
    "{prices: «-1»}": "`prices` must be a whole number above 0 or a list of words, found -1",
    "{prices: «free»}": '`prices` must be a whole number above 0 or a list of words, found "free"\n= hint: write `[free]`',
    "{prices: [a, «3»]}": "an item of `prices` must be text, found 3",
    "«[1]»": "`zoo` must be a mapping of keys, found a list\n= hint: its keys: animals, star, hours, days, defaults, pens, prices, title, map",
    "{hours: «late»}": '`hours` must be a mapping of keys, found "late"\n= hint: its keys: opens, closes',
    "{days: [«9»]}": "an item of `days` must be a mapping of keys, found 9\n= hint: its keys: opens, closes",
    "{hours: «{opens: 9, closes: 8}»}": "`hours`: it closes before it opens",
    "{hours: {opens: «x», closes: 8}}": '`opens` must be a whole number, found "x"',
    "{sign: «3»}": "`title` must be text of at most 20 characters, found 3",
}


@pytest.mark.parametrize("text", CASES)
def test_a_mistake(zoo, text):
    assert said(text.replace("«", "").replace("»", "")) == (text, CASES[text])


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("{zzz: 1}", UnknownKey),
        ("{star: horse}", UnknownType),
        ("{star: dog}", MissingKey),
        ("{star: {friend: cat}}", MissingKey),
        ("{pens: 3}", InvalidValue),
        ("{star: {type: 3}}", InvalidValue),
    ],
)
def test_classes_of_mistakes(zoo, text, cls):
    assert type(refusal(f"zoo: {text}")) is cls


def test_all_mistakes_in_one_report_in_the_order_of_the_text(zoo):
    report = refusal(
        "zoo:\n  zzz: 1\n  star: horse\n  animals:\n    - {type: dog, joy: 2}\n    - {type: cat, friend: {type: cat, lives: 0}}\n"
        "nonsense: 3\n"
    )
    assert report.render() == (
        "s.yaml:2:3: `zoo` has no key `zzz`\n  |\n2 |   zzz: 1\n  |   ^^^\n"
        "   = hint: known: animals, days, defaults, hours, map, pens, prices, star, title\n"
        "\n"
        "s.yaml:3:9: no animal is called `horse`\n  |\n3 |   star: horse\n  |         ^^^^^\n   = hint: known: cat, dog\n"
        "\n"
        "s.yaml:5:7: `dog` needs the key `weight`\n  |\n5 |     - {type: dog, joy: 2}\n  |       ^^^^^^^^^^^^^^^^^^^\n"
        "   = hint: weight: weight in kilograms\n"
        "\n"
        "s.yaml:5:24: `joy` must be a number from 0 to 1, found 2\n  |\n5 |     - {type: dog, joy: 2}\n  |                        ^\n"
        "\n"
        "s.yaml:6:46: `lives` must be a whole number above 0, found 0\n  |\n"
        "6 |     - {type: cat, friend: {type: cat, lives: 0}}\n  |                                              ^\n"
        "\n"
        "s.yaml:7:1: a spec has no section `nonsense`\n  |\n7 | nonsense: 3\n  | ^^^^^^^^\n"
        "   = hint: known: data, network, spark, training, transfer, zoo\n"
        "\n"
        "6 mistakes found"
    )
    assert [type(m).__name__ for m in report.mistakes] == [
        "UnknownKey", "UnknownType", "MissingKey", "InvalidValue", "InvalidValue", "UnknownKey",
    ]  # fmt: skip


def test_a_mistake_behind_an_alias_is_told_once(zoo):
    text = "zoo:\n  star: &a {type: cat, lives: 0}\n  animals: [*a, *a, *a]\n"
    error = refusal(text)
    assert error.mistakes == ()
    assert str(error.at) == "s.yaml:2:31"


def test_a_report_travels(zoo):
    report = refusal("zoo: {zzz: 1, yyy: 2}")
    copy = pickle.loads(pickle.dumps(report))
    assert copy.render() == report.render()


def test_required_sections():
    with pytest.raises(MissingKey) as error:
        bind(Source("s.yaml", "training: {epochs: 3}"))
    assert error.value.render() == (
        "s.yaml:1:1: a spec needs the section `network`\n  |\n1 | training: {epochs: 3}\n  | ^^^^^^^^^^^^^^^^^^^^^\n"
        "   = hint: `dl4py init` prints an example"
    )


def test_a_missing_section_that_templates_do_not_hold_is_explained():
    with pytest.raises(SpecError) as error:
        bind("network: {}\n", required=("transfer",))
    assert error.value.render().endswith(
        "a spec needs the section `transfer`\n  |\n1 | network: {}\n  | ^^^^^^^^^^^\n"
        "   = hint: `dl4py explain transfer` says what it holds"
    )


@pytest.mark.parametrize(
    "name", ["spec", "cli", "__main__", "kernels", "errors", "base", "no such", "größe", "network.x"]
)
def test_only_sections_are_sections(name):
    error = refusal(f'"{name}": 1')
    assert f"{error.at}: {error}" == f"s.yaml:1:1: a spec has no section `{name}`"


def test_a_thing_alone():
    assert bind_thing(Cat, Source("s", "lives: 3")) == Cat(lives=3)
    with pytest.raises(UnknownKey) as error:
        bind_thing(Cat, Source("s", "livs: 3"))
    assert (
        error.value.render()
        == "s:1:1: `Cat` has no key `livs`\n  |\n1 | livs: 3\n  | ^^^^\n   = hint: did you mean `lives`?"
    )


def test_the_real_network():
    network = bind(MLP, ["network.layers.hidden.n_out=7"]).network
    assert [layer.n_out for layer in network.layers] == [7, 3]
    assert network.layers[0].activation.type == "relu"
    assert network.input.size == 4


REAL = {
    "learning_rate: high": '`learning_rate` must be a number or a schedule, found "high"',
    "learning_rate: step": '`learning_rate` must be a number or a schedule, found "step"',
    "learning_rate: [1]": "`learning_rate` must be a number or a schedule, found a list",
    "learning_rate: .nan": "`learning_rate` must be a finite number, found nan",
    "learning_rate: {type: map, values: {0: x}}": "`values`: values are finite numbers: x",
    "learning_rate: {type: map, values: 3}": "`values`: expected a mapping from whole numbers to numbers, found 3",
}


@pytest.mark.parametrize("text", REAL)
def test_rates(text):
    with pytest.raises(InvalidValue) as error:
        bind(MLP.replace("activation: relu", f"updater: {{type: sgd, {text}}}"))
    assert str(error.value) == REAL[text]


def fresh(code: str) -> dict:
    """What a new interpreter prints as JSON."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_reading_loads_only_what_the_text_names():
    loaded = fresh(
        "import sys, json\nfrom dl4py.spec.bind import bind\n"
        f"bind({MLP!r})\n"
        "print(json.dumps([name for name in sys.modules]))"
    )
    assert not {"numba", "h5py", "pyspark", "onnx"} & set(loaded)
    assert not {"dl4py.data.config", "dl4py.training.config", "dl4py.spark.config"} & set(loaded)
    assert "dl4py.activations.relu" in loaded
    assert "dl4py.activations.mish" not in loaded


def test_a_misspelt_spec_loads_no_numba_either():
    loaded = fresh(
        "import sys, json\nfrom dl4py.spec.bind import bind\nfrom dl4py.errors import SpecError\n"
        "try: bind('networc: {}\\nnetwork: {layers: [{type: dens}, {type: dense, lr: 3, epochs: 2}]}')\n"
        "except SpecError as error: count = len(error.mistakes)\n"
        "print(json.dumps([count, [name for name in sys.modules]]))"
    )
    assert loaded[0] == 5
    assert not {"numba", "h5py", "pyspark", "onnx"} & set(loaded[1])


def test_a_small_network_binds_in_milliseconds():
    bind(MLP)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        bind(MLP)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.005
