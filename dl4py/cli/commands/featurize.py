"""dl4py featurize: what a layer of a model answers to new examples."""

import click

from dl4py.cli.options import common, master_option


@click.command()
@click.argument("model")
@click.argument("input")
@click.option("--layer", required=True, metavar="NAME", help="The layer or vertex; `dl4py summary MODEL` lists them.")
@click.option("-o", "--output", default="-", show_default=True, help="File to write; - is standard output.")
@click.option(
    "--to",
    "form",
    type=click.Choice(["csv", "jsonl", "npz", "parquet"]),
    help="Form of the result; by the file's name, else csv. Parquet is written by Spark.",
)
@click.option(
    "--from", "source", type=click.Choice(["csv", "jsonl", "npz", "npy", "idx", "parquet"]), help="Form of the input."
)
@click.option("--batch", default=1024, show_default=True, type=click.IntRange(1), help="Examples computed at once.")
@master_option
@common
def command(
    model: str,
    input: str,
    layer: str,
    output: str,
    form: str | None,
    source: str | None,
    batch: int,
    master: str | None,
) -> None:
    """Compute the activations of a layer of MODEL for the examples of INPUT, which is what `dl4py predict` takes.

    \b
    Examples:
      dl4py featurize model.zip photos/ --layer fc2 -o features.npz
      dl4py featurize model.zip hdfs:///photos --layer fc2 --master yarn -o hdfs:///features --to parquet
    """
    from functools import partial

    from dl4py.cli import answers, predictions
    from dl4py.cli.cluster import answered, cluster, layer_of, refuse_local, write
    from dl4py.data.features import read_features
    from dl4py.formats.model import load

    network = load(model)
    predictions.check_layer(network, layer)
    form = form or answers.form_of(output)
    with cluster(master) as context:
        if context is not None:
            from dl4py.spark.reading.features import features_on

            part = features_on(context, network, input, source, predictions.image_form(network))
            found = answered(context, network, part.blocks(context, batch), partial(layer_of, layer))
            write(context, found, output, form)
            return
    refuse_local(form, source)
    x = read_features(input, source, predictions.image_form(network))
    answer = predictions.featurized(network, x, layer, batch)
    answers.write([answer], predictions.files_of(x), output, form, False)
