"""Clarifications: what contestants ask, and what the jury says to one of them or to everybody.

The jury speaks with one voice: its texts have no author on pages. Who wrote them is in the audit log.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from judge.errors import NotFound
from judge.store import audit
from judge.store.pool import Connection

MAX_TEXT_CHARS = 2000
#: Shown at a time, with all their answers.
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarification:
    """One text."""

    id: int
    text: str
    created_at: datetime
    #: None: about the contest as a whole.
    label: str | None
    problem_title: str | None
    #: Who asked; None: the jury wrote it.
    asker_id: int | None
    asker: str | None
    #: Whether the jury told everybody.
    is_public: bool
    answers: tuple[Clarification, ...] = ()


async def ask(connection: Connection, *, contest_id: int, problem_id: int | None, user_id: int, text: str) -> int:
    """Ask the jury; the question's id."""
    question_id: int = await connection.fetchval(
        "INSERT INTO clarifications (contest_id, problem_id, from_user_id, text) VALUES ($1, $2, $3, $4) RETURNING id",
        *(contest_id, problem_id, user_id, text),
    )
    return question_id


async def announce(connection: Connection, *, contest_id: int, problem_id: int | None, text: str, by: int) -> None:
    """Tell everybody in the contest."""
    async with connection.transaction():
        announced: int = await connection.fetchval(
            "INSERT INTO clarifications (contest_id, problem_id, text) VALUES ($1, $2, $3) RETURNING id",
            *(contest_id, problem_id, text),
        )
        await audit.record(connection, by=by, action="announce", data={"clarification_id": announced})


async def answer(
    connection: Connection, *, contest_id: int, question_id: int, text: str, is_public: bool, by: int
) -> None:
    """Answer a question: to whoever asked, or to everybody, who then see the question too, but not whose it is.

    Raises:
        NotFound: the contest has no such question.
    """
    async with connection.transaction():
        answered: int | None = await connection.fetchval(
            "INSERT INTO clarifications (contest_id, problem_id, to_user_id, reply_to_id, text)"
            " SELECT contest_id, problem_id, CASE WHEN $3 THEN NULL ELSE from_user_id END, id, $4 FROM clarifications"
            " WHERE id = $2 AND contest_id = $1 AND from_user_id IS NOT NULL RETURNING id",
            *(contest_id, question_id, is_public, text),
        )
        if answered is None:
            raise NotFound("There is no such question in this contest.")
        await audit.record(connection, by=by, action="answer clarification", data={"clarification_id": answered})


#: What the account $2 may read of the contest $1; null: all of it.
_READABLE = """
    SELECT c.id, c.text, c.created_at, c.reply_to_id, c.to_user_id IS NULL AND c.from_user_id IS NULL AS is_public,
           CASE WHEN $2::bigint IS NULL OR c.from_user_id = $2 THEN c.from_user_id END AS asker_id,
           CASE WHEN $2::bigint IS NULL OR c.from_user_id = $2 THEN u.name END AS asker,
           cp.label, v.title AS problem_title
    FROM clarifications c LEFT JOIN users u ON u.id = c.from_user_id
    LEFT JOIN contest_problems cp ON cp.contest_id = c.contest_id AND cp.problem_id = c.problem_id
    LEFT JOIN LATERAL (SELECT title FROM problem_versions WHERE problem_id = c.problem_id AND live_at IS NOT NULL
      ORDER BY live_at DESC, id DESC LIMIT 1) v ON true
    WHERE c.contest_id = $1 AND ($2::bigint IS NULL OR c.from_user_id = $2 OR c.to_user_id = $2
      OR (c.from_user_id IS NULL AND c.to_user_id IS NULL)
      OR EXISTS (SELECT FROM clarifications public WHERE public.reply_to_id = c.id AND public.to_user_id IS NULL))
"""
_UNANSWERED = "c.from_user_id IS NOT NULL AND NOT EXISTS (SELECT FROM clarifications a WHERE a.reply_to_id = c.id)"


async def listed(connection: Connection, *, contest_id: int, user_id: int | None) -> list[Clarification]:
    """What an account may read of a contest's, the newest first; for None, who is the jury, all of it.

    Questions stand with their answers. Others' questions are there where an answer went to everybody, without a name.
    Behind the newest, the jury finds those that have waited longest for an answer: nobody asks them out of sight.
    """
    rows = await connection.fetch(
        f"{_READABLE} ORDER BY coalesce(c.reply_to_id, c.id) DESC, c.id LIMIT $3", contest_id, user_id, MOST_SHOWN
    )
    if user_id is None and len(rows) == MOST_SHOWN:
        shown = {row["id"] for row in rows}
        waiting = await connection.fetch(
            f"{_READABLE} AND {_UNANSWERED} ORDER BY c.id LIMIT $3", contest_id, user_id, MOST_SHOWN
        )
        rows += [row for row in reversed(waiting) if row["id"] not in shown]
    answers: dict[int, list[Clarification]] = {}
    first: list[Clarification] = []
    for row in rows:
        values = {key: value for key, value in row.items() if key != "reply_to_id"}
        made = Clarification(**values)
        if row["reply_to_id"] is None:
            first.append(made)
        else:
            answers.setdefault(row["reply_to_id"], []).append(made)
    return [replace(each, answers=tuple(answers.get(each.id, ()))) for each in first]


async def see_all(connection: Connection, *, contest_id: int, user_id: int) -> None:
    """Note that the account has read what there is."""
    await connection.execute(
        "INSERT INTO clarification_readers (contest_id, user_id, last_id)"
        " SELECT $1, $2, coalesce(max(id), 0) FROM clarifications WHERE contest_id = $1"
        " ON CONFLICT (contest_id, user_id) DO UPDATE SET last_id = excluded.last_id"
        " WHERE clarification_readers.last_id < excluded.last_id",
        *(contest_id, user_id),
    )


async def news(connection: Connection, *, contest: str, user_id: int, is_jury: bool) -> int:
    """How many the jury has to answer; or how many of the jury's the account has not read."""
    to_answer = (
        "SELECT count(*) FROM clarifications q JOIN contests ON contests.id = q.contest_id"
        " WHERE contests.name = $1 AND q.from_user_id IS NOT NULL AND $2::bigint IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM clarifications a WHERE a.reply_to_id = q.id)"
    )
    to_read = (
        "SELECT count(*) FROM clarifications c JOIN contests ON contests.id = c.contest_id"
        " LEFT JOIN clarification_readers r ON r.contest_id = c.contest_id AND r.user_id = $2"
        " WHERE contests.name = $1 AND c.from_user_id IS NULL AND (c.to_user_id IS NULL OR c.to_user_id = $2)"
        " AND c.id > coalesce(r.last_id, 0)"
    )
    count: int = await connection.fetchval(to_answer if is_jury else to_read, contest, user_id)
    return count
