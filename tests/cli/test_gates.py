import click
import pytest
from click.testing import CliRunner

from dl4py.cli.gates import check, gates
from dl4py.errors import QualityError

FIGURES = {"examples": 52, "accuracy": 0.95, "mse": 0.2, "auc": None, "confusion": [[1]], "columns": {}}


@click.command()
@gates
def command(lows, highs):
    check([*lows, *highs], FIGURES)
    click.echo("passed")


def run(*arguments):
    return CliRunner().invoke(command, arguments)


def test_figures_on_the_right_side_pass():
    assert run("--min", "accuracy=0.95", "--max", "mse=0.2", "--max", "accuracy=1").output == "passed\n"


def test_every_missed_gate_is_told():
    error = run("--min", "accuracy=0.96", "--max", "mse=0.1", "--min", "auc=0.5").exception
    assert type(error) is QualityError
    assert str(error) == ("accuracy is 0.95, below the gate 0.96; auc is undefined; mse is 0.2, above the gate 0.1")
    assert error.status == 8


@pytest.mark.parametrize("written", ["accuracy", "=1", "accuracy=", "accuracy=much", "accuracy=nan"])
def test_a_gate_is_a_figure_and_a_number(written):
    done = run("--min", written)
    assert done.exit_code == 2
    assert done.output.splitlines()[-1] == f"Error: Invalid value for '--min': `{written}` is not FIGURE=NUMBER"


def test_a_figure_that_is_not_there_is_wrong_usage():
    done = run("--max", "rmse=1")
    assert done.exit_code == 2
    assert done.output.splitlines()[-1] == "Error: --max rmse: no such figure; known: examples, accuracy, mse, auc"
