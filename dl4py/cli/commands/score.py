"""dl4py score: the score of a model on data, as a mean and of every example."""

import click

from dl4py.cli.options import common, is_spec, json_option, master_option, read_spec, set_option


@click.command()
@click.argument("model")
@click.option("--data", required=True, metavar="SPEC|FILE", help="A spec (its test part) or a CSV file with labels.")
@click.option("--labels", default="-1", show_default=True, help="Label column of a CSV file, by number or name.")
@click.option("--header", is_flag=True, help="The first line of a CSV file names the columns.")
@click.option("--no-penalties", is_flag=True, help="Leave out what regularization adds.")
@click.option("-o", "--output", help="File for the score of every example; - is standard output.")
@click.option(
    "--to",
    "form",
    type=click.Choice(["csv", "jsonl", "npz", "parquet"]),
    help="Form of that file; by its name, else csv.",
)
@master_option
@set_option
@json_option
@common
def command(
    model: str,
    data: str,
    labels: str,
    header: bool,
    no_penalties: bool,
    output: str | None,
    form: str | None,
    master: str | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print the mean score of MODEL: the losses of all outputs, and what regularization adds. What a label mask covers
    counts nothing.

    \b
    Examples:
      dl4py score model.zip --data spec.yaml
      dl4py score model.zip --data test.csv -o scores.csv
      dl4py score model.zip --data hdfs:///test.csv --master yarn -o hdfs:///scores --to parquet
    """
    from functools import partial

    import numpy as np

    from dl4py.cli import answers
    from dl4py.cli.answers import Answer
    from dl4py.cli.cluster import answered, cluster, data_on, level, refuse_local, score_of, summed, write
    from dl4py.cli.commands.evaluate import csv_reader
    from dl4py.evaluation.judging import BATCH, as_dataset
    from dl4py.formats.model import load

    network = load(model)
    spec = read_spec(data, overrides) if is_spec(data) else None
    source = spec.data if spec else csv_reader(network, data, labels, header)
    form = form or answers.form_of(output or "-")
    scoring = partial(score_of, not no_penalties)
    with cluster(master) as context:
        if context is not None:
            from dl4py.spark.inference import blocks_of, gathered

            part = data_on(context, spec, source)
            found = answered(context, network, blocks_of(context, part), scoring).persist(level())
            sums = gathered(found.map(summed))
            if output is not None:
                write(context, found, output, form)
            _show(sum(total for total, _ in sums), sum(count for _, count in sums), output, as_json)
            return
    refuse_local(form, None)
    dataset = as_dataset(source).at_rest()
    batches = (dataset.batch(slice(i, i + BATCH)) for i in range(0, len(dataset), BATCH))
    scores = np.concatenate([scoring(network, batch)[0].y for batch in batches])
    if output is not None:
        answers.write([Answer("score", scores, ("score",))], (), output, form, False)
    _show(float(scores.sum()), len(scores), output, as_json)


def _show(total: float, count: int, output: str | None, as_json: bool) -> None:
    from dl4py.cli import console

    if as_json:
        console.show_json({"examples": count, "score": total / count})
    elif output == "-":
        console.say(f"score: {total / count:.6f} of {console.count(count, 'example')}")
    else:
        console.show(f"score: {total / count:.6f} of {console.count(count, 'example')}")
