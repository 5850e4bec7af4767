"""The key `early_stopping` of the section `training`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from dl4py.spec import AsSeveral, Flag, Size, Thing, key
from dl4py.training.stopping import StoppingCondition

if TYPE_CHECKING:
    from dl4py.evaluation.base import Judgement

Watched = Literal[
    "loss", "mse", "mae", "rmse", "rse", "accuracy", "precision", "recall", "f1", "mcc", "g_measure", "pc", "r2",
    "auc", "auprc",
]  # fmt: skip
FALLING = ("loss", "mse", "mae", "rmse", "rse")
CURVES = ("auc", "auprc")


class EarlyStopping(Thing):
    """The network of the best epoch becomes the model; training ends when a condition says so.

    After every epoch the score of the validation part is taken: its loss, as DL4J's `DataSetLossCalculator` does, or a
    figure of its evaluation.
    """

    score: Watched = key("What is watched: `loss` and errors are to fall, other figures to rise.", default="loss")
    output: str | None = key("The output whose figures are watched; the first when absent.", default=None)
    conditions: Annotated[tuple[StoppingCondition, ...], AsSeveral] = key(
        "Training ends when one of them holds, or after all epochs.", default=()
    )
    evaluate_every_n_epochs: Size = key("Epochs from one judgement to the next.", default=1)
    save_last_model: Flag = key("Keep the network of the last epoch as well, as `last.zip`.", default=False)

    @field_validator("conditions")
    @classmethod
    def _once(cls, value: tuple[StoppingCondition, ...]) -> tuple[StoppingCondition, ...]:
        types = [condition.type for condition in value]
        for name in types:
            if types.count(name) > 1:
                raise PydanticCustomError("condition_twice", "`{name}` stands twice", {"name": name})
        return value

    @property
    def minimize(self) -> bool:
        """Whether a smaller score is the better one."""
        return self.score in FALLING

    def judgement(self) -> Judgement | None:
        """The figures among which the score is; None for those that fit the loss."""
        from dl4py.evaluation.roc import Roc

        return Roc() if self.score in CURVES else None
