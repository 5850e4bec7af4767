"""A network as DL4J's configuration."""

from pathlib import Path
from typing import ClassVar

from dl4py.atomic import write_text
from dl4py.formats.dl4j.configuration import write_configuration
from dl4py.formats.dl4j.text import print_json
from dl4py.formats.exporters.base import Exporter, exporter
from dl4py.network.network import Network


@exporter("dl4j_json")
class Dl4jJson(Exporter):
    """What `MultiLayerConfiguration.toJson` or `ComputationGraphConfiguration.toJson` prints."""

    suffix: ClassVar[str] = ".json"

    def write(self, network: Network, path: Path) -> None:
        write_text(path, print_json(write_configuration(network.graph, network.iteration, network.epoch)))
