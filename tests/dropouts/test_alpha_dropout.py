import numpy as np
import pytest
from contract import check_dropout, check_json, dropped, generator

from dl4py.dropouts.alpha_dropout import AlphaDropout
from dl4py.errors import InvalidValue
from dl4py.spec import Source
from dl4py.spec.bind import bind_thing

LOW = -1.7580993408473766  # where selu ends, -lambda alpha


def test_contract():
    check_dropout(AlphaDropout(p=0.9), generator().normal(size=(20, 30)))
    check_dropout(AlphaDropout.model_validate({"p": 0.7, "alpha": 1.5, "lambda": 1.1}), np.ones((20, 30)))


def test_mean_and_variance_stay():
    y, _ = dropped(AlphaDropout(p=0.9), generator().normal(size=(200, 200)))
    assert abs(y.mean()) < 0.02
    assert abs(y.var() - 1.0) < 0.03


def test_values_are_the_paper_s():
    p, x = 0.9, 0.7
    a = 1 / np.sqrt(p + LOW**2 * p * (1 - p))
    b = -a * (1 - p) * LOW
    y, _ = dropped(AlphaDropout(p=p), np.full((50, 80), x))
    assert np.unique(y) == pytest.approx([a * LOW + b, a * x + b], rel=1e-12)
    assert abs((y > 0).mean() - p) < 0.02


def test_range():
    with pytest.raises(InvalidValue) as error:
        bind_thing(AlphaDropout, Source("spec.yaml", "p: 0"))
    assert str(error.value) == "`p` must be a number above 0 and at most 1 or a schedule, found 0"


def test_json():
    keys = '{"alpha":1.6732632423543772,"lambda":1.0507009873554805,"p":0.5,"pschedule":null}'
    check_json(AlphaDropout(), "AlphaDropout", keys)
