"""dl4py evaluate: figures of a model on data."""

from typing import Any

import click

from dl4py.cli.gates import Gate, gates
from dl4py.cli.options import common, is_spec, json_option, read_spec, set_option


@click.command()
@click.argument("model")
@click.option("--data", required=True, metavar="SPEC|FILE", help="A spec (its test part) or a CSV file with labels.")
@click.option("--labels", default="-1", show_default=True, help="Label column of a CSV file, by number or name.")
@click.option("--header", is_flag=True, help="The first line of a CSV file names the columns.")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="TYPE",
    help="classification, regression, roc or calibration, also as '{type: roc, steps: 30}'; what fits the loss when "
    "absent.",
)
@gates
@set_option
@json_option
@common
def command(
    model: str,
    data: str,
    labels: str,
    header: bool,
    metrics: tuple[str, ...],
    lows: tuple[Gate, ...],
    highs: tuple[Gate, ...],
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print accuracy, precision, recall and the confusion matrix of MODEL, or errors of a regression.

    What a label mask covers is left out. `dl4py explain evaluation` lists what --metric takes.

    \b
    Examples:
      dl4py evaluate runs/iris_mlp-1/model.zip --data specs/iris_mlp.yaml
      dl4py evaluate model.zip --data test.csv --header --metric roc --min auc=0.9
    """
    from dl4py.cli import console
    from dl4py.cli.gates import check
    from dl4py.cli.metrics import judgement, text
    from dl4py.evaluation import evaluate
    from dl4py.evaluation.judging import as_dataset
    from dl4py.formats.model import load

    wanted: list[Any] = [judgement(written) for written in metrics] or [None]
    network = load(model)
    found = read_spec(data, overrides).data if is_spec(data) else csv_reader(network, data, labels, header)
    dataset = as_dataset(found)
    known: dict[str, Any] = {}
    for asked in wanted:
        figures = evaluate(network, dataset, judgement=asked)
        known |= figures.as_dict() | {"loss": figures.loss}
        if as_json:
            name = {"metric": asked.type} if asked else {}
            console.show_json(name | figures.as_dict() | {"loss": figures.loss})
        else:
            console.show(text(figures))
    if not as_json:
        console.show(f"loss: {known['loss']:.6f}")
    check([*lows, *highs], known)


def csv_reader(network: object, path: str, labels: str, header: bool) -> object:
    """A reader of a labelled CSV file that fits the network's output."""
    from dl4py.cli.predictions import classifying
    from dl4py.data.readers.csv import Csv

    classes = None
    if classifying(network):
        output = network.graph.node(network.graph.outputs[0])  # type: ignore[attr-defined]
        classes = tuple(network.labels) or output.shape.array[0]  # type: ignore[attr-defined]
    column = int(labels) if labels.lstrip("-").isdigit() else labels
    return Csv(path=path, labels=(column,), header=header, classes=classes, regression=classes is None)
