"""dl4py import-keras: a Keras file becomes a DL4J zip."""

from pathlib import Path

import click

from dl4py.cli.options import common, json_option


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The zip to write.")
@click.option("--enforce-training-config", is_flag=True, help="Refuse files without a loss and an optimizer.")
@json_option
@common
def command(model: Path, output: Path, enforce_training_config: bool, as_json: bool) -> None:
    """Turn the Keras MODEL (.h5 or .keras) into a DL4J zip that predicts the same and trains on in step.

    The loss, the optimizer and its running arrays come along; a warning says where DL4J computes otherwise.

    \b
    Example:
      dl4py import-keras model.keras -o model.zip
    """
    from dl4py.cli import console
    from dl4py.formats.importers.base import IMPORTERS

    network = IMPORTERS.make("keras", enforce_training_config=enforce_training_config).read(model)
    network.save(output)
    console.say(network.summary().strip("\n"))
    console.wrote(output, as_json)
