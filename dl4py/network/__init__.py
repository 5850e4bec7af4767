"""One network for chains and graphs."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dl4py.network.config import NetworkConfig
    from dl4py.network.network import Network

__all__ = ["Network", "NetworkConfig"]


def __getattr__(name: str) -> Any:  # checking a spec needs the configuration alone
    if name == "Network":
        from dl4py.network.network import Network

        return Network
    if name == "NetworkConfig":
        from dl4py.network.config import NetworkConfig

        return NetworkConfig
    raise AttributeError(name)
