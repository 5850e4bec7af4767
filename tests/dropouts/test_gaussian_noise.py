import scipy.stats
from contract import check_round_trip, generator, run

from dl4py.dropouts.gaussian_noise import GaussianNoise


def test_noise_is_added():
    noise = GaussianNoise(stddev=0.3)
    check_round_trip(noise)
    x = generator().normal(size=(60, 60))
    y, _ = run(lambda e, xs: [noise.emit(e, xs)[0]], x)
    assert scipy.stats.kstest((y - x).ravel(), scipy.stats.norm(0, 0.3).cdf).pvalue > 0.01
