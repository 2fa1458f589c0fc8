"""The jury's own submissions: what each was expected to get, and what it got."""

from __future__ import annotations

from dataclasses import dataclass

from judge.store.pool import Connection
from judge.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class JuryVerdict:
    """What a jury submission was expected to get, and what it got."""

    submission_id: int
    problem: str
    #: The name of its first file.
    file: str
    language: str
    expected: tuple[Verdict, ...]
    #: None: not judged yet.
    verdict: Verdict | None
    slowest_cpu_us: int | None
    peak_memory_bytes: int | None

    @property
    def is_as_expected(self) -> bool:
        return self.verdict in self.expected


async def is_anybodys(connection: Connection, problem_name: str) -> bool:
    """Whether the problem's live version was uploaded by somebody, and is not for us to replace."""
    owner: int | None = await connection.fetchval(
        "SELECT created_by FROM problem_versions v JOIN problems p ON p.id = v.problem_id"
        " WHERE p.name = $1 AND live_at IS NOT NULL ORDER BY live_at DESC LIMIT 1",
        problem_name,
    )
    return owner is not None


async def has_submissions(connection: Connection, version_id: int) -> bool:
    """Whether jury submissions to that version have been made, judged or not."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM judgings j JOIN submissions s ON s.id = j.submission_id"
        " WHERE j.problem_version_id = $1 AND s.expected IS NOT NULL)",
        version_id,
    )
    return found


async def verdicts(connection: Connection, contest_id: int) -> list[JuryVerdict]:
    """The jury submissions to the live versions of a contest's problems, by problem and age."""
    rows = await connection.fetch(
        "SELECT s.id AS submission_id, p.name AS problem, f.name AS file, s.language, s.expected, j.verdict,"
        "  j.slowest_cpu_us, j.peak_memory_bytes"
        " FROM submissions s JOIN judgings j ON j.submission_id = s.id AND j.is_current"
        " JOIN problems p ON p.id = s.problem_id"
        " JOIN submission_files f ON f.submission_id = s.id AND f.ordinal ="
        "  (SELECT min(ordinal) FROM submission_files WHERE submission_id = s.id)"
        " WHERE s.contest_id = $1 AND s.expected IS NOT NULL AND j.problem_version_id ="
        "  (SELECT id FROM problem_versions WHERE problem_id = p.id AND live_at IS NOT NULL"
        "   ORDER BY live_at DESC LIMIT 1)"
        " ORDER BY p.name, s.id",
        contest_id,
    )
    return [
        JuryVerdict(
            submission_id=row["submission_id"],
            problem=row["problem"],
            file=row["file"],
            language=row["language"],
            expected=tuple(map(Verdict, row["expected"])),
            verdict=Verdict(row["verdict"]) if row["verdict"] else None,
            slowest_cpu_us=row["slowest_cpu_us"],
            peak_memory_bytes=row["peak_memory_bytes"],
        )
        for row in rows
    ]
