import numpy as np
import pytest
import scipy.stats
from contract import check_dropout, check_json, dropped, generator

from dl4py.dropouts.gaussian_dropout import GaussianDropout
from dl4py.errors import InvalidValue
from dl4py.spec import Source
from dl4py.spec.bind import bind_thing


def test_contract():
    check_dropout(GaussianDropout(rate=0.2), generator().normal(size=(20, 30)))


def test_factors_are_normal_around_one():
    y, _ = dropped(GaussianDropout(rate=0.2), np.ones((60, 60)))
    assert scipy.stats.kstest(y.ravel(), scipy.stats.norm(1, np.sqrt(0.25)).cdf).pvalue > 0.01


def test_range():
    with pytest.raises(InvalidValue) as error:
        bind_thing(GaussianDropout, Source("spec.yaml", "rate: 1"))
    assert str(error.value) == "`rate` must be a number of at least 0 and below 1 or a schedule, found 1"


def test_json():
    check_json(GaussianDropout(), "GaussianDropout", '{"rate":0.5,"rateSchedule":null}')
