"""dl4py bench: how fast a step is, and what of it takes the time."""

import click

from dl4py.cli.options import common, is_spec, json_option, network_of, read_spec, set_option


@click.command()
@click.argument("model", metavar="[SPEC|MODEL]", required=False)
@click.option("--batch", type=click.IntRange(1), help="Examples of a step; the spec's batch size or 32 when absent.")
@click.option("--time", default=50, show_default=True, type=click.IntRange(1), help="Steps of sequences that vary.")
@click.option("--mode", type=click.Choice(["fit", "gradient", "score", "output"]), default="fit", show_default=True)
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(1), help="Steps that are timed.")
@click.option("--tune", is_flag=True, help="Find the fastest way of each layer, and the number of threads.")
@set_option
@json_option
@common
def command(
    model: str | None,
    batch: int | None,
    time: int,
    mode: str,
    rounds: int,
    tune: bool,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Time steps of SPEC or MODEL on random numbers, with the share of each phase, each layer and each kernel.

    Bytes are those of the arrays that calls name, peak is what all threads could multiply and add at most. Without
    SPEC, measure the machine: multiplications and additions and bytes a second, one thread.

    With --tune, see whether another way to compute a layer, or fewer threads, are faster here. Ways differ in rounding,
    so nothing is kept beside the spec: write the keys that are printed into it.

    \b
    Examples:
      dl4py bench specs/lenet.yaml --batch 64
      dl4py bench specs/vgg16.yaml --mode output --batch 8 --tune
    """
    from dl4py.cli import console
    from dl4py.network import Network
    from dl4py.network.bench import Bench, bench, machine
    from dl4py.network.tune import Tuning
    from dl4py.network.tune import tune as find

    if model is None and tune:
        raise click.UsageError("--tune looks at a network: give a SPEC or a MODEL.")
    if model is None:
        found = machine()
        lines = [f"{name}: {value / 1e9:.1f} {unit}" for name, value, unit in found]
        console.show_json({name: value for name, value, _ in found}) if as_json else console.show("\n".join(lines))
        return
    if is_spec(model):
        spec = read_spec(model, overrides)
        network, training = Network(spec.network), spec.training
    else:
        network = network_of(model, overrides)
        training = network.training
    examples: int = batch or getattr(training, "batch_size", None) or 32
    result: Bench | Tuning
    if tune:
        result = find(network.config, examples, mode, time=time, rounds=rounds)
    else:
        result = bench(network, examples, mode, time=time, rounds=rounds)
    console.show_json(result.as_dict()) if as_json else console.show(result.text())
