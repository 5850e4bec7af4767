"""The recorded networks with `compatibility: exact`: their gradients are the slopes of their scores, masks included."""

import zlib

import numpy as np
import pytest
from contract import assert_close, generator
from replay import CASES, arrays_of, masks_of, names

from dl4py.formats.dl4j.model import load
from dl4py.network import Network
from dl4py.spec.thing import Thing

STEP = 1e-6
NOISE = {"dropout", "weight_noise"}
PENALTIES = {"l1", "l2", "l1_bias", "l2_bias", "weight_decay", "weight_decay_bias"}


def quiet(value):
    """A configuration without what makes noise and without penalties, which the gradient does not hold."""
    if isinstance(value, tuple):
        return tuple(map(quiet, value))
    if not isinstance(value, Thing):
        return value
    fields = type(value).model_fields
    changed = {name: quiet(getattr(value, name)) for name in fields if name not in {"updater", "bias_updater"}}
    changed |= dict.fromkeys((NOISE | PENALTIES) & set(fields))
    changed |= {name: () for name in ("regularization", "regularization_bias") if name in fields}
    return value.but(**changed)


def exact(case):
    """The recorded network in double precision, its parameters moved a little away from ties and kinks."""
    recorded = load(CASES / case / "model.zip")
    config = quiet(recorded.config).but(compatibility="exact", data_type="double")
    params = recorded.params + 1e-3 * generator(9).uniform(-1.0, 1.0, recorded.params.size)
    return Network(config, params=np.float64(params))


@pytest.mark.parametrize("case", names())
def test_gradients_are_slopes_of_the_score(case):
    network = exact(case)
    arrays = dict(np.load(CASES / case / "arrays.npz"))
    x, y = arrays_of(arrays, "x"), arrays_of(arrays, "y")
    if len(arrays["out0"]) > len(y[0]):  # a layer that cuts images makes several examples of each
        y = [np.tile(y[0], (len(arrays["out0"]) // len(y[0]), 1))]
    masks = {"mask": masks_of(arrays, "xmask", len(x)), "label_mask": masks_of(arrays, "ymask", len(y))}
    gradient = network.gradient(x, y, **masks)
    rows = len(x[0]) if network.config.mini_batch else 1
    params = network.params
    g = generator(zlib.crc32(case.encode()))

    def slope(direction):
        kept = params.copy()
        params[:] = kept + STEP * direction
        up = network.score(x, y, **masks)
        params[:] = kept - STEP * direction
        down = network.score(x, y, **masks)
        params[:] = kept
        return np.array([(up - down) / (2 * STEP) * rows])

    for slot in network.parameters.slots:
        param = slot.param
        if param.role == "statistic" or param.frozen or param.drifts or param.pretrain:
            continue
        ways = [np.zeros(params.size) for _ in range(3)]
        ways[0][slot.offset : slot.stop] = g.normal(size=param.size)  # all of them at once, then two alone
        for way in ways[1:]:
            way[g.integers(slot.offset, slot.stop)] = 1.0
        for way in ways:
            assert_close(np.array([gradient @ way]), slope(way), 1e-5, 1e-7)
