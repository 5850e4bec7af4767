"""Training hooks for tests."""


class Breaking:
    """Breaks the third step."""

    def pre_update(self, batch, network):
        if network.iteration == 2:
            raise ValueError("no third step")

    def post_update(self, batch, network):
        pass
