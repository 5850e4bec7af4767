"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def common(function: F) -> F:
    """`--threads`, `--quiet`, `--verbose`, `--traceback`: sets them before the command runs."""

    @click.option(
        "--threads",
        type=click.IntRange(1),
        envvar="DL4PY_THREADS",
        help="Threads of kernels and BLAS; all cores when absent.",
    )
    @click.option("-q", "--quiet", is_flag=True, help="Say nothing but the result.")
    @click.option("-v", "--verbose", is_flag=True, help="Say more.")
    @click.option("--traceback", is_flag=True, help="Show the stack of an error.")
    @wraps(function)
    def run(threads: int | None, quiet: bool, verbose: bool, traceback: bool, **options: Any) -> Any:
        from dl4py.cli import console

        console.quiet, console.verbose = quiet, verbose
        if threads:
            from dl4py.plan.threads import use

            use(threads)
        return function(**options)

    return run  # type: ignore[return-value]


json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a value of the spec, for example training.epochs=5.",
)
seed_option = click.option("--seed", type=int, help="Seed of weights, splits and orders; the spec's when absent.")
master_option = click.option(
    "--master", metavar="URL", help="Compute on Spark, for example local[2] or yarn; spark-submit's when started by it."
)


def read_spec(path: str, overrides: tuple[str, ...] = (), seed: int | None = None) -> Any:
    """The bound spec of a file with the changes of the command line."""
    from dl4py.spec.bind import bind
    from dl4py.spec.source import Source

    if seed is not None:
        overrides = (*overrides, f"network.seed={seed}", f"data.seed={seed}")
    return bind(Source.read(path), overrides)


def is_spec(path: str) -> bool:
    """Whether a path names a spec, not a model."""
    return path == "-" or path.endswith((".yaml", ".yml", ".json"))


def network_of(path: str, overrides: tuple[str, ...] = ()) -> Any:
    """The network of a spec (fresh) or of a model file."""
    if is_spec(path):
        from dl4py.network import Network

        return Network(read_spec(path, overrides).network)
    from dl4py.formats.model import load

    return load(path)
