"""dl4py: one YAML spec becomes a trained neural network, kept in Deeplearning4j's model zip.

``net = dl4py.load("specs/iris_mlp.yaml")``, ``dl4py.fit(net, net.data, net.training)``, ``net.save("iris.zip")``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dl4py.errors import DL4PyError as DL4PyError
    from dl4py.evaluation.judging import evaluate as evaluate
    from dl4py.formats.model import load as load
    from dl4py.formats.model import save as save
    from dl4py.network import Network as Network
    from dl4py.network import NetworkConfig as NetworkConfig
    from dl4py.training.fitting import fit as fit

__version__ = "0.1.0"

__all__ = ["DL4PyError", "Network", "NetworkConfig", "__version__", "evaluate", "fit", "load", "predict", "save"]

_HOMES = {
    "DL4PyError": "dl4py.errors",
    "Network": "dl4py.network",
    "NetworkConfig": "dl4py.network",
    "evaluate": "dl4py.evaluation",
    "fit": "dl4py.training",
    "load": "dl4py.formats.model",
    "save": "dl4py.formats.model",
}


def __getattr__(name: str) -> Any:  # numpy and numba load when the first network is made, not before
    if name not in _HOMES:
        raise AttributeError(f"module `dl4py` has no attribute `{name}`")
    return getattr(import_module(_HOMES[name]), name)


def predict(network: "Network", x: Any, mask: Any = None) -> Any:
    """The class of each example, or of each step of a sequence; `network.output` gives the figures behind it."""
    return network.predict(x, mask=mask)
