import pytest
from contract import check_round_trip

from dl4py.compatibility import Compatibility
from dl4py.formats.dl4j.json import to_json
from dl4py.formats.dl4j.model import load
from dl4py.network import Network, NetworkConfig
from dl4py.schedules.exponential import Exponential
from dl4py.schedules.fixed import Fixed
from dl4py.schedules.ramp import Ramp


def test_it_warms_up():
    ramp = Ramp(base_schedule=Fixed(value=0.8), num_iter=4)
    check_round_trip(ramp)
    assert [ramp.at(i, 0, Compatibility()) for i in range(6)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.8, 0.8])


def test_the_base_goes_its_own_way():
    ramp = Ramp(base_schedule=Exponential(initial_value=0.8, gamma=0.5, schedule_type="epoch"), num_iter=4)
    assert ramp.at(1, 1, Compatibility()) == pytest.approx(0.2)
    assert ramp.at(7, 2, Compatibility()) == pytest.approx(0.2)


def test_dl4j_prints_only_its_name():
    ramp = Ramp(base_schedule=Fixed(value=0.8), num_iter=4)
    assert to_json(ramp) == {"@class": "org.nd4j.linalg.schedule.RampSchedule"}


def test_it_comes_back_from_a_zip(tmp_path):
    ramp = {"type": "ramp", "num_iter": 4, "base_schedule": {"type": "fixed", "value": 0.8}}
    layer = {"type": "output", "n_out": 2, "updater": {"type": "sgd", "learning_rate": ramp}}
    network = Network(NetworkConfig.model_validate({"input": 3, "layers": [layer]}))
    network.save(tmp_path / "model.zip")
    assert load(tmp_path / "model.zip").config == network.config
