"""dl4py summary: layers, shapes and parameter counts of a spec or a model."""

import click

from dl4py.cli.options import common, json_option, network_of, set_option


@click.command()
@click.argument("model", metavar="SPEC|MODEL")
@click.option("--shapes", is_flag=True, help="Show what goes into and comes out of each layer.")
@set_option
@json_option
@common
def command(model: str, shapes: bool, overrides: tuple[str, ...], as_json: bool) -> None:
    """Print DL4J's table of SPEC or MODEL: layers, sizes, parameter counts.

    \b
    Example:
      dl4py summary specs/iris_mlp.yaml
    """
    from dl4py.cli import console
    from dl4py.network.summary import as_dict

    network = network_of(model, overrides)
    if as_json:
        console.show_json(as_dict(network.graph))
    else:
        console.show(network.summary(shapes=shapes).strip("\n"))
