import pytest

from dl4py.compatibility import Compatibility
from dl4py.schedules.fixed import Fixed
from dl4py.schedules.ramp import Ramp


def test_it_warms_up():
    ramp = Ramp(base_schedule=Fixed(value=0.8), num_iter=4)
    assert [ramp.at(i, 0, Compatibility()) for i in range(6)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.8, 0.8])
