"""Training hooks for tests."""

import time


class Breaking:
    """Breaks the third step."""

    def pre_update(self, batch, network):
        if network.iteration == 2:
            raise ValueError("no third step")

    def post_update(self, batch, network):
        pass


class Slow:
    """Gives a killer time."""

    def pre_update(self, batch, network):
        time.sleep(0.05)

    def post_update(self, batch, network):
        pass
