import numpy as np
import scipy.stats
from contract import check_round_trip, run

from dl4py.dropouts.gaussian_dropout import GaussianDropout


def test_factors_are_normal_around_one():
    dropout = GaussianDropout(rate=0.2)
    check_round_trip(dropout)
    y, _ = run(lambda e, xs: [dropout.emit(e, xs)[0]], np.ones((60, 60)))
    assert scipy.stats.kstest(y.ravel(), scipy.stats.norm(1, np.sqrt(0.25)).cdf).pvalue > 0.01
