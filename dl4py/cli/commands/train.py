"""dl4py train: a spec becomes a trained model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dl4py.cli.gates import Gate, gates
from dl4py.cli.options import common, json_option, read_spec, seed_option, set_option

if TYPE_CHECKING:
    from dl4py.training.profile import Profile


@click.command()
@click.argument("spec", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Run folder; runs/NAME-N when absent.")
@click.option("--resume", type=click.Path(path_type=Path), metavar="RUN", help="Go on with an interrupted run.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Train in so many processes of this machine, by the training master of the section `spark`.",
)
@click.option("--profile", is_flag=True, help="Show where the time went, by phase, layer and kernel.")
@gates
@set_option
@seed_option
@json_option
@common
def command(
    spec: str | None,
    output: Path | None,
    resume: Path | None,
    workers: int | None,
    profile: bool,
    lows: tuple[Gate, ...],
    highs: tuple[Gate, ...],
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
      dl4py train spec.yaml --workers 4
      dl4py train spec.yaml --profile
    """
    from dl4py.cli import console
    from dl4py.cli.gates import check
    from dl4py.cli.progress import Progress
    from dl4py.training.folder import new_folder, own_folder
    from dl4py.training.profile import Profile
    from dl4py.training.rehearsal import rehearse
    from dl4py.training.run import Run

    if (spec is None) == (resume is None):
        raise click.UsageError("Give a SPEC, or --resume RUN.")
    if profile and workers is not None:
        raise click.UsageError("--profile looks at one process: leave --workers out.")
    found = Profile() if profile else None
    if resume is not None:
        if overrides or seed is not None or output is not None:
            raise click.UsageError("A resumed run keeps its spec: leave --set, --seed and --output out.")
        run = Run.resume(resume)
        data = run.data
    else:
        assert spec is not None
        bound = read_spec(spec, overrides, seed)
        with found.part("read data") if found else nullcontext():
            data = bound.data.open()  # before the folder is made: what cannot be read or learned leaves none behind
        rehearse(bound.network, data, bound.training)
    if (lows or highs) and data.test is None:
        raise click.UsageError("--min and --max look at the test part: give the data a `split` or a `test`.")
    if resume is None:
        stem = "stdin" if spec == "-" else Path(str(spec)).stem
        run = Run(own_folder(output) if output else new_folder(stem), bound, data)
    console.say(f"run folder {run.folder}")
    with _shown(found, as_json):
        if workers is None:
            network = run.train([Progress()], found)
        else:
            from dl4py.spark.fit import fit_run
            from dl4py.spark.launching import Machine

            again = f"train --workers {workers}"
            network = fit_run(Machine(workers), run, [Progress()], command=again, workers=workers, transport="direct")
        with found.part("evaluation") if found else nullcontext():
            figures = run.evaluate_all(network, network.graph.outputs)
    console.trained(run, network, figures, as_json)
    check([*lows, *highs], figures[0].as_dict() | {"loss": figures[0].loss} if figures else {})


@contextmanager
def _shown(found: Profile | None, as_json: bool) -> Iterator[None]:
    """Shows a profile when what is inside ends, well or not."""
    from dl4py.cli import console

    try:
        yield
    finally:
        if found is not None:
            found.end()
            (console.say if as_json else console.show)(found.text())
