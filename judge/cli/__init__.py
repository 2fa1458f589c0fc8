"""The command line: reads the settings, and puts the parts together for each command.

One module for each noun. A module is imported when one of its commands is asked for, so that none waits for what only
others need.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from judge import logs
from judge.cli.settings import Lazy
from judge.errors import JudgeError

#: The module of this package that has the command, and the command's name in it.
_COMMANDS: Mapping[str, tuple[str, str]] = {
    "backup": ("backups", "backup_command"),
    "bench": ("bench", "bench"),
    "blobs": ("blobs", "blobs"),
    "contest": ("contests", "contest"),
    "daemon": ("services", "daemon"),
    "doctor": ("doctor", "doctor"),
    "host": ("hosts", "host"),
    "image": ("images", "image"),
    "language": ("languages", "language"),
    "maintenance": ("maintenance", "group"),
    "migrate": ("services", "migrate_command"),
    "problem": ("problems", "problem"),
    "rejudge": ("rejudge", "rejudge"),
    "rejudging": ("rejudgings", "group"),
    "queue": ("queue", "queue"),
    "restore": ("backups", "restore_command"),
    "run": ("judging", "run"),
    "selftest": ("selftest", "selftest"),
    "simulate": ("simulate", "simulate_command"),
    "up": ("services", "up_command"),
    "user": ("users", "user"),
    "verdict": ("rejudgings", "verdict"),
    "web": ("services", "web"),
    "worker": ("services", "worker"),
}


class _Commands(click.Group):
    """A group whose commands end in one clear line and exit code 2 where a ``JudgeError`` says what is wrong."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command = getattr(import_module(f"judge.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            return super().invoke(ctx)
        except JudgeError as error:
            click.echo(f"judge: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Commands)
@click.version_option(package_name="judge")
@click.pass_context
def main(ctx: click.Context) -> None:
    """A judge for programming contests. Settings come from judge.toml and JUDGE_* environment variables."""
    logs.set_up()
    if not ctx.resilient_parsing:
        ctx.obj = Lazy()
