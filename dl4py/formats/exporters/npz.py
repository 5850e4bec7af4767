"""Parameters as NumPy arrays."""

import io
from pathlib import Path
from typing import ClassVar

import numpy as np

from dl4py.atomic import write_bytes
from dl4py.formats.exporters.base import Exporter, exporter
from dl4py.network.network import Network


@exporter("npz")
class Npz(Exporter):
    """One array for each parameter, called ``<vertex>.<parameter>``, in its own shape."""

    suffix: ClassVar[str] = ".npz"

    def write(self, network: Network, path: Path) -> None:
        buffer = io.BytesIO()
        arrays = {f"{s.node.name}.{s.param.name}": network.parameter(s) for s in network.parameters.slots}
        np.savez(buffer, **arrays)  # type: ignore[arg-type]
        write_bytes(path, buffer.getvalue())
