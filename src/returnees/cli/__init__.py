"""The command line: one command a module, each imported only when it is called."""

from __future__ import annotations

import click

#: The commands and what each does, in the order in which a newcomer meets them; the module has the command's name.
COMMANDS = {
    "validate": "Check a package: descriptor, tables, contracts, rules.",
    "export": "Write the tables in other formats.",
    "show": "Show figures in the terminal, ranges as ranges.",
    "explain": "Explain a figure, a rule or a finding code.",
    "locate": "Find the figures that must be wrong.",
    "bounds": "Say what each quantity can be at least and at most.",
    "compare": "Show where sources disagree.",
    "cite": "Cite one figure, or the package.",
    "diff": "Show what changed between two versions.",
    "add": "Add a figure or a reading, checked against every rule.",
    "tidy": "Put rows in canonical order; refresh bytes and hash.",
    "codebook": "Write the codebook, or check that it is current.",
    "rules": "Write the page of rules, or check that it is current.",
    "catalogue": "Write the catalogue files, or check that they are current.",
    "site": "Build the website: pages, charts, downloads.",
    "plot": "Draw a chart or a map as SVG or PNG.",
    "release": "Build the zip of a version, with checksums.",
    "new": "Write a fresh package that follows the profile.",
}


class _Commands(click.Group):
    """Commands found by name, so that help and version need no command's libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = import_module(f"returnees.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from returnees.errors import nearest

            ctx.fail(f"no command '{args[0]}'{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        import atexit
        import errno
        import gc

        from returnees.cli.common import say
        from returnees.cli.stopping import Stopped, stopping
        from returnees.cli.telling import quietly, telling_steps
        from returnees.errors import ReturneesError
        from returnees.report.escape import visible

        # Libraries make many objects, all of which stay: looking for garbage among them as often as usual takes a
        # tenth of a short command's time.
        gc.set_threshold(100_000)
        # And so it does once more at the end, when the memory of the process is given back as a whole anyhow.
        atexit.register(gc.freeze)
        with quietly(ctx.params["quiet"]), telling_steps(ctx.params["verbose"]):
            try:
                with stopping():
                    return super().invoke(ctx)
            except Stopped as stopped:
                ctx.exit(stopped.code)
            except ReturneesError as error:
                say(f"returnees: {visible(str(error))}")
                ctx.exit(2)
            except OSError as error:
                if error.errno == errno.EPIPE:
                    raise  # nobody reads any more: click leaves in silence
                # What cannot be written to has a name where it is no stream of ours.
                named = f"{error.filename}: " if error.filename else ""
                say(f"returnees: {visible(named)}{error.strerror or error}")
                ctx.exit(2)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print the version of the software and leave; looked up only when asked for."""
    if wanted and not ctx.resilient_parsing:
        import returnees

        click.echo(f"returnees {returnees.__version__}")
        ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and leave."
)
@click.option("--quiet", "-q", is_flag=True, help="Keep standard error empty when the command succeeds.")
@click.option("--verbose", "-v", is_flag=True, help="Tell on standard error what is done, and how many seconds in.")
def main(quiet: bool, verbose: bool) -> None:
    """Check, explain and publish packages of published figures.

    PACKAGE, in every command, is a folder, a datapackage.json or a .zip; without it, the package in the current folder,
    else the one shipped with this software.

    Exit codes: 0 nothing wrong, 1 findings at or above --fail-on, 2 the job could not be done.

    \b
    Examples:
      returnees validate
      returnees --verbose validate my-package
      returnees show --area USA
      returnees explain F201
    """
