"""dl4py spark-pack: an environment for clusters where nothing is installed."""

from pathlib import Path

import click

from dl4py.cli.options import common, json_option

NEEDS = {
    "yarn": "",
    "standalone": ": HOST is the machine of the master",
    "kubernetes": ": IMAGE holds Spark with its Python part, pods reach the driver as THIS_HOST",
}


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("env.tar.gz"),
    show_default=True,
    help="The archive.",
)
@click.option("--spec", default="spec.yaml", show_default=True, help="Spec to name in the lines that are printed.")
@json_option
@common
def command(output: Path, spec: str, as_json: bool) -> None:
    """Pack Python, dl4py and its packages, and print the line of spark-submit for each sort of cluster.

    \b
    Example:
      dl4py spark-pack -o env.tar.gz --spec specs/iris_mlp.yaml
    """
    from dl4py.cli import console
    from dl4py.spark.packing import pack, submit_lines

    output = output.resolve()
    files, packages = pack(output)
    lines = submit_lines(output, spec)
    if as_json:
        console.show_json({"wrote": str(output), "files": files, "packages": packages, "submit": lines})
        return
    console.say(f"wrote {output}: {console.count(files, 'file')}, {output.stat().st_size / (1 << 20):.0f} MiB")
    for cluster, line in lines.items():
        console.show(f"# {cluster}{NEEDS[cluster]}\n{line}")
