import numpy as np
import pytest
from contract import check_round_trip, run

from dl4py.dropouts.spatial_dropout import SpatialDropout
from dl4py.errors import ShapeError


def test_whole_channels_are_dropped():
    dropout = SpatialDropout(p=0.5)
    check_round_trip(dropout)
    y, _ = run(lambda e, xs: [dropout.emit(e, xs)[0]], np.ones((40, 10, 6)))
    assert set(np.unique(y)) == {0.0, 2.0}
    assert (y == y[:, :, :1]).all()
    assert abs((y[:, :, 0] > 0).mean() - 0.5) < 0.08


def test_rows_have_no_channels():
    with pytest.raises(ShapeError) as error:
        run(lambda e, xs: [SpatialDropout(p=0.5).emit(e, xs)[0]], np.ones((4, 3)))
    assert str(error.value) == (
        "`spatial_dropout` drops channels of sequences, images or volumes; its input is rows of numbers"
    )
