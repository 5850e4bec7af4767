"""dl4py sample: text from a character model."""

from itertools import islice

import click

from dl4py.cli.options import common, json_option


@click.command()
@click.argument("model", metavar="MODEL")
@click.option("--seed-text", default="", help="Text that the sample goes on from; a random character when absent.")
@click.option("--length", default=300, show_default=True, type=click.IntRange(1), help="Characters to write.")
@click.option(
    "--temperature",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.0),
    help="Below 1 the probable becomes more probable, above 1 less; 0 takes the most probable.",
)
@click.option("--seed", default=0, show_default=True, type=int, help="Seed of the draws.")
@click.option("--characters", help="The vocabulary in its order, where the model does not hold it.")
@json_option
@common
def command(
    model: str, seed_text: str, length: int, temperature: float, seed: int, characters: str | None, as_json: bool
) -> None:
    """Write text drawn from MODEL, a network that predicts the next character.

    \b
    Example:
      dl4py sample runs/char_lstm-1/model.zip --seed-text "First " --length 500 --temperature 0.8
    """
    import numpy as np

    from dl4py.cli import console
    from dl4py.formats.model import load
    from dl4py.network.sampling import check, sample

    network = load(model)
    vocabulary = list(characters) if characters else network.labels
    check(network, vocabulary)
    if not seed_text:
        seed_text = vocabulary[int(np.random.Generator(np.random.Philox(seed)).integers(len(vocabulary)))]
    drawn = islice(sample(network, vocabulary, seed_text, temperature=temperature, seed=seed), length)
    text = seed_text + "".join(drawn)
    if as_json:
        console.show_json({"text": text, "seed_text": seed_text, "temperature": temperature, "seed": seed})
    else:
        console.show(text)
