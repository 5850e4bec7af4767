"""What can go wrong, as one family of exceptions.

DL4PyError
├─ SpecError            the text of a spec
│  ├─ YamlSyntaxError
│  ├─ UnknownType       `type:` names nothing known
│  ├─ UnknownKey
│  ├─ MissingKey
│  └─ InvalidValue      type, range or choice
├─ ShapeError           layers that do not fit together
├─ DataError            records: file, line, column
├─ ModelFileError       zip, HDF5, JSON that cannot be read
│  └─ UnsupportedFeature  valid there, unknown here
├─ TrainingError        no finite score, no progress, nothing to train on
├─ ClusterError         Spark: lost examples, failed workers
├─ QualityError         a quality gate missed
├─ Interrupted          stopped by a signal after a checkpoint was written
└─ PluginError          two things with one name, a plug-in that cannot load
"""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol


class Place(Protocol):
    """Where a mistake stands; `spec.Mark` is the one that shows the text."""

    def excerpt(self) -> str: ...


class DL4PyError(Exception):
    """Anything a user can cause. `at` is the place, `note` the arithmetic behind it, `hint` the way out."""

    code = "error"
    status = 1

    def __init__(
        self, message: str, *, at: Place | None = None, note: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.at, self.note, self.hint = at, note, hint

    def __reduce__(self) -> Any:  # errors travel from Spark workers unchanged
        return partial(type(self), at=self.at, note=self.note, hint=self.hint), self.args

    def render(self) -> str:
        """The message as a person reads it: place, text with a caret, arithmetic, way out."""
        head = f"{self.at}: {self}" if self.at else str(self)
        lines = [head]
        if self.at and (excerpt := self.at.excerpt()):
            lines.append(excerpt)
        if self.note:
            lines.append(f"   = {self.note}")
        if self.hint:
            lines.append(f"   = hint: {self.hint}")
        return "\n".join(lines)


class SpecError(DL4PyError):
    """The text of a spec cannot be used; `mistakes` holds all of them when there are several."""

    code = "spec-error"
    status = 3
    mistakes: tuple[SpecError | ShapeError, ...] = ()

    @classmethod
    def all(cls, mistakes: list[SpecError]) -> SpecError:
        """One error out of many: the only one itself, or a report of all in the order of the text."""
        if len(mistakes) == 1:
            return mistakes[0]
        report = cls(f"{len(mistakes)} mistakes")
        report.mistakes = tuple(mistakes)
        return report

    def __reduce__(self) -> Any:
        make, args = super().__reduce__()
        return make, args, {"mistakes": self.mistakes}

    def render(self) -> str:
        if not self.mistakes:
            return super().render()
        return "\n\n".join([m.render() for m in self.mistakes] + [f"{self} found"])


class YamlSyntaxError(SpecError):
    """The text is not YAML or JSON."""

    code = "yaml-syntax"


class UnknownType(SpecError):
    """`type:` names nothing known."""

    code = "unknown-type"


class UnknownKey(SpecError):
    """A mapping holds a key that its thing does not have."""

    code = "unknown-key"


class MissingKey(SpecError):
    """A key without a default is absent."""

    code = "missing-key"


class InvalidValue(SpecError):
    """A value of the wrong type, out of range, or none of the choices."""

    code = "invalid-value"


class ShapeError(DL4PyError):
    """Layers that do not fit together, or data that does not fit a network."""

    code = "shape-error"
    status = 3


class DataError(DL4PyError):
    """Records that cannot be read or do not fit."""

    code = "data-error"
    status = 5


class ModelFileError(DL4PyError):
    """A model file that cannot be read."""

    code = "model-file"
    status = 4


class UnsupportedFeature(ModelFileError):
    """Valid elsewhere, unknown here."""

    code = "unsupported-feature"


class TrainingError(DL4PyError):
    """No finite score, no progress, nothing to train on."""

    code = "training-error"
    status = 6


class ClusterError(DL4PyError):
    """Spark: lost examples, failed workers, no session."""

    code = "cluster-error"
    status = 7


class QualityError(DL4PyError):
    """A figure misses the gate that `--min` or `--max` set."""

    code = "quality-gate"
    status = 8


class Interrupted(DL4PyError):
    """Stopped by a signal, after a checkpoint was written; `signal` is its number."""

    code = "interrupted"

    def __init__(self, message: str, *, signal: int = 2, **where: Any) -> None:
        super().__init__(message, **where)
        self.signal = signal
        self.status = 128 + signal

    def __reduce__(self) -> Any:
        return partial(type(self), signal=self.signal, at=self.at, note=self.note, hint=self.hint), self.args


class PluginError(DL4PyError):
    """Two things with one name, or a plug-in that cannot load."""

    code = "plugin-error"
