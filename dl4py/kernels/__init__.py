"""How numbers are computed; arrays in, arrays out.

`k.gemm.matmul` loads `gemm` at first use, and a kernel is compiled when a plan binds it, so that reading a spec
never loads numba.
"""

import importlib
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    if name.startswith("_"):
        raise AttributeError(name)
    try:
        return importlib.import_module(f"dl4py.kernels.{name}")
    except ModuleNotFoundError as error:
        raise AttributeError(name) from error
