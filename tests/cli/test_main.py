import click
from click.testing import CliRunner

from dl4py.cli.main import cli, report
from dl4py.errors import DL4PyError, Interrupted


def test_help_tells_the_first_sentence_of_each_command_whole():
    text = CliRunner().invoke(cli, ["--help"]).output
    listed = " ".join(text.partition("Commands:")[2].split())
    for name in cli.list_commands(click.Context(cli)):
        sentence = cli.get_command(click.Context(cli), name).get_short_help_str(limit=10_000)
        assert f"{name} {sentence}" in listed
    assert "..." not in listed
    assert max(map(len, text.splitlines())) <= 80


def test_an_interruption_is_no_error(capsys):
    assert report(Interrupted("stopped after iteration 3 of epoch 0", hint="go on")) == 130
    assert capsys.readouterr().err == "stopped after iteration 3 of epoch 0\n   = hint: go on\n"
    assert report(DL4PyError("lost")) == 1
    assert capsys.readouterr().err == "error: lost\n"
