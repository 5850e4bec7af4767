import numpy as np
import pytest
from contract import assert_close, check_json, generator
from spatial import alone, check_spatial

from dl4py.layers.local_response_normalization import LocalResponseNormalization
from dl4py.shapes import Convolutional


def normalized(x, axis, k, n, alpha, beta):
    y = np.zeros_like(x)
    last = np.moveaxis(x, axis, -1)
    out = np.moveaxis(y, axis, -1)
    for c in range(last.shape[-1]):
        near = last[..., max(c - n // 2, 0) : c + n // 2 + 1]
        out[..., c] = last[..., c] / (k + alpha * (near**2).sum(axis=-1)) ** beta
    return y


@pytest.mark.parametrize(("n", "alpha", "beta", "k"), [(5, 0.3, 0.75, 2.0), (2, 1.0, 0.5, 1.0), (1, 0.1, 2.0, 1.5)])
def test_contract(n, alpha, beta, k):
    layer = LocalResponseNormalization(k=k, n=float(n), alpha=alpha, beta=beta)
    check_spatial(layer, Convolutional(7, 2, 3), lambda x: normalized(x, 1, k, n, alpha, beta))


def test_channels_last():
    layer = LocalResponseNormalization(alpha=0.5)
    check_spatial(layer, Convolutional(4, 2, 3, "NHWC"), lambda x: normalized(x, 3, 2.0, 5, 0.5, 0.75))


def test_json():
    check_json(
        LocalResponseNormalization(name="layer1", alpha=0.01),
        "LocalResponseNormalization",
        '{"alpha":0.01,"beta":0.75,"constraints":null,"cudnnAllowFallback":true,"dataFormat":"NCHW",'
        '"gradientNormalization":"None","gradientNormalizationThreshold":0.0,"idropout":null,"k":2.0,'
        '"layerName":"layer1","n":5.0}',
    )


def test_dl4j_divides_by_its_own_sum():
    """Real DL4J 1.0.0-M2.1 has ``base_c`` in place of ``base_j`` in the gradient (case `lrn` agrees to 2e-7 so)."""
    layer, shape = LocalResponseNormalization(alpha=0.4, n=3.0, k=1.5, beta=0.6), Convolutional(5, 2, 3)
    x, dy = generator().normal(size=(2, 5, 2, 3)), generator(1).normal(size=(2, 5, 2, 3))
    near = [slice(max(c - 1, 0), c + 2) for c in range(5)]
    base = np.stack([1.5 + 0.4 * (x[:, part] ** 2).sum(axis=1) for part in near], axis=1)
    products = dy * x * base**-0.6
    sums = np.stack([products[:, part].sum(axis=1) for part in near], axis=1)
    truth = dy * base**-0.6 - 2 * 0.4 * 0.6 * x * sums / base
    found = alone(layer, shape, x, dy, mode="dl4j")
    assert_close(found["dx"], truth, 1e-9, 1e-12)
    assert not np.allclose(alone(layer, shape, x, dy)["dx"], truth, rtol=1e-3)
