"""The command line: it finds the commands by their files, and ends in a sentence whatever happens."""

from __future__ import annotations

import atexit
import gc
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import click

from tightcheck import __version__, commands

SHORT = ("analyze", "check", "explain", "families", "schema")
"""Commands that end before garbage matters; all others collect it."""


class Commands(click.Group):
    """A group that imports the command it runs, and ends in one paragraph, never in a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the files in `tightcheck/commands`."""
        return sorted(file.stem for file in Path(commands.__path__[0]).glob("[a-z]*.py"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """The `command` of that file; an unknown name is told with the nearest one."""
        names = self.list_commands(ctx)
        if cmd_name not in names:
            from difflib import get_close_matches

            nearest = get_close_matches(cmd_name, names, n=1)
            guess = f"Did you mean {nearest[0]!r}?" if nearest else f"There are {', '.join(names)}."
            raise click.UsageError(f"No such command {cmd_name!r}. {guess}", ctx)
        if cmd_name not in SHORT:
            gc.enable()
        command = import_module(f"tightcheck.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; bad input returns 2, a mistake of ours 70, a stop by Ctrl-C 130."""
        try:
            return super().invoke(ctx)
        except click.MissingParameter as missing:
            raise _what_to_write(missing) from None
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except (KeyboardInterrupt, click.Abort):  # 1 would say that a requirement is not met
            click.echo("tightcheck: stopped.", err=True)
            sys.exit(commands.STOPPED)
        except Exception as error:
            _fail(error)


def _what_to_write(missing: click.MissingParameter) -> click.UsageError:
    """What is missing, and the whole command with it."""
    parameter, context = missing.param, missing.ctx
    if parameter is None or context is None:
        return missing
    name = parameter.human_readable_name if isinstance(parameter, click.Argument) else parameter.opts[0]
    arguments = [each.make_metavar(context) for each in context.command.params if isinstance(each, click.Argument)]
    own = [] if isinstance(parameter, click.Argument) else [name, parameter.make_metavar(context)]
    written = " ".join([context.command_path, *arguments, *own])
    return click.UsageError(f"{name} is missing; write: {written}", context)


def _fail(error: Exception) -> NoReturn:
    from tightcheck.reading.errors import DesignError
    from tightcheck.registry import UnknownFamily

    if isinstance(error, DesignError | UnknownFamily | OSError):
        click.echo(f"tightcheck: {_sentence(error)}", err=True)
        sys.exit(commands.BAD_INPUT)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "unknown place"
    click.echo(
        f"tightcheck: a mistake in tightcheck, not in your files: {type(error).__name__}: {error} ({where})", err=True
    )
    sys.exit(commands.BROKEN)


def _sentence(error: Exception) -> str:
    """What is said of bad input; a file that cannot be read or written comes first."""
    if isinstance(error, OSError) and error.filename is not None:
        wanted = {
            FileNotFoundError: "give one that exists, in a folder that exists",
            IsADirectoryError: "give a file, this is a folder",
            NotADirectoryError: "give a folder, this is a file",
            PermissionError: "give one that you may read and write",
        }.get(type(error), "give another one")
        return f"{error.filename}: {str(error.strerror).lower()}; {wanted}."
    return str(error)


def start() -> None:
    """The process: until a long command is named it collects no garbage, not even at its end.

    Collecting takes a third of the time of SymPy's import.
    """
    gc.disable()
    atexit.register(gc.freeze)
    _have_no_tensors()
    main(prog_name="tightcheck")


def _have_no_tensors() -> None:
    """SymPy's first sum imports its tensors to ask whether a term is one, for as long as that; there are none here."""
    module = ModuleType("sympy.tensor.tensor")
    vars(module).update(dict.fromkeys(("TensExpr", "TensAdd"), type("NoTensor", (), {})))
    sys.modules[module.__name__] = module


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tightcheck")
def main() -> None:
    """Decide whether the ELBO of a VAE design can be tight."""
