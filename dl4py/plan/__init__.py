"""From calls to a step."""

from dl4py.plan.array import Array
from dl4py.plan.emitter import Backward, Call, Emitter, Varying
from dl4py.plan.parameter import Param, Params, named
from dl4py.plan.plan import Plan
from dl4py.plan.workspace import Layout, Placed, assign

__all__ = [
    "Array",
    "Backward",
    "Call",
    "Emitter",
    "Layout",
    "Param",
    "Params",
    "Placed",
    "Plan",
    "Varying",
    "assign",
    "named",
]
