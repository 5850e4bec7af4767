"""The entry point: commands found by their files, errors turned into messages and exit codes."""

from __future__ import annotations

import os
import pkgutil
import sys
import warnings
from importlib import import_module

import click

from dl4py import __version__
from dl4py.cli import commands, console
from dl4py.errors import DL4PyError, Interrupted


class Commands(click.Group):
    """`commands/spark_train.py` is `dl4py spark-train`; a file is read when its command is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"dl4py.cli.commands.{name.replace('-', '_')}").command
        command.name = name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first sentence of each command, whole; click would cut it off."""
        commands = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        rows = [(name, command.get_short_help_str(limit=1000)) for name, command in commands.items() if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            if near:
                raise click.UsageError(f"No such command '{args[0]}'. Did you mean '{near[0]}'?", ctx) from None
            raise error


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dl4py")
def cli() -> None:
    """One YAML spec becomes a trained neural network.

    \b
    Start here:
      dl4py init > spec.yaml
      dl4py train spec.yaml
    """


def main() -> None:
    """Runs the command line and leaves with the status of what happened."""
    warnings.showwarning = console.warn
    try:
        status = cli.main(standalone_mode=False, prog_name="dl4py")
        sys.exit(status if isinstance(status, int) else 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:  # the reader of a pipe left: nothing more to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except DL4PyError as error:
        sys.exit(report(error))
    except MemoryError:
        click.echo("error: out of memory\n   = hint: lower `batch_size`", err=True)
        sys.exit(1)
    except Exception as error:
        if "--traceback" in sys.argv:
            raise
        click.echo(f"unexpected error: {type(error).__name__}: {error}", err=True)
        click.echo("   = hint: `--traceback` shows where; please report it", err=True)
        sys.exit(1)


def report(error: DL4PyError) -> int:
    """Prints an error on standard error and gives its exit status."""
    if "--traceback" in sys.argv:
        import traceback

        traceback.print_exception(error)
    text = error.render()
    if error.at is None and not getattr(error, "mistakes", ()) and not isinstance(error, Interrupted):
        text = f"error: {text}"
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)  # a progress line may stand there
    if sys.stderr.isatty() and "NO_COLOR" not in os.environ:
        head, *rest = text.split("\n")
        text = "\n".join([click.style(head, fg="red", bold=True), *rest])
    click.echo(text, err=True)
    return error.status
