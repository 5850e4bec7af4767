"""dl4py evaluate: figures of a model on data."""

import click

from dl4py.cli.options import common, is_spec, json_option, read_spec, set_option


@click.command()
@click.argument("model")
@click.option("--data", required=True, metavar="SPEC|FILE", help="A spec (its test part) or a CSV file with labels.")
@click.option("--labels", default="-1", show_default=True, help="Label column of a CSV file, by number or name.")
@click.option("--header", is_flag=True, help="The first line of a CSV file names the columns.")
@click.option(
    "--min", "gates", multiple=True, metavar="FIGURE=VALUE", help="Fail with status 8 below it, e.g. accuracy=0.9."
)
@set_option
@json_option
@common
def command(
    model: str, data: str, labels: str, header: bool, gates: tuple[str, ...], overrides: tuple[str, ...], as_json: bool
) -> None:
    """Print accuracy, precision, recall and the confusion matrix of MODEL, or errors of a regression.

    \b
    Example:
      dl4py evaluate runs/iris_mlp-1/model.zip --data specs/iris_mlp.yaml
    """
    from dl4py.cli import console
    from dl4py.cli.commands.train import check
    from dl4py.evaluation import evaluate
    from dl4py.formats.model import load

    network = load(model)
    if is_spec(data):
        figures = evaluate(network, read_spec(data, overrides).data)
    else:
        figures = evaluate(network, csv_reader(network, data, labels, header))
    if as_json:
        console.show_json(figures.as_dict() | {"loss": figures.loss})
    else:
        console.show(figures.stats().strip("\n"))
        console.show(f"loss: {figures.loss:.6f}")
    check(gates, figures)


def csv_reader(network: object, path: str, labels: str, header: bool) -> object:
    """A reader of a labelled CSV file that fits the network's output."""
    from dl4py.data.readers.csv import Csv
    from dl4py.evaluation.judging import CLASSIFYING

    output = network.graph.node(network.graph.outputs[0])  # type: ignore[attr-defined]
    classifying = output.thing.loss.type in CLASSIFYING
    classes = tuple(network.labels) or output.shape.array[0] if classifying else None  # type: ignore[attr-defined]
    column = int(labels) if labels.lstrip("-").isdigit() else labels
    return Csv(path=path, labels=(column,), header=header, classes=classes, regression=not classifying)
