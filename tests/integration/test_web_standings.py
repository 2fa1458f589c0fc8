"""The scoreboard's page: whose submissions count, and what the public sees of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from judge.store.accounts import Role
from judge.verdicts import Verdict
from tests.website import Seeded, Site


async def _solved(
    site: Site, seeded: Seeded, user_id: int, *, minutes_ago: float, expected: list[str] | None = None
) -> None:
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    submission_id = await site.submission(seeded, user_id, submitted_at=at, expected=expected)
    await site.judge(submission_id, Verdict.AC)


async def test_who_counts(site: Site) -> None:
    """Contestants' submissions within the contest's time count; judges' and the jury's do not."""
    seeded = await site.contest(starts_in=timedelta(hours=-2))
    await _solved(site, seeded, await site.account("ada"), minutes_ago=60)
    await _solved(site, seeded, await site.account("early"), minutes_ago=121)
    await _solved(site, seeded, await site.account("jury"), minutes_ago=60, expected=["AC"])
    await _solved(site, seeded, await site.account("setter", Role.SETTER), minutes_ago=60)

    words = (await site.visitor().get("/contests/spring/standings")).words

    assert "Ada" in words
    assert not [name for name in ("Early", "Jury", "Setter") if name in words]


async def test_frozen_for_the_public(site: Site) -> None:
    """After the freeze the public sees that something was tried, judges see what became of it."""
    seeded = await site.contest(starts_in=timedelta(hours=-2), freezes_in=timedelta(hours=-1))
    await _solved(site, seeded, await site.account("ada"), minutes_ago=10)
    judge = await site.logged_in("setter", Role.SETTER)

    public = await site.visitor().get("/contests/spring/standings")
    jury = await judge.get("/contests/spring/standings")

    assert "frozen since" in public.words and "pending," in public.words and "solved first," not in public.words
    assert "frozen since" not in jury.words and "solved first," in jury.words


async def test_empty(site: Site) -> None:
    """A scoreboard that nobody is on says so."""
    await site.contest()

    assert "Nobody has submitted anything yet" in (await site.visitor().get("/contests/spring/standings")).words
