"""dl4py spark-train: a spec becomes a trained model on a Spark cluster."""

from pathlib import Path

import click

from dl4py.cli.options import common, json_option, read_spec, seed_option, set_option


@click.command()
@click.argument("spec")
@click.option("--master", help="Spark's master, for example local[2]; spark-submit's when absent.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Run folder; runs/NAME-N when absent.")
@set_option
@seed_option
@json_option
@common
def command(
    spec: str, master: str | None, output: Path | None, overrides: tuple[str, ...], seed: int | None, as_json: bool
) -> None:
    """Train the network of SPEC on Spark, with the training master of its section `spark`.

    \b
    Examples:
      dl4py spark-train specs/iris_mlp.yaml --master local[2]
      spark-submit "$(dl4py spark-entry)" spark-train spec.yaml
    """
    from dl4py.cli import console
    from dl4py.cli.progress import Progress
    from dl4py.spark.fit import fit_run
    from dl4py.spark.session import open_session
    from dl4py.training.folder import MODEL, new_folder, own_folder
    from dl4py.training.run import Run

    bound = read_spec(spec, overrides, seed)
    data = bound.data.open()  # what cannot be read, and a cluster that is not there, leave no folder behind
    session = open_session(master)
    run = Run(own_folder(output) if output else new_folder(Path(spec).stem), bound, data)
    console.say(f"run folder {run.folder}; Spark {session.version} on {session.sparkContext.master}")
    network = fit_run(session, run, [Progress()])
    figures = run.evaluate(network)
    console.trained(run.folder / MODEL, network.iteration, figures, as_json)
    session.stop()
