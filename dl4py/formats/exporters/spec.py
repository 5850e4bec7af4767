"""A network as a spec."""

from pathlib import Path
from typing import ClassVar

from dl4py.atomic import write_text
from dl4py.formats.exporters.base import Exporter, exporter
from dl4py.network.network import Network
from dl4py.spec.write import tree_of, write


@exporter("spec")
class SpecExporter(Exporter):
    """The section `network` of a spec: the same network with fresh parameters."""

    suffix: ClassVar[str] = ".yaml"

    def write(self, network: Network, path: Path) -> None:
        tree = tree_of(network.config.but(iteration_count=0, epoch_count=0))
        write_text(path, write({"network": tree}))
