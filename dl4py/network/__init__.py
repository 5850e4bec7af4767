"""One network for chains and graphs."""

from dl4py.network.config import NetworkConfig
from dl4py.network.network import Network

__all__ = ["Network", "NetworkConfig"]
