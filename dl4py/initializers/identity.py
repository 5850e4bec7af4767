"""Identity initialization."""

from typing import Any

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.errors import ShapeError
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param
from dl4py.spec import Number, key


@initializer("identity", java="org.deeplearning4j.nn.weights.WeightInitIdentity")
class Identity(Initializer):
    """A layer that passes its input on, times a scale.

    For a weight ``[n, n]`` the identity matrix; for the weight of a convolution ``[n, n, size, …]`` the identity at the
    middle of the kernel, 0 elsewhere.
    """

    scale: Number | None = key("Factor; 1 when absent.", default=None)

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        shape = param.shape
        if len(shape) < 2 or shape[0] != shape[1]:
            raise self._refusal(param, "needs a square weight", "use it where n_in equals n_out")
        if any(size % 2 == 0 for size in shape[2:]):
            raise self._refusal(param, "needs a kernel with a middle", "use odd kernel sizes")
        values = np.zeros(shape)
        diagonal = np.arange(shape[0])
        place: tuple[Any, ...] = (diagonal, diagonal, *(size // 2 for size in shape[2:]))
        values[place] = 1.0 if self.scale is None else self.scale
        return values

    def _refusal(self, param: Param, needs: str, hint: str) -> ShapeError:
        found = " x ".join(map(str, param.shape))
        return ShapeError(f"`weight_init: identity` {needs}, `{param.name}` is {found}", at=self.mark(), hint=hint)
