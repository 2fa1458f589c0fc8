"""What tests of scoreboards share: submissions as a list, and the rules for counting them, read plainly."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from judge.scoring import Cell, Scoring
from judge.verdicts import Verdict

START = datetime(2026, 5, 1, 9, tzinfo=UTC)
_FREE = (Verdict.AC, Verdict.CE, Verdict.JE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One submission."""

    id: int
    user_id: int
    problem_id: int
    sent_at: datetime
    #: None: not judged yet.
    verdict: Verdict | None
    score: float | None = None
    parts: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """What of a contest decides about how submissions are counted."""

    scoring: Scoring = Scoring.ICPC
    starts_at: datetime = START
    ends_at: datetime | None = None
    #: Verdicts of what was sent from then on are kept back.
    hides_from: datetime | None = None
    points: Mapping[int, float] = field(default_factory=dict)
    gaps: Collection[tuple[datetime, datetime]] = ()

    def counts(self, at: datetime) -> bool:
        is_within = self.starts_at <= at and (self.ends_at is None or at < self.ends_at)
        return is_within and not any(begin <= at < end for begin, end in self.gaps)

    def clock_s(self, at: datetime) -> int:
        """By walking from one end of a gap to the next."""
        ran, since = timedelta(), self.starts_at
        for begin, end in sorted(self.gaps):
            if end <= self.starts_at or begin >= at:
                continue
            ran += max(begin - since, timedelta())
            since = max(since, end)
        return int((ran + at - since).total_seconds() // 1)


def count(contest: Contest, tries: Sequence[Try]) -> dict[int, dict[int, Cell]]:
    """By account and problem, what submissions come to; those that do not count leave no trace."""
    board: dict[int, dict[int, Cell]] = {}
    counted = [each for each in tries if contest.counts(each.sent_at)]
    for user_id, problem_id in sorted({(each.user_id, each.problem_id) for each in counted}):
        own = [each for each in counted if (each.user_id, each.problem_id) == (user_id, problem_id)]
        board.setdefault(user_id, {})[problem_id] = _cell(
            contest, sorted(own, key=lambda each: (each.sent_at, each.id))
        )
    return board


def _cell(contest: Contest, tries: Sequence[Try]) -> Cell:
    shown = [_shown(contest, each) for each in tries]
    best = None
    for each in shown:
        if _worth(contest, each) > (0 if best is None else _worth(contest, best)):
            best = each
    before = shown if best is None else shown[: shown.index(best)]
    is_over = contest.scoring is Scoring.ICPC and best is not None
    undecided = [each for each in before if each.verdict is None]
    return Cell(
        submissions=len(shown),
        score=max(0.0 if best is None else _worth(contest, best), _parts(contest, shown)),
        is_accepted=any(each.verdict is Verdict.AC for each in shown),
        tries=sum(each.verdict is not None and each.verdict not in _FREE for each in before),
        pending=0 if is_over else sum(each.verdict is None for each in shown),
        best_at=None if best is None else best.sent_at,
        contest_s=None if best is None else contest.clock_s(best.sent_at),
        submission_id=None if best is None else best.id,
        waiting_at=undecided[0].sent_at if undecided else None,
    )


def _shown(contest: Contest, each: Try) -> Try:
    if contest.hides_from is None or each.sent_at < contest.hides_from:
        return each
    return Try(id=each.id, user_id=each.user_id, problem_id=each.problem_id, sent_at=each.sent_at, verdict=None)


def _worth(contest: Contest, each: Try) -> float:
    if contest.scoring is Scoring.ICPC:
        return float(each.verdict is Verdict.AC)
    if each.verdict is None:
        return 0.0
    if each.score is not None:
        return each.score
    return contest.points.get(each.problem_id, 100.0) if each.verdict is Verdict.AC else 0.0


def _parts(contest: Contest, tries: Sequence[Try]) -> float:
    if contest.scoring is not Scoring.IOI:
        return 0.0
    names = {name for each in tries for name in each.parts or {}}
    return sum(max((each.parts or {}).get(name, 0.0) for each in tries) for name in names)
