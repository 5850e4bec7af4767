"""Random orthogonal matrices."""

import numpy as np

from dl4py.distributions.base import Distribution, distribution
from dl4py.spec import Number, key


@distribution("orthogonal", java="org.deeplearning4j.nn.conf.distribution.OrthogonalDistribution")
class Orthogonal(Distribution):
    """Rows or columns (the fewer) of a random rotation, times a gain.

    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", 2013, https://arxiv.org/abs/1312.6120.
    """

    gain: Number = key("Factor of all values.", default=1.0)

    def sample(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        rows = shape[0]
        columns = int(np.prod(shape[1:]))
        q, r = np.linalg.qr(generator.standard_normal((max(rows, columns), min(rows, columns))))
        q = q * np.sign(np.diag(r))  # makes the rotation uniform
        return self.gain * (q if rows >= columns else q.T).reshape(shape)
