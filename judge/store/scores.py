"""What scoreboards are made of: a row for each account and problem of a contest, kept right by triggers.

``migrations/versions/0023_scores.sql`` has the counting. It happens within the transaction that changes a verdict, the
current judging of a submission, or a contest's times and rules; so what is read here is never older than these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from judge.errors import NotFound
from judge.scoring import Cell, Cells
from judge.store.pool import LONG_TIMEOUT_S, Connection

_TOPIC = "standings/"
_CELL = ", ".join(("user_id", "problem_id", *Cell._fields))

#: Rows of that contest that are seen by the public, or by others.
SHOWN = (
    "contest_id = $1 AND submissions > 0 AND is_public = ($2 AND"
    " (SELECT keeps_back_from(contests) IS NOT NULL FROM contests WHERE id = $1))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All that a scoreboard is made of: contestants who have tried something, and what they made of it."""

    cells: Cells
    people: Mapping[int, Person]
    #: Of each account's cells: the same of two, of one database, means the same.
    digests: Mapping[int, int]
    #: When it was read, by the database's clock.
    read_us: int

    @property
    def names(self) -> dict[int, str]:
        return {user_id: person.name for user_id, person in self.people.items()}

    def is_like(self, other: Scores) -> bool:
        return (self.digests, self.people) == (other.digests, other.people)


class Person(NamedTuple):
    """What a scoreboard says of an account."""

    name: str
    #: None: in none.
    group: str | None


def topic(contest_id: int) -> str:
    """What notifications on the channel of events name when the contest's scoreboard changed."""
    return f"{_TOPIC}{contest_id}"


def contest_of(topic: str) -> int | None:
    """The contest whose scoreboard changed; None where the notification is about something else."""
    number = topic.removeprefix(_TOPIC)
    return int(number) if topic.startswith(_TOPIC) and number.isdecimal() else None


async def read(connection: Connection, contest_id: int, *, is_public: bool, before: Scores | None = None) -> Scores:
    """The contest's scoreboard as it is, or as far as the public may see it.

    Args:
        connection: to the database.
        contest_id: of the contest.
        is_public: without verdicts that are kept back.
        before: what an earlier call gave: of those whose cells have not changed since, these are taken from there.
    """
    await ensure_counted(connection, contest_id)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        read_us: int = await connection.fetchval("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
        found = await connection.fetch(
            "SELECT user_id, name, group_name, bit_xor(hash_record_extended(scores, 0)) AS digest"
            f" FROM scores JOIN users ON users.id = user_id WHERE {SHOWN} AND role = 'contestant'"
            " GROUP BY user_id, name, group_name ORDER BY user_id",
            contest_id,
            is_public,
        )
        digests = {row["user_id"]: row["digest"] for row in found}
        known = {} if before is None else before.digests
        changed = [user_id for user_id, digest in digests.items() if known.get(user_id) != digest]
        rows = await connection.fetch(
            f"SELECT {_CELL} FROM scores WHERE {SHOWN} AND user_id = ANY ($3)", contest_id, is_public, changed
        )
    fresh = _cells(rows)
    return Scores(
        cells={user_id: fresh[user_id] if user_id in fresh else _kept(before, user_id) for user_id in digests},
        people={row["user_id"]: Person(row["name"], row["group_name"]) for row in found},
        digests=digests,
        read_us=read_us,
    )


def _kept(before: Scores | None, user_id: int) -> Mapping[int, Cell]:
    assert before is not None
    return before.cells[user_id]


async def ensure_counted(connection: Connection, contest_id: int) -> None:
    """Count a contest that is older than the table, the first time that somebody asks."""
    if await connection.fetchval("SELECT NOT is_counted FROM contests WHERE id = $1", contest_id):
        await recount(connection, contest_id)


async def recount(connection: Connection, contest_id: int) -> None:
    """Count all of a contest again, from its submissions."""
    await connection.execute("SELECT recount_contest($1)", contest_id, timeout=LONG_TIMEOUT_S)


async def recount_named(connection: Connection, name: str) -> int:
    """Count all of the contest of that name again; how many rows changed by that.

    Raises:
        NotFound: there is none.
    """
    contest_id = await connection.fetchval("SELECT id FROM contests WHERE name = $1", name)
    if contest_id is None:
        raise NotFound("There is no contest of that name.")
    async with connection.transaction():
        # Nobody else changes it between the two looks at the table.
        await connection.execute("SELECT own_pauses()")
        before = await connection.fetch(
            "SELECT * FROM scores WHERE contest_id = $1 ORDER BY user_id, problem_id FOR NO KEY UPDATE", contest_id
        )
        await recount(connection, contest_id)
        after = await connection.fetch("SELECT * FROM scores WHERE contest_id = $1", contest_id)
    return len({(row["is_public"], row["user_id"], row["problem_id"]) for row in set(before) ^ set(after)})


async def counted_instead(connection: Connection, contest_id: int, judging_ids: Sequence[int]) -> tuple[Cells, Cells]:
    """What these judgings would make of the accounts and problems that they are about, if they were current ones.

    Both as it is, and as the public sees it.
    """
    rows = await connection.fetch(
        f"SELECT is_public, {_CELL} FROM count_scores($1,"
        " ARRAY(SELECT s.user_id FROM submissions s JOIN judgings j ON j.submission_id = s.id WHERE j.id = ANY ($2)"
        "  ORDER BY j.id),"
        " ARRAY(SELECT s.problem_id FROM submissions s JOIN judgings j ON j.submission_id = s.id WHERE j.id = ANY ($2)"
        "  ORDER BY j.id), $2) WHERE submissions > 0",
        contest_id,
        judging_ids,
        timeout=LONG_TIMEOUT_S,
    )
    whole, public = ([row[1:] for row in rows if row["is_public"] == side] for side in (False, True))
    return _cells(whole), _cells(public or whole)


def _cells(rows: Iterable[Sequence[Any]]) -> dict[int, dict[int, Cell]]:
    cells: dict[int, dict[int, Cell]] = {}
    for row in rows:
        user_id, problem_id, *counted = row
        cells.setdefault(user_id, {})[problem_id] = Cell._make(counted)
    return cells
