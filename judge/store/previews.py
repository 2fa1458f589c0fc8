"""What a rejudging would change: verdicts old and new, submission by submission, and how steady verdicts are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from judge.errors import NotFound
from judge.store.pool import Connection
from judge.store.rejudgings import COMPARED, Part, beside_args
from judge.store.submissions import ShownRun, shown_runs
from judge.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdictlike:
    """What a judging came to; ``verdict`` is None while there is none."""

    judging_id: int
    verdict: Verdict | None
    score: float | None
    slowest_cpu_us: int | None
    peak_memory_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A submission with the judging that counts, and the one that would."""

    submission_id: int
    contest: str
    label: str
    problem: str
    language: str
    login: str
    user_name: str
    #: Before: the judging that counts now; once this rejudging's counts, the one that it took the place of.
    old: Verdictlike
    new: Verdictlike
    is_applied: bool
    #: Whether the old verdict was set by a person.
    is_overridden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Judgings of the same submissions, before and after."""

    old: tuple[int, ...]
    new: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """One test case in both judgings; None: not run there."""

    testcase: str
    old: ShownRun | None
    new: ShownRun | None

    @property
    def is_changed(self) -> bool:
        """Whether both ran it, and came to something else."""
        return (
            self.old is not None
            and self.new is not None
            and (self.old.verdict, self.old.score) != (self.new.verdict, self.new.score)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Steadiness:
    """What several judgings of one submission came to."""

    submission_id: int
    label: str
    user_name: str
    language: str
    verdicts: Mapping[Verdict, int]
    #: Of the slowest test case of each judging.
    fastest_cpu_us: int
    slowest_cpu_us: int

    @property
    def is_steady(self) -> bool:
        return len(self.verdicts) <= 1

    @property
    def spread(self) -> float:
        """How much longer the slowest judging took than the fastest, as a part of the latter."""
        return self.slowest_cpu_us / self.fastest_cpu_us - 1 if self.fastest_cpu_us else 0.0


_CHANGE = """
    SELECT s.id AS submission_id, c.name AS contest,
           (SELECT label FROM contest_problems cp WHERE cp.contest_id = s.contest_id AND cp.problem_id = s.problem_id)
             AS label,
           p.name AS problem, s.language, u.login, u.name AS user_name, n.is_current AS is_applied,
           o.override_reason IS NOT NULL AS is_overridden,
           o.id AS old_id, o.verdict AS old_verdict, o.score AS old_score, o.slowest_cpu_us AS old_cpu,
           o.peak_memory_bytes AS old_memory,
           n.id AS new_id, n.verdict AS new_verdict, n.score AS new_score, n.slowest_cpu_us AS new_cpu,
           n.peak_memory_bytes AS new_memory
"""


async def matrix(
    connection: Connection, rejudging_id: int, part: Part | None = None
) -> dict[tuple[Verdict | None, Verdict | None], int]:
    """How many submissions had which verdict and would have which; None: not judged yet."""
    rows = await connection.fetch(
        f"SELECT o.verdict AS old, n.verdict AS new, count(*)::int {COMPARED} GROUP BY o.verdict, n.verdict",
        *beside_args(rejudging_id, part or Part()),
    )
    return {(_verdict(row["old"]), _verdict(row["new"])): row["count"] for row in rows}


async def changes(
    connection: Connection, rejudging_id: int, part: Part, *, after_id: int = 0, limit: int = 100
) -> list[Change]:
    """Submissions of that part, by their ids, from after that one."""
    rows = await connection.fetch(
        f"{_CHANGE} {COMPARED} AND s.id > $10 ORDER BY s.id LIMIT $11",
        *beside_args(rejudging_id, part),
        after_id,
        limit,
    )
    return [_change(row) for row in rows]


async def changed_judgings(connection: Connection, rejudging_id: int) -> dict[str, Changed]:
    """By contest, those whose verdicts or scores applying the rejudging changes, or has changed."""
    rows = await connection.fetch(
        f"SELECT c.name AS contest, array_agg(o.id) AS old, array_agg(n.id) AS new {COMPARED}"
        " AND n.state = 'done' AND o.state = 'done' AND (n.is_current OR (n.verdict <> 'JE'"
        "  AND o.override_reason IS NULL)) GROUP BY c.name ORDER BY c.name",
        *beside_args(rejudging_id, Part(is_changed=True)),
    )
    return {row["contest"]: Changed(old=tuple(row["old"]), new=tuple(row["new"])) for row in rows}


async def side_by_side(
    connection: Connection, rejudging_id: int, submission_id: int
) -> tuple[Change, list[SideBySide]]:
    """One submission of a rejudging, with the test cases of both its judgings: the old one's in order, then the rest.

    Raises:
        NotFound: it is not one of them.
    """
    found = await changes(connection, rejudging_id, Part(submission_ids=(submission_id,)), limit=1)
    if not found:
        raise NotFound(
            "Submission %(submission_id)s is not part of rejudging %(rejudging_id)s.",
            submission_id=submission_id,
            rejudging_id=rejudging_id,
        )
    old = {run.testcase: run for run in await shown_runs(connection, found[0].old.judging_id)}
    new = {run.testcase: run for run in await shown_runs(connection, found[0].new.judging_id)}
    places = {name: run.ordinal for runs in (new, old) for name, run in runs.items()}
    names = sorted(places, key=lambda name: (places[name], name))
    return found[0], [SideBySide(testcase=name, old=old.get(name), new=new.get(name)) for name in names]


async def steadiness(connection: Connection, rejudging_id: int, *, limit: int = 500) -> list[Steadiness]:
    """What the repetitions of each submission came to, those with several verdicts first, then by spread of times."""
    rows = await connection.fetch(
        """
        WITH told AS (
          SELECT submission_id, verdict, count(*)::int AS number, min(slowest_cpu_us) AS fastest,
                 max(slowest_cpu_us) AS slowest
          FROM judgings WHERE rejudging_id = $1 AND state = 'done' GROUP BY submission_id, verdict
        ), together AS (
          SELECT submission_id, jsonb_object_agg(verdict, number) AS verdicts, count(*) AS different,
                 min(fastest) AS fastest, max(slowest) AS slowest
          FROM told GROUP BY submission_id
        )
        SELECT submission_id, cp.label, u.name AS user_name, s.language, verdicts, coalesce(fastest, 0) AS fastest,
               coalesce(slowest, 0) AS slowest
        FROM together JOIN submissions s ON s.id = submission_id JOIN users u ON u.id = s.user_id
        JOIN contest_problems cp ON cp.contest_id = s.contest_id AND cp.problem_id = s.problem_id
        ORDER BY different DESC, slowest::float8 / greatest(fastest, 1) DESC, submission_id LIMIT $2
        """,
        rejudging_id,
        limit,
    )
    return [
        Steadiness(
            submission_id=row["submission_id"],
            label=row["label"],
            user_name=row["user_name"],
            language=row["language"],
            verdicts={Verdict(name): number for name, number in sorted(row["verdicts"].items())},
            fastest_cpu_us=row["fastest"],
            slowest_cpu_us=row["slowest"],
        )
        for row in rows
    ]


def _change(row: asyncpg.Record) -> Change:
    sides = {
        side: Verdictlike(
            judging_id=row[f"{side}_id"],
            verdict=_verdict(row[f"{side}_verdict"]),
            score=row[f"{side}_score"],
            slowest_cpu_us=row[f"{side}_cpu"],
            peak_memory_bytes=row[f"{side}_memory"],
        )
        for side in ("old", "new")
    }
    return Change(
        submission_id=row["submission_id"],
        contest=row["contest"],
        label=row["label"],
        problem=row["problem"],
        language=row["language"],
        login=row["login"],
        user_name=row["user_name"],
        is_applied=row["is_applied"],
        is_overridden=row["is_overridden"],
        **sides,
    )


def _verdict(text: str | None) -> Verdict | None:
    return None if text is None else Verdict(text)
