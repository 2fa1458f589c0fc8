"""Scoreboards ready to be shown: ranked once for all who look, and again when the database tells of a change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from judge.scoring import Ranking, Row
from judge.store import scores
from judge.store.contests import Contest
from judge.store.pool import Pool
from judge.store.scores import Person, Scores

#: A notification may be lost: after so long the table is read again all the same.
LONGEST_S = 5.0
#: A board that changes all the time is made anew at most in this part of the time.
SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A contest's scoreboard, as the jury or as the public sees it."""

    rows: tuple[Row, ...]
    people: Mapping[int, Person]
    #: By what it depends on, and account: what ``lines_of`` has made.
    made: dict[Hashable, dict[int, tuple[Row, Person, Markup]]] = field(repr=False, compare=False)
    #: Grows whenever anything in it changes, whichever process says so.
    version: int

    @property
    def groups(self) -> list[str]:
        """All that accounts on it are in."""
        return sorted({person.group for person in self.people.values() if person.group}, key=str.casefold)

    def of_user(self, user_id: int) -> Row | None:
        return next((row for row in self.rows if row.user_id == user_id), None)

    def lines_of(
        self, rows: Sequence[Row], depends_on: Hashable, inside: Callable[[Row], Markup], *, own_id: int | None
    ) -> Markup:
        """Table rows for these lines, each made once for all who look while the line stays the same.

        Args:
            rows: the lines.
            depends_on: everything but a line that what is inside depends on.
            inside: makes what is inside of a table row.
            own_id: the account that looks.
        """
        known = self.made.setdefault(depends_on, {})
        found = []
        for row in rows:
            kept, person = known.get(row.user_id), self.people[row.user_id]
            if kept is None or (kept[0] is not row and kept[0] != row) or kept[1] != person:
                kept = known[row.user_id] = (row, person, inside(row))
            found.append(f'<tr class="own">{kept[2]}</tr>' if row.user_id == own_id else f"<tr>{kept[2]}</tr>")
        # What is inside is markup already, and nothing else is put in.
        return Markup("\n".join(found))  # noqa: S704

    def of(self, *, group: str, name: str) -> Sequence[Row]:
        """Lines of the group whose names have that in them; both empty: all."""
        rows: Sequence[Row] = self.rows
        if group:
            rows = [row for row in rows if self.people[row.user_id].group == group]
        if name:
            rows = [row for row in rows if name.casefold() in row.name.casefold()]
        return rows


@dataclass(slots=True, kw_only=True)
class _Kept:
    """What is known of one board."""

    ranking: Ranking
    board: Board | None = None
    scores: Scores | None = None
    #: Stays while boards come and go.
    made: dict[Hashable, dict[int, tuple[Row, Person, Markup]]] = field(default_factory=dict)
    #: None: it may have changed since it was made.
    made_at: float | None = None
    #: When it may be made again.
    due_at: float = 0.0
    making: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_fresh(self, now: float) -> bool:
        return self.made_at is not None and now - self.made_at < LONGEST_S


#: Contests are values: one with other rules or times is another key.
_Key = tuple[Contest, bool]


class Boards:
    """The scoreboards that somebody looked at lately."""

    def __init__(self) -> None:
        self._kept: dict[_Key, _Kept] = {}

    def forget(self, topic: str | None) -> None:
        """What a notification of that topic is about may have changed; None: everything may have."""
        contest_id = None if topic is None else scores.contest_of(topic)
        if topic is None or contest_id is not None:
            for (contest, _), kept in self._kept.items():
                if contest_id in (None, contest.id):
                    kept.made_at = None

    async def get(self, pool: Pool, contest: Contest, *, is_public: bool, waits: bool = False) -> Board:
        """The contest's scoreboard; ``waits`` for one that is as the last notification found it."""
        kept = self._kept.setdefault((contest, is_public), _Kept(ranking=Ranking(contest.rules)))
        now = time.monotonic()
        if kept.board is not None and (kept.is_fresh(now) or (now < kept.due_at and not waits)):
            return kept.board
        async with kept.making:
            if kept.board is not None and kept.is_fresh(time.monotonic()):
                return kept.board
            await asyncio.sleep(max(0.0, kept.due_at - time.monotonic()))
            return await self._make(pool, contest, kept, is_public=is_public)

    async def _make(self, pool: Pool, contest: Contest, kept: _Kept, *, is_public: bool) -> Board:
        began = time.monotonic()
        # Set before reading: a notification from then on takes it away again.
        kept.made_at = began
        try:
            async with pool.acquire() as connection:
                found = await scores.read(connection, contest.id, is_public=is_public, before=kept.scores)
        except BaseException:
            kept.made_at = None
            raise
        if kept.board is None or kept.scores is None or not found.is_like(kept.scores):
            rows = tuple(kept.ranking.rank(found.cells, found.names))
            kept.board = Board(rows=rows, people=found.people, version=found.read_us, made=kept.made)
        kept.scores = found
        ended = time.monotonic()
        kept.due_at = ended + (ended - began) / SHARE
        self._drop_unused(ended)
        return kept.board

    def _drop_unused(self, now: float) -> None:
        """Boards of contests that have changed, or that nobody has looked at for a while."""
        for key, kept in list(self._kept.items()):
            if kept.board is not None and not kept.making.locked() and now - kept.due_at > 60:
                del self._kept[key]
