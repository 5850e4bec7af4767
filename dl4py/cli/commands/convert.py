"""dl4py convert: a DL4J configuration as a spec, and back."""

from pathlib import Path

import click

from dl4py.cli.options import common, json_option, set_option


@click.command()
@click.argument("config", metavar="CONFIG.json|SPEC")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write; standard output when absent.")
@set_option
@json_option
@common
def command(config: str, output: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Turn a DL4J configuration (JSON, any version) into a spec, or a spec into DL4J's JSON.

    \b
    Example:
      dl4py convert MultiLayerConfiguration.json -o network.yaml
    """
    from dl4py.atomic import write_text
    from dl4py.cli import console
    from dl4py.formats.dl4j.convert import is_configuration, to_configuration, to_spec
    from dl4py.spec.bind import bind
    from dl4py.spec.source import Source

    source = Source.read(config)
    if is_configuration(source.text):
        if overrides:
            raise click.UsageError("--set changes a spec; CONFIG is DL4J's JSON.")
        text = to_spec(source.text.encode(), source.name)
    else:
        text = to_configuration(bind(source, overrides).network)
    if output is None or output == Path("-"):
        console.show(text.removesuffix("\n"))
    else:
        write_text(output, text)
        console.wrote(output, as_json)
