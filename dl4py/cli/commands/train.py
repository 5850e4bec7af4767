"""dl4py train: a spec becomes a trained model."""

from pathlib import Path
from typing import Any

import click

from dl4py.cli.options import common, json_option, read_spec, seed_option, set_option


@click.command()
@click.argument("spec", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Run folder; runs/NAME-N when absent.")
@click.option("--resume", type=click.Path(path_type=Path), metavar="RUN", help="Go on with an interrupted run.")
@click.option(
    "--min", "gates", multiple=True, metavar="FIGURE=VALUE", help="Fail with status 8 below it, e.g. accuracy=0.9."
)
@set_option
@seed_option
@json_option
@common
def command(
    spec: str | None,
    output: Path | None,
    resume: Path | None,
    gates: tuple[str, ...],
    overrides: tuple[str, ...],
    seed: int | None,
    as_json: bool,
) -> None:
    """Train the network of SPEC and write a run folder with its model.

    \b
    Examples:
      dl4py train specs/iris_mlp.yaml
      dl4py train spec.yaml --set training.epochs=20 --min accuracy=0.9
      dl4py train --resume runs/spec-1
    """
    from dl4py.cli import console
    from dl4py.cli.progress import Progress
    from dl4py.training.run import MODEL, Run, new_folder

    if (spec is None) == (resume is None):
        raise click.UsageError("Give a SPEC, or --resume RUN.")
    if resume is not None:
        if overrides or seed is not None or output is not None:
            raise click.UsageError("A resumed run keeps its spec: leave --set, --seed and --output out.")
        run = Run.resume(resume)
    else:
        assert spec is not None
        bound = read_spec(spec, overrides, seed)
        run = Run(prepared(output) if output else new_folder(Path(spec).stem if spec != "-" else "stdin"), bound)
    console.say(f"run folder {run.folder}")
    network = run.train([Progress()])
    figures = run.evaluate(network)
    console.trained(run.folder / MODEL, network.iteration, figures, as_json)
    check(gates, figures)


def prepared(folder: Path) -> Path:
    """A run folder that is empty or new."""
    from dl4py.errors import DL4PyError
    from dl4py.training.run import MODEL, SPEC

    if (folder / SPEC).exists() or (folder / MODEL).exists():
        raise DL4PyError(
            f"{folder} holds a run already",
            hint=f"go on with `dl4py train --resume {folder}`, or choose another `--output`",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DL4PyError(
            f"cannot make the folder {folder}: {error.strerror}", hint="choose another `--output`"
        ) from None
    return folder


def check(gates: tuple[str, ...], figures: Any) -> None:
    """Raises `QualityError` for a figure below its gate."""
    from dl4py.errors import QualityError

    for gate in gates:
        name, _, bound = gate.partition("=")
        known = figures.as_dict() if figures is not None else {}
        try:
            least = float(bound)
        except ValueError:
            raise click.UsageError(f"--min {gate}: write FIGURE=NUMBER, for example accuracy=0.9") from None
        if not isinstance(known.get(name), int | float):
            numbers = ", ".join(k for k, v in known.items() if isinstance(v, int | float))
            raise click.UsageError(
                f"--min {gate}: no figure `{name}`; " + (f"known: {numbers}" if numbers else "there is no test part")
            )
        if known[name] < least:
            raise QualityError(f"{name} is {known[name]:.4f}, below the gate {least:g}")
