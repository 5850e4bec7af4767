"""What the command line prints: results on standard output, talk on standard error."""

from __future__ import annotations

import json
from collections.abc import Sequence
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


def trained(run: Any, network: Any, found: Sequence[Any], as_json: bool) -> None:
    """The result of a training: figures of all outputs on the test part, if there is one, and where the model lies."""
    from dl4py.training.folder import MODEL

    model = run.folder / MODEL
    outputs = dict(zip(network.graph.outputs, found, strict=False)) if len(found) > 1 else {}
    if as_json:
        result = {"run": str(run.folder), "model": str(model), "iteration": network.iteration}
        test = {"test": found[0].as_dict() | {"loss": found[0].loss}} if found else {}
        more = {"outputs": {name: each.as_dict() for name, each in outputs.items()}} if outputs else {}
        early = {"early_stopping": run.stopper.told()} if run.stopper else {}
        show_json(result | early | test | more)
        return
    if run.stopper:
        show(run.stopper.text())
    for name, each in outputs.items():
        show(f"output `{name}`:\n" + each.stats().strip("\n"))
    if found and not outputs:
        show(found[0].stats().strip("\n"))
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
