"""Several sources side by side, for networks with several inputs or outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from dl4py.data.dataset import Dataset
from dl4py.data.readers.base import Reader, reader
from dl4py.errors import DataError
from dl4py.spec import AsTuple, key

Readers = Annotated[tuple[Reader, ...], AsTuple]


@reader("joined", java="org.deeplearning4j.datasets.datavec.RecordReaderMultiDataSetIterator")
class Joined(Reader):
    """Example i is example i of every part: the features of `inputs` in order, the labels of `outputs` in order.

    Several parts may read the same file with other columns. Class names are those of the first output.
    """

    inputs: Readers = key("Readers whose features feed the network's inputs; their labels are passed over.")
    outputs: Readers = key("Readers whose labels feed the network's outputs; their features are passed over.")

    def load(self) -> Dataset:
        inputs = [part.load() for part in self.inputs]
        outputs = [part.load() for part in self.outputs]
        self._check(inputs, outputs)
        first = inputs[0]
        joined = replace(
            first,
            features=tuple(a for part in inputs for a in part.features),
            labels=tuple(a for part in outputs for a in part.labels),
            class_names=outputs[0].class_names if outputs else (),
            feature_masks=_masks(inputs, "feature"),
            label_masks=_masks(outputs, "label"),
        )
        return self.part(joined)

    def _check(self, inputs: Sequence[Dataset], outputs: Sequence[Dataset]) -> None:
        if not inputs:
            raise DataError("`joined` needs at least one reader in `inputs`", at=self.mark("inputs"))
        for i, (spec, part) in enumerate(zip((*self.inputs, *self.outputs), (*inputs, *outputs), strict=True)):
            if len(part) != len(inputs[0]):
                raise DataError(
                    f"this part has {len(part)} examples, the first one {len(inputs[0])}",
                    at=spec.mark(),
                    hint="example i of every part must belong to the same thing",
                )
            if i >= len(inputs) and not part.labels:
                raise DataError("an output needs labels", at=spec.mark(), hint="name its columns with `labels`")


def _masks(parts: Sequence[Dataset], which: str) -> tuple:  # type: ignore[type-arg]
    masks = []
    for part in parts:
        arrays = getattr(part, f"{which}s" if which == "label" else "features")
        found = getattr(part, f"{which}_masks")
        masks += list(found) or [None] * len(arrays)
    return tuple(masks) if any(mask is not None for mask in masks) else ()
