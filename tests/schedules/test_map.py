import pytest
from contract import check_json, check_schedule

from dl4py.errors import SpecError
from dl4py.schedules.map import Map
from dl4py.spec import Source
from dl4py.spec.bind import bind_thing

MAP = Map(values={0: 0.3, 3: 0.2, 7: 0.05})


def test_values_follow_the_table():
    check_schedule(MAP, lambda i: 0.3 if i < 3 else 0.2 if i < 7 else 0.05)


def test_the_order_of_the_text_does_not_matter():
    assert bind_thing(Map, Source("spec.yaml", "values: {7: 0.05, 0: 0.3, 3: 0.2}")) == MAP


def test_json():
    check_json(MAP, "MapSchedule", '{"scheduleType":"ITERATION","values":{"0":0.3,"3":0.2,"7":0.05}}')


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("{3: 0.2}", "the table must begin at count 0"),
        ("{}", "expected a mapping from whole numbers to numbers"),
        ("0.3", "expected a mapping from whole numbers to numbers, found 0.3"),
        ("{0: 0.3, 1.5: 0.2}", "counts are whole numbers from 0 on: 1.5"),
        ("{0: fast}", "values are finite numbers: fast"),
        ("{0: .inf}", "values are finite numbers: inf"),
    ],
)
def test_other_tables_are_refused(table, message):
    with pytest.raises(SpecError) as error:
        bind_thing(Map, Source("spec.yaml", f"values: {table}"))
    assert str(error.value) == f"`values`: {message}"
