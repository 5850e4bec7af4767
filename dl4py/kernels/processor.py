"""What the processor that code is made for can do."""

from __future__ import annotations

import os

from llvmlite.binding import get_host_cpu_features, get_host_cpu_name


def name() -> str:
    """In LLVM's words; `NUMBA_CPU_NAME` names another one."""
    return os.environ.get("NUMBA_CPU_NAME") or get_host_cpu_name()


def features() -> str:
    """In LLVM's words; `NUMBA_CPU_FEATURES` names others."""
    said = os.environ.get("NUMBA_CPU_FEATURES")
    if said is None:
        said = "" if name() == "generic" else get_host_cpu_features().flatten()
    return said


BYTES = 64 if "+avx512f" in features() else 32 if "+avx2" in features() else 16
"""Width of a vector register: AVX-512, AVX2, or else (SSE, NEON)."""
FUSED = "+fma" in features() or "+neon" in features()
"""Whether multiply-add is one instruction; a library call otherwise, slower than two."""
MASKED = "+avx512f" in features()
"""Whether any instruction writes some lanes of a vector."""
MANY = "+avx512f" in features() or "+neon" in features()
"""Whether there are 32 vector registers, not 16."""
