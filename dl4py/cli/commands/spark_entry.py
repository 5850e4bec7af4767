"""dl4py spark-entry: the file that spark-submit runs."""

from pathlib import Path

import click


@click.command()
def command() -> None:
    """Print the path of the program for spark-submit.

    \b
    Example:
      spark-submit --master yarn "$(dl4py spark-entry)" spark-train spec.yaml
    """
    import dl4py

    click.echo(Path(dl4py.__file__).parent / "spark" / "entry.py")
