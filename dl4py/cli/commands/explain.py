"""dl4py explain: documentation of a key, a type, a kind or an error."""

import click

from dl4py.cli.options import common


@click.command()
@click.argument("name")
@common
def command(name: str) -> None:
    """Explain NAME: a type (`dense`), a key (`dropout`), a kind (`updater`), a section (`network`), an error
    (`shape-error`).

    \b
    Example:
      dl4py explain batch_normalization
    """
    from dl4py.spec.reference import explain

    click.echo(explain(name))
