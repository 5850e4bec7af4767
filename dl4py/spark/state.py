"""What a worker starts from: the numbers of a network, light enough to travel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.network.network import Network

_networks: dict[Any, Network] = {}  # plans are compiled once for each Python worker, not once a round


@dataclass(frozen=True, eq=False)
class State:
    """Configuration, parameters, updater state, and how far training is."""

    config: Any
    params: np.ndarray
    updater_state: np.ndarray
    iteration: int
    epoch: int

    @classmethod
    def of(cls, network: Network) -> State:
        """A copy of what a network is now."""
        params, state = network.params.copy(), network.updater_state.copy()
        return cls(network.config, np.asarray(params), np.asarray(state), network.iteration, network.epoch)

    def into(self, network: Network) -> None:
        """Makes a network what it was."""
        network.params[:] = self.params
        network.updater_state[:] = self.updater_state
        network.iteration, network.epoch = self.iteration, self.epoch

    def network(self) -> Network:
        """This process's network in this state; memory and plans of an earlier round are used again."""
        network = _networks.get(self.config)
        if network is None:
            _networks.clear()
            network = _networks[self.config] = Network(self.config)
        self.into(network)
        return network
