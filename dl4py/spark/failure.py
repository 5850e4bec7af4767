"""What went wrong on a worker, brought to the driver."""

from __future__ import annotations

import pickle
import traceback
from dataclasses import dataclass
from types import TracebackType

from dl4py.errors import ClusterError, DL4PyError
from dl4py.plan import Plan


class WorkerTraceback(Exception):
    """The stack of a worker; it stands as the cause below the error that the driver raises."""


@dataclass(frozen=True)
class Failure:
    """An exception of a worker, with the batch and the vertex at which it was raised."""

    worker: int
    batch: str
    vertex: str | None
    error: DL4PyError | None
    message: str
    stack: str

    @classmethod
    def of(cls, error: Exception, worker: int, batch: str, vertex: str | None = None) -> Failure:
        """The failure that an exception is."""
        vertex = vertex or vertex_of(error.__traceback__)
        own = error if isinstance(error, DL4PyError) and _travels(error) else None
        message = str(error) if own else f"{type(error).__name__}: {error}"
        return cls(worker, batch, vertex, own, message, "".join(traceback.format_exception(error)))

    def raised(self) -> None:
        """Raises the error of its own class, any other exception as `ClusterError`."""
        at = f"worker {self.worker}, {self.batch}" + (f", vertex `{self.vertex}`" if self.vertex else "")
        cause = WorkerTraceback("\n" + self.stack)
        if self.error is None:
            raise ClusterError(f"{at}: {self.message}", hint="`--traceback` shows the worker's stack") from cause
        error = type(self.error)(f"{at}: {self.message}", at=self.error.at, note=self.error.note, hint=self.error.hint)
        raise error from cause


def vertex_of(stack: TracebackType | None) -> str | None:
    """The vertex whose call a plan was running."""
    while stack is not None:
        names = stack.tb_frame.f_locals
        plan, args = names.get("self"), names.get("args")
        if isinstance(plan, Plan) and "function" in names:
            for call, step in zip(plan.calls, plan.steps, strict=False):
                if step[1] is args and step[0] is names["function"]:
                    return call.owner or None
        stack = stack.tb_next
    return None


def _travels(error: DL4PyError) -> bool:
    try:
        pickle.dumps(error)
    except Exception:
        return False
    return True
