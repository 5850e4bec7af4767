"""dl4py init: a commented spec to start from."""

from pathlib import Path

import click

from dl4py.cli.options import common

TEMPLATES = Path(__file__).parent.parent / "templates"


@click.command()
@click.argument("template", default="mlp")
@click.option("-o", "--output", default="-", show_default=True, help="File to write; - is standard output.")
@click.option("--list", "listing", is_flag=True, help="List the templates.")
@common
def command(template: str, output: str, listing: bool) -> None:
    """Print a commented spec to start from.

    \b
    Example:
      dl4py init mlp > spec.yaml
    """
    from dl4py.atomic import write_text
    from dl4py.errors import DL4PyError

    known = {path.stem: path for path in sorted(TEMPLATES.glob("*.yaml"))}
    if listing:
        for name, path in known.items():
            click.echo(f"{name:<12} {path.read_text().splitlines()[0].lstrip('# ')}")
        return
    if template not in known:
        raise click.UsageError(f"No template '{template}'; known: {', '.join(known)}.")
    text = known[template].read_text()
    if output == "-":
        click.echo(text, nl=False)
    elif Path(output).exists():
        raise DL4PyError(f"{output} exists already", hint="choose another name")
    else:
        write_text(output, text)
