"""What the command line prints: results on standard output, talk on standard error."""

from __future__ import annotations

import json
from typing import Any

import click

quiet = False
verbose = False


def say(text: str) -> None:
    """Talk, unless `--quiet`."""
    if not quiet:
        click.echo(text, err=True)


def warn(message: Warning | str, *_: Any, **__: Any) -> None:
    """A warning of the library, in the place of `warnings.showwarning`."""
    say(f"warning: {message}")


def show(text: str) -> None:
    """A result."""
    click.echo(text)


def show_json(value: Any) -> None:
    """A result as one line of JSON."""
    click.echo(json.dumps(value))


def trained(model: Any, iteration: int, figures: Any, as_json: bool, outputs: dict[str, Any] | None = None) -> None:
    """The result of a training: figures on the test part, where there is one, and where the model lies.

    `figures` are those of the first output, `outputs` those of all outputs by name where there are several.
    """
    if as_json:
        result = {"run": str(model.parent), "model": str(model), "iteration": iteration}
        test = {"test": figures.as_dict() | {"loss": figures.loss}} if figures is not None else {}
        more = {"outputs": {name: each.as_dict() for name, each in outputs.items()}} if outputs else {}
        show_json(result | test | more)
        return
    for name, each in (outputs or {}).items():
        show(f"output `{name}`:\n" + each.stats().strip("\n"))
    if figures is not None and not outputs:
        show(figures.stats().strip("\n"))
    show(f"model: {model}")


def wrote(path: Any, as_json: bool) -> None:
    """The result of a command that wrote a file."""
    if as_json:
        show_json({"wrote": str(path)})
    else:
        show(f"wrote {path}")


def count(n: int, noun: str) -> str:
    """``1 epoch``, ``1,000 epochs``."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def duration(seconds: float) -> str:
    """``0:42``, ``1:02:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
