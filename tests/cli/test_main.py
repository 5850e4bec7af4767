import click
from click.testing import CliRunner

from dl4py.cli.main import cli


def test_help_tells_the_first_sentence_of_each_command_whole():
    text = CliRunner().invoke(cli, ["--help"]).output
    listed = " ".join(text.partition("Commands:")[2].split())
    for name in cli.list_commands(click.Context(cli)):
        sentence = cli.get_command(click.Context(cli), name).get_short_help_str(limit=10_000)
        assert f"{name} {sentence}" in listed
    assert "..." not in listed
    assert max(map(len, text.splitlines())) <= 80
