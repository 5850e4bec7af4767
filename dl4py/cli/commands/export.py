"""dl4py export: a model in another format."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from dl4py.cli.options import common, json_option, network_of, set_option

FOLDER = Path(__file__).parents[2] / "formats" / "exporters"  # not imported, so that help stays light
FORMATS = sorted(p.stem.replace("_", "-") for p in FOLDER.glob("*.py") if p.stem not in ("__init__", "base"))


@click.command()
@click.argument("model", metavar="MODEL|SPEC")
@click.option("--to", "form", required=True, type=click.Choice(FORMATS), help="The format.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write; beside the model when absent, - is standard output.",
)
@set_option
@json_option
@common
def command(model: str, form: str, output: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Write MODEL as a spec, as DL4J's JSON, as NumPy arrays or as ONNX.

    \b
    Examples:
      dl4py export model.zip --to onnx -o model.onnx
      dl4py export model.zip --to spec -o - | less
    """
    from dl4py.cli import console
    from dl4py.formats.exporters import base

    exporter = base.EXPORTERS.get(form.replace("-", "_"))()
    network = network_of(model, overrides)
    if output == Path("-"):
        with TemporaryDirectory() as folder:
            exporter.write(network, Path(folder) / "model")
            sys.stdout.buffer.write((Path(folder) / "model").read_bytes())
        return
    target = output or Path(model).with_suffix(exporter.suffix)
    if output is None and target.exists():
        raise click.UsageError(f"{target} exists already; name the file with --output.")
    exporter.write(network, target)
    console.wrote(target, as_json)
