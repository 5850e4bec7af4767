"""The section `training` of a spec."""

from __future__ import annotations

from dl4py.spec import Count, Flag, NonNegative, Size, Thing, key
from dl4py.spec.sections import section
from dl4py.training.early_stopping import EarlyStopping


@section("training", order=20)
class TrainingConfig(Thing):
    """How long, in which steps, and what is kept."""

    epochs: Size = key("Times that all examples are seen.", default=1)
    pretrain_epochs: Count = key(
        "Epochs in which each `auto_encoder` and `variational_autoencoder` learns alone, from below, before training.",
        default=0,
    )
    batch_size: Size = key("Examples of a step.", default=32)
    drop_last: Flag = key("Leave out the last batch of an epoch where it is smaller than the others.", default=False)
    log_every: Size = key("Iterations between two lines of `metrics.jsonl`.", default=10)
    checkpoint_seconds: NonNegative = key(
        "Seconds between two checkpoints, written at the end of an epoch; 0 writes one every epoch.", default=60.0
    )
    early_stopping: EarlyStopping | None = key(
        "Judge the validation part after epochs, keep the best network, and end in time.", default=None
    )
