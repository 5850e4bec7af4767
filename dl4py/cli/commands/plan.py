"""dl4py plan: the kernel calls of a step and the memory they use."""

import click

from dl4py.cli.options import common, json_option, network_of, set_option


@click.command()
@click.argument("model", metavar="SPEC|MODEL")
@click.option("--batch", default=32, show_default=True, type=click.IntRange(1), help="Examples of a step.")
@click.option("--mode", type=click.Choice(["fit", "gradient", "score", "output"]), default="fit", show_default=True)
@click.option("--memory", is_flag=True, help="Show the layout of the workspace.")
@set_option
@json_option
@common
def command(model: str, batch: int, mode: str, memory: bool, overrides: tuple[str, ...], as_json: bool) -> None:
    """List the kernel calls of one step of SPEC or MODEL, with shapes, or the memory layout.

    \b
    Example:
      dl4py plan specs/iris_mlp.yaml --batch 120 --memory
    """
    from dl4py.cli import console
    from dl4py.compatibility import quirk_lines
    from dl4py.network.quirks import met
    from dl4py.plan.printed import as_dict, calls_table, memory_table

    network = network_of(model, overrides)
    plan, vectors = network.plan(batch, mode), network.vector_bytes(mode)
    if as_json:
        console.show_json(
            as_dict(plan, vectors) | {"compatibility": network.config.compatibility, "era": network.config.era}
        )
    elif memory:
        console.show(memory_table(plan, vectors))
    else:
        console.show(calls_table(plan))
        config = network.config
        old = config.compatibility == "dl4j" and config.era != "current"
        console.show(f"compatibility: {config.compatibility}" + (f", steps as of {config.era}" if old else ""))
        for line in quirk_lines(met(network.graph) | plan.quirks, config.compatibility):
            console.show(line)
