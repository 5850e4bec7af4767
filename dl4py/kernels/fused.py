"""Several kernels on the same values as one loop: each value is read once and written once, whatever becomes of it.

A kernel can be one of several where its body is what it needs beforehand and ``for i in range(a.shape[0])``, a loop in
which vectors stand with the index ``[i]`` alone. The bodies are put behind each other, a value in a local variable from
its first use on, and compiled as one function.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from dl4py.kernels.jit import FAST, Kernel

MOST = 4  # vectors in a loop; for more the compiler would have to ask too often whether they overlap
LOOP_ENDS = (ast.For, ast.While, ast.Return, ast.Break, ast.Continue)


@dataclass(frozen=True, eq=False)
class Piece:
    """A kernel with its arguments; those that are `cut` are vectors that the loop goes along."""

    kernel: Kernel
    args: tuple[Any, ...]
    cut: tuple[bool, ...]

    @property
    def vectors(self) -> list[int]:
        """The addresses of the vectors."""
        return [arg.ctypes.data for arg, along in zip(self.args, self.cut, strict=False) if along]


def together(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Neighbouring pieces that one loop can make."""
    found: list[list[Piece]] = []
    for piece in pieces:
        joined = [*found[-1], piece] if found else []
        vectors = {address for each in joined for address in each.vectors}
        if joined and len(vectors) <= MOST and all(_loop(each.kernel) for each in joined):
            found[-1].append(piece)
        else:
            found.append([piece])
    return found


def fused(pieces: Sequence[Piece]) -> tuple[Callable[..., Any], tuple[Any, ...], tuple[bool, ...]]:
    """The function of one loop, its arguments, and which of these are vectors that it goes along."""
    if len(pieces) == 1:
        (piece,) = pieces
        return (*piece.kernel.compiled(piece.args), piece.cut)
    vectors: dict[int, np.ndarray] = {}
    for piece in pieces:
        vectors |= dict(zip(piece.vectors, (a for a, c in zip(piece.args, piece.cut, strict=False) if c), strict=True))
    places = {address: i for i, address in enumerate(vectors)}
    others = [arg for piece in pieces for i, arg in enumerate(piece.args) if i >= len(piece.cut) or not piece.cut[i]]
    args = (*vectors.values(), *others)
    made = tuple((piece.kernel, piece.cut, tuple(places[a] for a in piece.vectors)) for piece in pieces)
    from dl4py.kernels.code import code_of_several

    fast = FAST - {"reassoc"} if any(piece.kernel.ordered for piece in pieces) else FAST
    code = code_of_several([piece.kernel.fn for piece in pieces], _name(made), lambda: _function(made), args, fast)
    return code, args, (True,) * len(vectors)


Made = tuple[tuple[Kernel, tuple[bool, ...], tuple[int, ...]], ...]


def _name(made: Made) -> str:
    words = [f"{k.fn.__module__}.{k.name}-{k.fn.__code__.co_firstlineno}{cut}{at}" for k, cut, at in made]
    return "-".join([*(k.name for k, *_ in made[:MOST]), hashlib.sha256(" ".join(words).encode()).hexdigest()[:8]])


@cache
def _loop(kernel: Kernel) -> tuple[list[ast.stmt], str, list[ast.stmt]] | None:
    """What comes before the loop, its index and its body; None where the kernel is not of that form."""
    try:
        source = inspect.getsource(kernel.fn)
    except OSError:  # there is only byte code
        return None
    (function,) = ast.parse(textwrap.dedent(source)).body
    if kernel.fn.__closure__ or not isinstance(function, ast.FunctionDef):
        return None
    *before, loop = function.body
    before = [line for line in before if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))]
    names = [arg.arg for arg in function.args.args]
    along = {n for n, operand in zip(names, kernel.operands, strict=False) if operand.dims == kernel.operands[0].dims}
    if not (isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and not loop.orelse):
        return None
    if ast.unparse(loop.iter) not in {f"range({name}.shape[0])" for name in along}:
        return None
    index = loop.target.id
    plain = [f"{name}[{index}]" for name in along]
    for node in (n for line in loop.body for n in ast.walk(line)):
        if isinstance(node, LOOP_ENDS):
            return None
        if isinstance(node, ast.Subscript) and _base(node) in along and ast.unparse(node) not in plain:
            return None
    inside = sum(isinstance(n, ast.Name) and n.id in along for line in loop.body for n in ast.walk(line))
    indexed = sum(isinstance(n, ast.Subscript) and _base(n) in along for line in loop.body for n in ast.walk(line))
    touched = any(isinstance(n, ast.Subscript) and _base(n) in along for line in before for n in ast.walk(line))
    returns = any(isinstance(n, LOOP_ENDS) for line in before for n in ast.walk(line))
    return None if inside != indexed or touched or returns else (before, index, loop.body)


def _base(node: ast.Subscript) -> str:
    return node.value.id if isinstance(node.value, ast.Name) else ""


class _Renamed(ast.NodeTransformer):
    """Names of a kernel as they are called in the common function."""

    def __init__(self, names: dict[str, str], values: dict[str, str]) -> None:
        self.names, self.values = names, values

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if _base(node) in self.values:
            return ast.copy_location(ast.Name(self.values[_base(node)], node.ctx), node)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)


def _function(made: Made) -> Callable[..., Any]:
    """The common function."""
    scope: dict[str, Any] = {}
    before: list[str] = []
    body: list[str] = []
    others: list[str] = []
    written: set[int] = set()
    for number, (kernel, cut, places) in enumerate(made):
        found = _loop(kernel)
        assert found is not None
        params = list(inspect.signature(kernel.fn).parameters)
        along = [name for name, is_along in zip(params, cut, strict=False) if is_along]
        names = {name: f"{name}_{number}" for name in {*params, *_assigned(found[0] + found[2])}}
        names |= {name: f"v{place}" for name, place in zip(along, places, strict=True)} | {found[1]: "i"}
        for name, thing in kernel.fn.__globals__.items():
            if name in kernel.fn.__code__.co_names and name not in names:
                names[name] = f"{name}_{number}"
                scope[names[name]] = thing
        renamed = _Renamed(names, {name: f"x{place}" for name, place in zip(along, places, strict=True)})
        before += _lines(renamed, found[0])
        body += _lines(renamed, found[2])
        others += [names[name] for name in params if name not in along]
        written |= {p for p, o in zip(places, (o for o, c in zip(kernel.operands, cut, strict=True) if c), strict=True)
                    if o.writes}  # fmt: skip
    count = 1 + max(place for _, _, places in made for place in places)
    body = [*(f"x{p} = v{p}[i]" for p in range(count)), *body, *(f"v{p}[i] = x{p}" for p in sorted(written))]
    text = [
        f"def fused({', '.join([*(f'v{p}' for p in range(count)), *others])}):",
        *(f"    {line}" for line in before),
    ]
    text += ["    for i in range(v0.shape[0]):", *(f"        {line}" for line in body)]
    exec(compile("\n".join(text), "<fused kernels>", "exec"), scope)
    return scope["fused"]


def _assigned(lines: Iterable[ast.stmt]) -> set[str]:
    return {n.id for line in lines for n in ast.walk(line) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _lines(renamed: _Renamed, lines: Iterable[ast.stmt]) -> list[str]:
    copies = (ast.parse(ast.unparse(line)).body[0] for line in lines)
    return [part for line in copies for part in ast.unparse(renamed.visit(line)).splitlines()]
