import numpy as np
import pytest
from contract import check_dropout, check_json, dropped, generator

from dl4py.dropouts.spatial_dropout import SpatialDropout
from dl4py.errors import ShapeError


@pytest.mark.parametrize("shape", [(4, 5, 6), (4, 5, 2, 3), (4, 5, 2, 3, 2)])
def test_contract(shape):
    check_dropout(SpatialDropout(p=0.5), generator().normal(size=shape))


def test_whole_channels_are_dropped():
    y, _ = dropped(SpatialDropout(p=0.5), np.ones((40, 10, 6)))
    assert set(np.unique(y)) == {0.0, 2.0}
    assert (y == y[:, :, :1]).all()
    assert abs((y[:, :, 0] > 0).mean() - 0.5) < 0.08


def test_rows_have_no_channels():
    with pytest.raises(ShapeError) as error:
        dropped(SpatialDropout(p=0.5), np.ones((4, 3)))
    assert str(error.value) == (
        "`spatial_dropout` drops channels of sequences, images or volumes; its input is rows of numbers"
    )
    assert error.value.hint == "use `dropout`"


def test_json():
    check_json(SpatialDropout(p=0.5), "SpatialDropout", '{"p":0.5,"pschedule":null}')
