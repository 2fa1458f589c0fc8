"""The sample contest: our own packages, judged by the very queue that judges contestants."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterable
from pathlib import Path

from judge.preparing.workbench import programs_of
from judge.queueing import queue
from judge.store import accounts, contests, jury, problems
from judge.store.accounts import Role
from judge.store.jury import JuryVerdict
from judge.store.pool import DISCONNECTED, Connection, Pool, wait_to_reconnect
from judge.store.problems import Origin
from problems.package import Package, load
from problems.zipping import zip_folder

CONTEST = "samples"
CONTEST_TITLE = "Sample contest"
#: Has no password: nobody logs in as it.
JURY = "jury"

_POLL_S = 0.25
_TELL_EVERY_S = 5.0


def packages(folder: Path) -> list[Package]:
    """Every package in a folder, by name.

    Raises:
        PackageError: one of them cannot be judged.
    """
    return [load(path) for path in sorted(folder.iterdir()) if (path / "problem.yaml").is_file()]


def languages(found: Iterable[Package]) -> set[str]:
    """Ids of the languages of all programs that judging these packages takes."""
    return {program.language for package in found for program in programs_of(package)}


async def publish(connection: Connection, found: list[Package]) -> int:
    """Put the packages into the sample contest, and submit the jury's submissions to versions that have none yet.

    A problem that somebody has uploaded a version of since is left as they made it.

    Returns:
        The contest's id.
    """
    contest_id = await contests.ensure_contest(connection, name=CONTEST, title=CONTEST_TITLE)
    user_id = await _jury_user(connection)
    for package in found:
        # One transaction: a version never has only some of its submissions.
        async with connection.transaction():
            if await jury.is_anybodys(connection, package.name):
                continue
            zipped = io.BytesIO()
            await asyncio.to_thread(zip_folder, package.path, zipped)
            origin = Origin(package=zipped.getvalue(), file_name=f"{package.name}.zip")
            version_id = await problems.publish(connection, package, origin)
            problem_id = await problems.problem_of(connection, version_id)
            await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
            if await jury.has_submissions(connection, version_id):
                continue
            for submission in package.submissions:
                await queue.enqueue(
                    connection,
                    contest_id=contest_id,
                    problem_id=problem_id,
                    user_id=user_id,
                    source=submission.source,
                    expected=submission.expected,
                )
    return contest_id


async def verdicts(pool: Pool, contest_id: int, *, progress: Callable[[int, int], None]) -> list[JuryVerdict]:
    """Wait until every jury submission of the contest is judged, and give what they got.

    Args:
        progress: told now and then how many of how many are judged.
    """
    loop = asyncio.get_running_loop()
    told_at = loop.time()
    while True:
        try:
            async with pool.acquire() as connection:
                found = await jury.verdicts(connection, contest_id)
        except DISCONNECTED as error:
            # The database is on its way back, or whoever keeps it running says why not.
            await wait_to_reconnect(error)
            continue
        judged = sum(item.verdict is not None for item in found)
        if loop.time() - told_at > _TELL_EVERY_S:
            progress(judged, len(found))
            told_at = loop.time()
        if judged == len(found):
            return found
        await asyncio.sleep(_POLL_S)


async def _jury_user(connection: Connection) -> int:
    account = await accounts.by_login(connection, JURY)
    if account is not None:
        return account.id
    return await accounts.create(connection, login=JURY, name="Jury", password_hash=None, role=Role.SETTER)
