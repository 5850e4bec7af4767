"""Things to YAML and back: short forms, what equals its default, what `defaults:` may and may not say."""

import math
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BeforeValidator, WithJsonSchema
from zoo import Animal, Cat, Dog, Hours, Shared, Zoo

from dl4py.spec import AsTuple, FilePath, Flag, Names, Size, Source, Thing, key
from dl4py.spec.bind import bind, bind_thing
from dl4py.spec.parse import parse
from dl4py.spec.write import tree_of, write

Lives = Annotated[
    tuple[tuple[str, int], ...],
    BeforeValidator(lambda value: tuple(value.items()) if isinstance(value, dict) else value),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "integer"}}),
]
Pair = Annotated[tuple[Size, Size], AsTuple]


class Everything(Thing):
    """A key of every sort."""

    count: int = key("", default=0)
    number: float = key("", default=1.0)
    either: float | bool = key("", default=1.0)
    word: str = key("", default="")
    flag: Flag = key("", default=False)
    choice: Literal["off", "on"] | None = key("", default="on")
    several: Names = key("", default=("a",))
    table: Lives = key("", default=())
    pairs: Annotated[tuple[Pair, ...], AsTuple] = key("", default=())
    animal: Animal | None = key("", default=None)
    animals: Annotated[tuple[Animal, ...], AsTuple] = key("", default=("cat",))
    from_: str | None = key("", default=None, alias="from")


def back(thing: Thing, **how: bool) -> Thing:
    return bind_thing(type(thing), Source("s.yaml", write(thing, **how)))


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
cats = st.builds(Cat, name=st.none() | words, lives=st.integers(1, 99), fur=st.sampled_from(["short", "long"]))
dogs = st.builds(
    Dog,
    weight=st.floats(min_value=0, exclude_min=True, allow_infinity=False),
    tricks=st.lists(words, max_size=3).map(tuple),
    trained=st.booleans(),
    from_=st.none() | words,
    run=st.none() | st.tuples(st.integers(1), st.integers(1)),
)
animals = cats | dogs | st.builds(Cat, friend=cats | dogs)
everything = st.builds(
    Everything,
    count=st.integers(-(10**300), 10**300),
    number=st.floats(allow_nan=False),
    either=st.booleans() | st.sampled_from([0.0, 1.0, 2.5]),
    word=words,
    flag=st.booleans(),
    choice=st.sampled_from(["off", "on", None]),
    several=st.lists(words, max_size=3).map(tuple),
    table=st.dictionaries(words, st.integers(), max_size=3).map(lambda table: tuple(table.items())),
    pairs=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=3).map(tuple),
    animal=st.none() | animals,
    animals=st.lists(animals, max_size=3).map(tuple),
    from_=st.none() | words,
)


@settings(max_examples=150, deadline=None)
@given(everything)
def test_what_is_written_reads_back(thing):
    assert back(thing) == thing
    assert back(thing, full=True) == thing
    assert type(back(thing).either) is type(thing.either)


@settings(max_examples=50, deadline=None)
@given(everything)
def test_another_yaml_reader_sees_the_same_words_and_lists(thing):
    theirs = yaml.load(write(thing, full=True), yaml.BaseLoader)  # words only: this reader follows YAML 1.1
    assert theirs["word"] == thing.word
    assert theirs["several"] == list(thing.several)
    assert theirs["table"] == {name: str(count) for name, count in thing.table}


@pytest.mark.parametrize("number", [1e-4, 5e300, 0.1, 1e16, 5e-324, -0.0, math.inf, -math.inf, 3.0])
def test_a_number_reads_back_bit_for_bit(number):
    again = back(Everything(number=number)).number
    assert (again, math.copysign(1, again)) == (number, math.copysign(1, number))


def test_not_a_number_reads_back():
    text = write(Everything(number=math.nan))
    assert text == "number: .nan\n"
    assert math.isnan(bind_thing(Everything, Source("s", text)).number)


WORDS = {
    "plain": "plain", "two words": "two words", "a/b.csv": "a/b.csv", "yes": "yes", "": '""', "null": '"null"', "~": '"~"', "true": '"true"',
    "1e3": '"1e3"', ".5": '".5"', ".inf": '".inf"', "0x1F": '"0x1F"', "a: b": '"a: b"', "#1": '"#1"', "a #b": '"a #b"', "- a": '"- a"',
    "[a]": '"[a]"', "a,b": '"a,b"', " a": '" a"', "a ": '"a "', "...": '"..."', "---": '"---"', "<<": '"<<"', 'say "x"': '"say \\"x\\""',
    "back\\slash": '"back\\\\slash"', "two\nlines": '"two\\u000alines"', "\t": '"\\u0009"', "größe": '"größe"', "\U0001f600": '"😀"', "\u2028": '"\\u2028"',
}  # fmt: skip


@pytest.mark.parametrize("word", WORDS, ids=repr)
def test_words_are_quoted_where_they_must_be(word):
    assert write({"word": word, word: 1}) == f"word: {WORDS[word]}\n{WORDS[word]}: 1\n"
    assert parse(Source("s", write({"word": word}))) == {"word": word}


def test_what_equals_its_default_is_left_out():
    assert write(Everything(count=0, several=("a",), animals=(Cat(),))) == "{}\n"
    assert write(Zoo(star=Cat(), pens=(1,))) == "{}\n"
    assert write(Zoo(star=Cat(lives=3), pens=(1, 1))) == "star: 3\npens: [1, 1]\n"


def test_true_is_not_one():
    assert write(Everything(either=True)) == "either: true\n"


def test_short_forms():
    assert tree_of(Zoo(animals=(Cat(), Cat(lives=2), Cat(name="Tom"), Dog(weight=2.0), Cat(fur="long")))) == {
        "animals": [
            "cat",
            2,
            {"name": "Tom", "type": "cat"},
            {"type": "dog", "weight": 2.0},
            {"type": "cat", "fur": "long"},
        ]
    }


def test_a_mapping_stands_where_a_bare_name_would_be_text():
    class Or(Thing):
        what: Animal | str = key("")

    assert tree_of(Or(what=Cat())) == {"what": {"type": "cat"}}
    assert tree_of(Or(what="a word")) == {"what": "a word"}


@pytest.mark.parametrize("thing", [Cat(), Cat(lives=2), Cat(name="Tom", lives=2), Dog(weight=1.5)], ids=repr)
def test_a_thing_of_a_kind_alone_is_a_mapping(thing):
    assert Animal.model_validate(parse(Source("s", write(thing)))) == thing


def test_pairs_are_lists_and_tables_are_mappings():
    assert write(Everything(pairs=((1, 2), (3, 4)), table=(("x", 1), ("1", 2)))) == (
        'table: {x: 1, "1": 2}\npairs: [[1, 2], [3, 4]]\n'
    )


def test_full_fills_in_what_is_left_out():
    assert write(Dog(weight=2.0, name="Rex"), full=True) == (
        "name: Rex\ntype: dog\ntricks: []\ntrained: false\njoy: 0.5\nfrom: null\ntail: 0.0\nrun: null\nweight: 2.0\n"
    )
    assert write(Everything(), full=True).splitlines()[7:9] == ["table: {}", "pairs: []"]


# `defaults:` speaks for what the text does not say, so what the text says must stay in it, even the default.

HOUSE = "defaults: {fur: short, weight: 1.0}\nanimals:\n  - {name: a, type: cat}\n  - {type: cat, fur: short}\n  - {type: dog, weight: 1.0}\n"


@pytest.mark.parametrize("full", [False, True])
def test_what_inherits_and_what_does_not_stays_so(full):
    house = bind_thing(Zoo, Source("s", HOUSE))
    again = back(house, full=full)
    assert [animal.model_fields_set & {"fur", "weight"} for animal in again.animals] == [set(), {"fur"}, {"weight"}]
    assert again.defaults.model_fields_set == {"fur", "weight"}
    offered = {"fur": "long", "weight": 7.0}
    assert [a.inherit(offered) for a in again.animals] == [a.inherit(offered) for a in house.animals]


def test_inherited_keys_without_defaults_are_left_out():
    assert write(Zoo(animals=(Cat(fur="short", name="a"),))) == "animals:\n  - {name: a, type: cat}\n"
    assert write(Zoo(defaults=Shared(weight=2.0), animals=(Cat(fur="short", name="a"),))) == (
        "animals:\n  - {name: a, type: cat}\ndefaults: {weight: 2.0}\n"
    )


def test_keys_that_differ_from_defaults_come_last():
    assert write({"a": tree_of(Dog(weight=2.0, joy=1.0))}) == "a: {type: dog, joy: 1.0, weight: 2.0}\n"


def test_blocks_outside_lines_inside():
    house = Zoo(
        animals=(
            Cat(name="Tom", friend=Dog(weight=2.0)),
            Dog(weight=3.0, tricks=tuple(f"trick {i}" for i in range(12))),
        ),
        hours=Hours(opens=8, closes=18),
        pens=(1, 2, 3),
        title="Old & new: zoo",
    )
    assert write({"zoo": tree_of(house), "n": {}}) == (
        "zoo:\n"
        "  animals:\n"
        "    - {name: Tom, type: cat, friend: {type: dog, weight: 2.0}}\n"
        "    - type: dog\n"
        "      tricks:\n"
        + "".join(f"        - trick {i}\n" for i in range(12))
        + "      weight: 3.0\n"
        "  hours: {opens: 8, closes: 18}\n"
        "  pens: [1, 2, 3]\n"
        '  title: "Old & new: zoo"\n'
        "n: {}\n"
    )  # fmt: skip


def test_a_bound_spec_is_its_sections(zoo):
    text = "zoo: {title: Our zoo}\n"
    spec = bind(text, required=())
    assert write(spec) == text
    assert bind(write(spec, full=True), required=()).zoo == spec.zoo


def test_paths_are_completed_for_a_text_that_lies_elsewhere(tmp_path, monkeypatch):
    class Files(Thing):
        one: FilePath = key("")
        more: Annotated[tuple[FilePath, ...], AsTuple] = key("", default=())
        from_: FilePath | None = key("", default=None, alias="from")
        word: str = key("", default="")

    monkeypatch.chdir(tmp_path)
    files = Files(one="x.csv", more=("/a", "hdfs://b"), from_="../y", word="z")
    assert tree_of(files) == {"one": "x.csv", "more": ["/a", "hdfs://b"], "from": "../y", "word": "z"}
    here = Path.cwd()
    assert tree_of(files, absolute=True) == {
        "one": f"{here}/x.csv", "more": ["/a", "hdfs://b"], "from": f"{here}/../y", "word": "z",
    }  # fmt: skip


# The real section `network`: layers, things inside things, keys that `defaults:` may say.

rates = st.floats(1e-12, 1.0) | st.builds(
    lambda start, gamma: {"type": "exponential", "initial_value": start, "gamma": gamma},
    st.floats(1e-9, 1),
    st.floats(0.01, 1),
)
inherited = {
    "activation": st.sampled_from(["relu", "sigmoid", "identity", "softmax", {"type": "leakyrelu", "alpha": 0.3}]),
    "updater": st.sampled_from(["sgd", "adam"]) | rates.map(lambda rate: {"type": "nesterovs", "learning_rate": rate}),
    "dropout": st.floats(0.1, 1) | st.sampled_from([{"type": "gaussian_noise"}, None]),
    "weight_init": st.sampled_from(
        ["xavier", "zero", {"type": "distribution", "distribution": {"type": "normal", "std": 0.01}}]
    ),
    "l2": rates | st.none(),
    "bias_init": st.floats(-1, 1),
    "constraints": st.sampled_from([[{"type": "max_norm", "max_norm": 2.0}], None, []]),
    "gradient_normalization": st.sampled_from(["none", "clip_l2_per_layer"]),
}
shared = st.fixed_dictionaries({}, optional=inherited)
dense = st.fixed_dictionaries(
    {"type": st.just("dense"), "n_out": st.integers(1, 9)},
    optional={**inherited, "has_bias": st.booleans(), "name": words},
)
outputs = st.fixed_dictionaries(
    {"type": st.just("output"), "n_out": st.integers(1, 9)},
    optional={**inherited, "loss": st.sampled_from(["mse", "mcxent", {"type": "mse", "weights": [1.0, 2.5]}])},
)
frozen = dense.map(lambda layer: {"type": "frozen", "layer": layer})
networks = st.fixed_dictionaries(
    {"layers": st.lists(dense | frozen, max_size=3).flatmap(lambda body: outputs.map(lambda last: [*body, last]))},
    optional={
        "seed": st.integers(),
        "input": st.integers(1, 9) | st.just({"type": "convolutional", "channels": 1, "height": 4, "width": 3}),
        "defaults": shared,
        "data_type": st.sampled_from(["float", "double"]),
        "training_workspace_mode": st.sampled_from(["enabled", "none"]),
    },
)


def resolved(network) -> list:
    """The layers with what `defaults:` says."""
    said = network.defaults
    values = {name: getattr(said, name) for name in said.model_fields_set} if said else {}

    def whole(layer):
        inside = {name: whole(getattr(layer, name)) for name in layer.wraps}
        return layer.inherit(values).but(**inside)

    return [whole(layer) for layer in network.layers]


@settings(max_examples=100, deadline=None)
@given(networks, st.booleans())
def test_a_network_reads_back_and_its_layers_inherit_the_same(tree, full):
    spec = bind({"network": tree})
    again = bind(write(spec, full=full))
    assert again.network == spec.network
    assert resolved(again.network) == resolved(spec.network)
    assert write(again, full=full) == write(spec, full=full)


def test_a_written_softmax_survives_defaults_of_another_activation():
    text = (
        "network:\n"
        "  defaults: {activation: tanh}\n"
        "  layers:\n"
        "    - {type: dense, n_out: 3}\n"
        "    - {type: output, n_out: 3, activation: softmax, loss: mse}\n"
    )
    first, last = resolved(bind(write(bind(text))).network)
    assert (first.activation.type, last.activation.type) == ("tanh", "softmax")
