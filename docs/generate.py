"""Writes the generated pages: `make docs`. `--check` fails when one is not current."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path

import click

from dl4py import errors
from dl4py.cli.main import cli
from dl4py.compatibility import QUIRKS
from dl4py.spec.reference import kinds, page
from dl4py.spec.schema import schema
from dl4py.spec.sections import sections

REFERENCE = Path(__file__).parent / "reference"


def pages() -> dict[str, str]:
    """All generated pages by name."""
    made = {"spec.schema.json": json.dumps(schema(), indent=1) + "\n"}
    made["sections.md"] = "# Sections of a spec\n\n" + "\n".join(page(s.thing, f"`{s.name}`") for s in sections())
    for room, kind in kinds().items():
        things = "\n".join(page(cls, f"`{name}`") for name, cls in kind.members().items())
        about = inspect.cleandoc(kind.base.__doc__ or "").partition("\n\n")[0]
        names = " · ".join(f"[{name}](#{name})" for name in kind.members())
        made[f"{room.replace('_', '-')}.md"] = f"# {_capital(kind.plural)}\n\n{about}\n\n{names}\n\n{things}"
    made["commands.md"] = "# Commands\n\n" + "\n".join(map(_command, cli.list_commands(None)))  # type: ignore[arg-type]
    made["errors.md"] = _errors()
    made["quirks.md"] = _quirks()
    made["README.md"] = _index(made)
    return {name: text.rstrip() + "\n" for name, text in made.items()}


def _index(made: dict[str, str]) -> str:
    """What there is, a line for each page; pages that other programs write are found in the folder."""
    pages = {path.name: path.read_text() for path in REFERENCE.glob("*.md") if path.name != "README.md"} | made
    titles = {text.partition("\n")[0].lstrip("# "): name for name, text in pages.items() if name.endswith(".md")}
    links = [f"* [{title}]({name})" for title, name in sorted(titles.items())]
    return "\n".join(["# Reference", "", *links, "", "Editors read [spec.schema.json](spec.schema.json)."])


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _command(name: str) -> str:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    whole = click.Context(cli, info_name="dl4py", terminal_width=80, **cli.context_settings)
    text = command.get_help(click.Context(command, parent=whole, info_name=name, terminal_width=80))
    return f"## dl4py {name}\n\n```\n{text}\n```\n"


def _errors() -> str:
    family = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.DL4PyError)]
    rows = [f"## {c.code}\n\n{(c.__doc__ or '').strip()}\n\nExit status {c.status}.\n" for c in family]
    return "# Errors\n\n" + "\n".join(rows)


def _quirks() -> str:
    told = [(str(q.number), q.where, q.dl4j, q.exact) for _, q in sorted(QUIRKS.items())]
    rows = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in told]
    head = "| number | where | `compatibility: dl4j` | `compatibility: exact` |\n|---|---|---|---|"
    return "# Quirks of DL4J\n\nDL4J 1.0.0-M2.1 computes these otherwise than their names say.\n\n" + "\n".join(
        [head, *rows]
    )


def main() -> int:
    """Writes the pages, or compares them."""
    made = pages()
    stale = [name for name, text in made.items() if _read(name) != text]
    if "--check" in sys.argv:
        print("\n".join(f"docs/reference/{name} is not current: run `make docs`" for name in stale))
        return bool(stale)
    REFERENCE.mkdir(exist_ok=True)
    for name in stale:
        (REFERENCE / name).write_text(made[name])
    return 0


def _read(name: str) -> str | None:
    path = REFERENCE / name
    return path.read_text() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
