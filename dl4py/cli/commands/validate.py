"""dl4py validate: all mistakes of a spec at once."""

import click

from dl4py.cli.options import common, json_option, read_spec, set_option


@click.command()
@click.argument("spec")
@click.option("--full", is_flag=True, help="Print the spec with every default filled in.")
@set_option
@json_option
@common
def command(spec: str, full: bool, overrides: tuple[str, ...], as_json: bool) -> None:
    """Check SPEC without reading data: keys, values, shapes. Status 0 when it is sound, 3 otherwise.

    \b
    Example:
      dl4py validate specs/iris_mlp.yaml
    """
    import json

    from dl4py.errors import DL4PyError, SpecError
    from dl4py.network.graph import build
    from dl4py.network.parameters import lay_out

    try:
        bound = read_spec(spec, overrides)
        graph = build(bound.network)
        lay_out(graph)
        holds = _compatibility(graph)
    except DL4PyError as error:
        if not as_json:
            raise
        found = error.mistakes if isinstance(error, SpecError) and error.mistakes else (error,)
        click.echo(json.dumps({"valid": False, "mistakes": [mistake(e) for e in found]}))
        raise click.exceptions.Exit(error.status) from None
    if as_json:
        click.echo(json.dumps({"valid": True, "mistakes": []}))
    elif full:
        from dl4py.spec.write import write

        click.echo(write(bound, full=True), nl=False)
    else:
        click.echo(f"{spec} is sound: {len(graph.nodes)} layers and vertices{holds}")


WITH = {"exact": "without", "dl4j": "with"}


def _compatibility(graph: object) -> str:
    """Which of DL4J's behaviours holds, and the numbers of the quirks that this network meets."""
    from dl4py.compatibility import QUIRKS
    from dl4py.errors import ShapeError
    from dl4py.network.quirks import met, met_under_masks

    mode = graph.config.compatibility  # type: ignore[attr-defined]
    try:
        numbers, masked = met(graph), met_under_masks(graph)  # type: ignore[arg-type]
    except ShapeError:  # what it is fed or learns from is not said, so nothing more can be told
        return f"; compatibility: {mode}"
    wide, under = (", ".join(str(n) for n in found if not QUIRKS[n].only) for found in (numbers, masked))
    quirks = "; ".join(filter(None, [wide, under and f"under masks {under}"]))
    return f"; compatibility: {mode}" + (f", {WITH[mode]} DL4J's quirks {quirks}" if quirks else "")


def mistake(error: object) -> dict[str, object]:
    """One mistake as JSON."""
    at = error.at  # type: ignore[attr-defined]
    place = {"file": at.source.name, "line": at.line + 1, "column": at.column + 1} if at else {}
    return {"code": error.code, **place, "message": str(error), "hint": error.hint}  # type: ignore[attr-defined]
