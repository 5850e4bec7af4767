import numpy as np
import pytest
from contract import assert_close, check_dropout, check_json, dropped, generator

from dl4py.dropouts.dropout import PlainDropout
from dl4py.errors import InvalidValue
from dl4py.schedules.fixed import Fixed
from dl4py.schedules.step import Step
from dl4py.spec import Source
from dl4py.spec.bind import bind_thing

ONES = np.ones((50, 80))


def test_contract():
    check_dropout(PlainDropout(p=0.8), generator().normal(size=(20, 30)))


def test_kept_inputs_are_scaled():
    y, _ = dropped(PlainDropout(p=0.8), ONES)
    assert set(np.unique(y)) == {0.0, 1.25}
    assert abs((y > 0).mean() - 0.8) < 0.02


@pytest.mark.parametrize(("iteration", "kept"), [(0, 0.9), (10, 0.45)])
def test_probability_follows_a_schedule(iteration, kept):
    schedule = Step(initial_value=0.9, decay_rate=0.5, step=10.0)
    y, _ = dropped(PlainDropout(p=schedule), ONES, iteration=iteration)
    assert abs((y > 0).mean() - kept) < 0.02
    assert_close(y[y > 0], np.full((y > 0).sum(), 1 / kept), 1e-12, 1e-12)


@pytest.mark.parametrize("p", ["0", "1.5"])
def test_range(p):
    with pytest.raises(InvalidValue) as error:
        bind_thing(PlainDropout, Source("spec.yaml", f"p: {p}"))
    assert str(error.value) == f"`p` must be a number above 0 and at most 1 or a schedule, found {p}"


def test_json():
    check_json(PlainDropout(p=0.5), "Dropout", '{"p":0.5,"helperAllowFallback":true,"pschedule":null}')
    keys = (
        '{"p":"NaN","helperAllowFallback":true,'
        '"pschedule":{"@class":"org.nd4j.linalg.schedule.FixedSchedule","value":0.5}}'
    )
    check_json(PlainDropout(p=Fixed(value=0.5)), "Dropout", keys)
