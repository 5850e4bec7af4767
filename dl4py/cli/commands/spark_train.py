"""dl4py spark-train: a spec becomes a trained model on a Spark cluster."""

from pathlib import Path

import click

from dl4py.cli.options import common, json_option, read_spec, seed_option, set_option


@click.command()
@click.argument("spec", required=False)
@click.option("--master", help="Spark's master, for example local[2]; spark-submit's when absent.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Run folder; runs/NAME-N when absent.")
@click.option("--resume", type=click.Path(path_type=Path), metavar="RUN", help="Go on with an interrupted run.")
@click.option("--plan", is_flag=True, help="Print what the training will cost, and train nothing.")
@click.option(
    "--simulate",
    metavar="KEY=VALUE,…",
    help="Train here as so many workers would: workers=32,delay=0.1,exchange=0.01 (seconds a round).",
)
@set_option
@seed_option
@json_option
@common
def command(
    spec: str | None,
    master: str | None,
    output: Path | None,
    resume: Path | None,
    plan: bool,
    simulate: str | None,
    overrides: tuple[str, ...],
    seed: int | None,
    as_json: bool,
) -> None:
    """Train the network of SPEC on Spark, with the training master of its section `spark`.

    \b
    Examples:
      dl4py spark-train specs/iris_mlp.yaml --master local[2]
      dl4py spark-train specs/iris_mlp.yaml --plan
      spark-submit "$(dl4py spark-entry)" spark-train spec.yaml
    """
    from dl4py.cli import console
    from dl4py.cli.cluster_progress import ClusterProgress
    from dl4py.cli.progress import Progress
    from dl4py.spark.fit import check, fit_run, read_by_executors, read_on, run_on
    from dl4py.spark.session import close_session, open_session
    from dl4py.spark.transports.jobs import spark_errors
    from dl4py.training.folder import new_folder, own_folder
    from dl4py.training.rehearsal import rehearse
    from dl4py.training.run import Run

    if (spec is None) == (resume is None):
        raise click.UsageError("Give a SPEC, or --resume RUN.")
    if resume is not None:
        if overrides or seed is not None or output is not None or plan or simulate:
            raise click.UsageError("A resumed run keeps its spec: leave all options but --master out.")
        bound = Run.spec_of(resume)
    else:
        bound = read_spec(str(spec), overrides, seed)
    check(bound.training)  # what cannot be trained is told before a cluster is asked for anything
    executors = read_by_executors(bound) and not plan and simulate is None
    data = None if executors else bound.data.open()
    if resume is None:
        if plan:
            from dl4py.spark.forecast import forecast_of

            found = forecast_of(bound, data)
            if as_json:
                console.show_json(found.as_dict())
            else:
                console.show(found.table())
            return
        if simulate is not None:
            from dl4py.spark.simulation import simulation_of

            made = simulation_of(bound, data, simulate, [Progress()])
            if as_json:
                console.show_json(made.as_dict())
            else:
                console.show(made.text())
            return
        if data is not None:
            rehearse(bound.network, data, bound.training)
    with spark_errors():
        session = open_session(master)
        data = data or read_on(session.sparkContext, bound)
        if resume is None:  # what cannot be read, and a cluster that is not there, leave no folder behind
            resume = own_folder(output) if output else new_folder(Path(str(spec)).stem)
        run = run_on(session.sparkContext, resume, bound, data)
        who = "executors read the data, " if executors else ""
        console.say(f"run folder {run.folder}; {who}Spark {session.version} on {session.sparkContext.master}")
        network = fit_run(session.sparkContext, run, [ClusterProgress()])
        console.trained(run, network, run.evaluate_all(network, network.graph.outputs), as_json)
        close_session(session)
