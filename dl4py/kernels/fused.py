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
NAMED = 4  # kernels that the name of a file tells
LOOP_ENDS = (ast.For, ast.While, ast.Return, ast.Break, ast.Continue)


@dataclass(frozen=True, eq=False)
class Piece:
    """A kernel with its arguments, and which of these are vectors that the loop goes along."""

    kernel: Kernel
    args: tuple[Any, ...]
    cut: tuple[bool, ...]

    @classmethod
    def of(cls, kernel: Kernel, arrays: tuple[np.ndarray, ...], constants: tuple[Any, ...]) -> Piece:
        """The kernel on arrays, those of them along which it goes whole."""
        along = tuple(operand.dims == kernel.operands[0].dims for operand in kernel.operands)
        return cls(kernel, kernel.arguments(arrays, constants), along + (False,) * len(constants))

    @property
    def vectors(self) -> list[np.ndarray]:
        """The arguments that are vectors."""
        return [arg for arg, along in zip(self.args, self.cut, strict=True) if along]

    @property
    def others(self) -> list[Any]:
        """The other arguments."""
        return [arg for arg, along in zip(self.args, self.cut, strict=True) if not along]

    def part(self, some: slice) -> Piece:
        """The kernel on some of the values."""
        args = tuple(arg[some] if along else arg for arg, along in zip(self.args, self.cut, strict=True))
        return Piece(self.kernel, args, self.cut)


def together(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Neighbouring pieces that one loop can make."""
    found: list[list[Piece]] = []
    for piece in pieces:
        joined = [*found[-1], piece] if found else []
        addresses = {vector.ctypes.data for each in joined for vector in each.vectors}
        if joined and len(addresses) <= MOST and all(_loop(each.kernel) for each in joined):
            found[-1].append(piece)
        else:
            found.append([piece])
    return found


def fused(pieces: Sequence[Piece]) -> tuple[Callable[..., Any], tuple[Any, ...], tuple[bool, ...]]:
    """The function of one loop, its arguments, and which of these are vectors that it goes along."""
    if len(pieces) == 1:
        (piece,) = pieces
        return (*piece.kernel.compiled(piece.args), piece.cut)
    vectors = {vector.ctypes.data: vector for piece in pieces for vector in piece.vectors}
    places = {address: i for i, address in enumerate(vectors)}
    args = (*vectors.values(), *(arg for piece in pieces for arg in piece.others))
    made = tuple((piece.kernel, piece.cut, tuple(places[v.ctypes.data] for v in piece.vectors)) for piece in pieces)
    from dl4py.kernels.code import code_of_several

    fast = FAST - {"reassoc"} if any(piece.kernel.ordered for piece in pieces) else FAST
    code = code_of_several([piece.kernel.fn for piece in pieces], _name(made), lambda: _function(made), args, fast)
    return code, args, (True,) * len(vectors)


Made = tuple[tuple[Kernel, tuple[bool, ...], tuple[int, ...]], ...]


def _name(made: Made) -> str:
    words = [f"{k.fn.__module__}.{k.name}-{k.fn.__code__.co_firstlineno}{cut}{at}" for k, cut, at in made]
    return "-".join([*(k.name for k, *_ in made[:NAMED]), hashlib.sha256(" ".join(words).encode()).hexdigest()[:8]])


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
    inner, outer = ([node for line in lines for node in ast.walk(line)] for lines in (loop.body, before))
    named = [node for node in inner if isinstance(node, ast.Name) and node.id in along]
    indexed = [node for node in inner if isinstance(node, ast.Subscript) and _base(node) in along]
    if len(named) != len(indexed) or any(ast.unparse(node) != f"{_base(node)}[{index}]" for node in indexed):
        return None
    if any(isinstance(node, ast.Subscript) and _base(node) in along for node in outer):
        return None
    return None if any(isinstance(node, LOOP_ENDS) for node in inner + outer) else (before, index, loop.body)


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
        along = [name for name, is_along in zip(params, cut, strict=True) if is_along]
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
        operands = [operand for operand, is_along in zip(kernel.operands, cut, strict=False) if is_along]
        written |= {place for place, operand in zip(places, operands, strict=True) if operand.writes}
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
