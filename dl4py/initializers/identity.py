"""Identity initialization."""

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.errors import ShapeError
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param
from dl4py.spec import Number, key


@initializer("identity", java="org.deeplearning4j.nn.weights.WeightInitIdentity")
class Identity(Initializer):
    """The identity matrix, times a scale."""

    scale: Number | None = key("Factor; 1 when absent.", default=None)

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        if len(param.shape) != 2 or param.shape[0] != param.shape[1]:
            raise ShapeError(
                f"`weight_init: identity` needs a square weight, `{param.name}` is {' x '.join(map(str, param.shape))}",
                at=self.mark(),
                hint="use it where n_in equals n_out",
            )
        return np.eye(param.shape[0]) * (1.0 if self.scale is None else self.scale)
