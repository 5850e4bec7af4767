"""dl4py schema: JSON Schema of specs, for editors."""

import click

from dl4py.cli.options import common


@click.command()
@common
def command() -> None:
    """Print the JSON Schema of specs, for completion and checks in editors.

    \b
    Example:
      dl4py schema > spec.schema.json
    """
    import json

    from dl4py.spec.schema import schema

    click.echo(json.dumps(schema(), indent=2))
