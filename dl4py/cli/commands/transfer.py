"""dl4py transfer: a new network out of a trained one."""

from pathlib import Path

import click

from dl4py.cli.options import common, json_option, set_option


@click.command()
@click.argument("base")
@click.argument("spec")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The zip to write.")
@set_option
@json_option
@common
def command(base: str, spec: str, output: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Freeze, replace, remove and add layers of the model BASE as the section `transfer` of SPEC says.

    \b
    Example of a spec:
      transfer:
        freeze: hidden1
        remove_last: 1
        add: [{name: out, type: output, n_out: 5}]
        fine_tune: {updater: {type: adam, learning_rate: 1e-4}}
    """
    from dl4py.cli import console
    from dl4py.formats.model import load
    from dl4py.network.transfer import transfer
    from dl4py.spec.bind import bind
    from dl4py.spec.source import Source

    bound = bind(Source.read(spec), overrides, required=("transfer",))
    made = transfer(load(base), bound.transfer)
    made.save(output)
    console.say(made.summary().strip("\n"))
    console.wrote(output, as_json)
