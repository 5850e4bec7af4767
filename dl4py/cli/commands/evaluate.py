"""dl4py evaluate: figures of a model on data."""

from itertools import product
from typing import Any

import click

from dl4py.cli.gates import Gate, gates
from dl4py.cli.options import common, is_spec, json_option, master_option, read_spec, set_option


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
@click.option("--of", "output", metavar="OUTPUT", help="The output to judge; all, or with --metric the first.")
@master_option
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
    output: str | None,
    master: str | None,
    lows: tuple[Gate, ...],
    highs: tuple[Gate, ...],
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print accuracy, precision, recall and the confusion matrix of MODEL, or errors of a regression.

    A network with several outputs is judged output by output. What a label mask covers is left out. `dl4py explain
    evaluation` lists what --metric takes.

    \b
    Examples:
      dl4py evaluate runs/iris_mlp-1/model.zip --data specs/iris_mlp.yaml
      dl4py evaluate model.zip --data test.csv --header --metric roc --min auc=0.9
      dl4py evaluate model.zip --data spec.yaml --master local[2]
    """
    from dl4py.cli import console
    from dl4py.cli.cluster import cluster, data_on
    from dl4py.cli.gates import check
    from dl4py.cli.metrics import judgement, text
    from dl4py.evaluation.judging import Wanted, as_dataset, judge
    from dl4py.formats.model import load

    judgements: list[Any] = [judgement(written) for written in metrics] or [None]
    network = load(model)
    spec = read_spec(data, overrides) if is_spec(data) else None
    source = spec.data if spec else csv_reader(network, data, labels, header)
    with cluster(master) as context:
        found = data_on(context, spec, source) if context is not None else as_dataset(source).at_rest()
        columns = found.columns
        outputs = [output] if output else network.graph.outputs[: 1 if metrics else max(1, columns)]
        asked = list(product(judgements, outputs))
        wanted = [Wanted.of(network, each, name) for each, name in asked]
        if context is None:
            judged = judge(network, found, wanted)
        else:
            from dl4py.spark.inference import judge as judge_on

            judged = judge_on(context, network, found, wanted)
    known: dict[str, Any] = {}
    for (each, name), figures in zip(asked, judged, strict=True):
        under = "" if name == outputs[0] else f"{name}."
        known |= {under + figure: value for figure, value in (figures.as_dict() | {"loss": figures.loss}).items()}
        if as_json:
            which = ({"metric": each.type} if each else {}) | ({"output": name} if len(outputs) > 1 else {})
            console.show_json(which | figures.as_dict() | {"loss": figures.loss})
        else:
            console.show((f"output `{name}`:\n" if len(outputs) > 1 else "") + text(figures))
    if not as_json:
        console.show(f"loss: {known['loss']:.6f}")
    check([*lows, *highs], known)


def csv_reader(network: Any, path: str, labels: str, header: bool) -> object:
    """A reader of a labelled CSV file that fits the network's output."""
    from dl4py.data.readers.csv import Csv
    from dl4py.evaluation.judging import classifying

    classes = None
    if classifying(network, 0):
        output = network.graph.node(network.graph.outputs[0])
        classes = tuple(network.labels) or output.shape.array[0]
    column = int(labels) if labels.lstrip("-").isdigit() else labels
    return Csv(path=path, labels=(column,), header=header, classes=classes, regression=classes is None)
