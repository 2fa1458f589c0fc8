"""The command line: reads the settings, and puts the parts together for each command.

One module for each noun; ``context.py`` is what they share.
"""

from __future__ import annotations

from typing import Any

import click

from judge import logs
from judge.cli import bench, contests, doctor, judging, languages, problems, selftest, services, users
from judge.cli.context import Lazy
from judge.errors import JudgeError


class _Commands(click.Group):
    """A group whose commands end in one clear line and exit code 2 where a ``JudgeError`` says what is wrong."""

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


for command in (
    *(services.up_command, services.web, services.daemon, services.migrate),
    *(judging.run, problems.problem, contests.contest, users.user, languages.language, languages.image, bench.bench),
    doctor.doctor,
    selftest.selftest,
):
    main.add_command(command)
