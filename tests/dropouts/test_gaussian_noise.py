import pytest
import scipy.stats
from contract import check_dropout, check_json, dropped, generator

from dl4py.dropouts.gaussian_noise import GaussianNoise
from dl4py.errors import InvalidValue
from dl4py.spec import Source
from dl4py.spec.bind import bind_thing

X = generator().normal(size=(60, 60))


def test_contract():
    check_dropout(GaussianNoise(stddev=0.3), X)


def test_noise_is_added():
    y, _ = dropped(GaussianNoise(stddev=0.3), X)
    assert scipy.stats.kstest((y - X).ravel(), scipy.stats.norm(0, 0.3).cdf).pvalue > 0.01


def test_range():
    with pytest.raises(InvalidValue) as error:
        bind_thing(GaussianNoise, Source("spec.yaml", "stddev: -1"))
    assert str(error.value) == "`stddev` must be a number of at least 0 or a schedule, found -1"


def test_json():
    check_json(GaussianNoise(), "GaussianNoise", '{"stddev":0.5,"stddevSchedule":null}')
