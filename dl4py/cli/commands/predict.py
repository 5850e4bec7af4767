"""dl4py predict: outputs of a model for new examples."""

import click

from dl4py.cli.options import common, master_option


@click.command()
@click.argument("model")
@click.argument("input")
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
@click.option("--classes", is_flag=True, help="Print the class alone.")
@click.option("--batch", default=1024, show_default=True, type=click.IntRange(1), help="Examples computed at once.")
@click.option(
    "--precision",
    type=click.Choice(["trained", "bf16"]),
    default="trained",
    show_default=True,
    help="Of the weights: `bf16` rounds them to bfloat16, sums stay as trained; no faster, as there is no bf16 engine.",
)
@master_option
@common
def command(
    model: str,
    input: str,
    output: str,
    form: str | None,
    source: str | None,
    classes: bool,
    batch: int,
    precision: str,
    master: str | None,
) -> None:
    """Compute what MODEL answers to the examples of INPUT: CSV, JSON lines, npz, npy, idx, an image, a folder of images
    or of sequences; - is standard input.

    \b
    Examples:
      dl4py predict model.zip flowers.csv
      cat flowers.csv | dl4py predict model.zip - --classes
      dl4py predict model.zip photos/
      dl4py predict model.zip hdfs:///flowers --master yarn -o hdfs:///answers --to parquet
    """
    from dl4py.cli import answers, console, predictions
    from dl4py.cli.cluster import answered, cluster, refuse_local, write
    from dl4py.data.features import read_features
    from dl4py.formats.model import load
    from dl4py.network.bf16 import round_weights

    network = load(model)
    if precision == "bf16":
        round_weights(network)
        console.say("weights are rounded to bfloat16, sums are not: what bf16 costs in accuracy, at the usual speed")
    form = form or answers.form_of(output)
    with cluster(master) as context:
        if context is not None:
            from dl4py.spark.reading.features import features_on

            part = features_on(context, network, input, source, predictions.image_form(network))
            found = answered(context, network, part.blocks(context, batch), predictions.answers_of)
            write(context, found, output, form, classes)
            return
    refuse_local(form, source)
    x = read_features(input, source, predictions.image_form(network))
    if x.images is not None and network.images is None:
        console.say(f"the model does not tell how images were read: {x.images.height} x {x.images.width}, blue first")
    found = predictions.compute(network, x, batch)
    answers.write(found, predictions.files_of(x), output, form, classes)
