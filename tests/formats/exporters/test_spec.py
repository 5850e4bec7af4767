from replay import CASES, names

from dl4py.formats.dl4j.model import load
from dl4py.formats.exporters.base import EXPORTERS
from dl4py.formats.model import load as load_any


def test_the_spec_of_every_recorded_network_makes_the_same_network(tmp_path):
    for case in names():
        network = load(CASES / case / "model.zip")
        EXPORTERS.get("spec")().write(network, tmp_path / "m.yaml")
        again = load_any(tmp_path / "m.yaml")
        assert again.summary() == network.summary(), case
        assert again.config == network.config.but(iteration_count=0, epoch_count=0), case
