"""What a contest's feedback keeps back is on no page, in no event and in no JSON."""

from __future__ import annotations

import re

import pytest

from judge.store import contest_changes
from judge.store.accounts import Role
from judge.store.contests import Feedback
from judge.verdicts import Verdict
from tests.website import Site, Visitor, a_run, event, read_events

RUNS = (
    a_run("sample/1", cpu_us=111_000),
    a_run("secret/1", cpu_us=222_000),
    a_run("secret/2", Verdict.WA, cpu_us=333_000, reason="exit code 77"),
)
#: Times of the day, and forms' tokens.
_ANY_DIGITS = re.compile(r"\d\d:\d\d:\d\d(\.\d+)?|(?<=name=\"csrf\" value=\")[^\"]*")


async def _judged(site: Site, feedback: Feedback, verdict: Verdict = Verdict.WA) -> tuple[Visitor, int]:
    """The owner of a submission that was judged, in a contest that shows so much of it."""
    seeded = await site.contest()
    user_id = await site.account("ada")
    visitor = site.visitor()
    await visitor.log_in("ada")
    submission_id = await site.submission(seeded, user_id)
    async with site.pool.acquire() as connection:
        await contest_changes.alter(connection, "spring", by=None, feedback=feedback)
        await event(connection, submission_id, "judging", {"state": "running", "attempt": 1, "tests_total": 3})
    runs = () if verdict is Verdict.CE else RUNS
    await site.judge(submission_id, verdict, runs, compile_output="warning: unused", score=41937.5)
    return visitor, submission_id


async def _seen(visitor: Visitor, submission_id: int) -> dict[str, str]:
    """All that the owner can read of it, without what has any digits."""
    pages = {
        path: _ANY_DIGITS.sub("", (await visitor.get(path)).text)
        for path in (
            f"/submissions/{submission_id}",
            f"/api/submissions/{submission_id}",
            "/contests/spring",
            "/contests/spring/submissions",
            "/contests/spring/standings",
            "/contests/spring/problems/A",
        )
    }
    events = await read_events(await visitor.open(f"/submissions/{submission_id}/events"))
    return {**pages, "events": _ANY_DIGITS.sub("", repr(events))}


@pytest.mark.parametrize(
    ("feedback", "shown", "kept"),
    [
        (Feedback.FULL, ["0.111", "0.222", "0.333", "exit code 77", "Wrong answer", "41937.5"], ["secret/"]),
        (Feedback.SAMPLES, ["0.111", "Wrong answer", "41937.5"], ["222", "333", "exit code 77", "secret/"]),
        (Feedback.VERDICT, ["Wrong answer", "41937.5"], ["111000", "0.111", "222", "333", "exit code 77"]),
        (Feedback.NONE, ["Judged"], ["0.111", "222", "333", "exit code 77", "Wrong", '"WA"', "'WA'", "41937.5", "✗"]),
    ],
)
async def test_shows_so_much(site: Site, feedback: Feedback, shown: list[str], kept: list[str]) -> None:
    """The owner's page has what the policy shows; nothing that the owner can ask for has more."""
    visitor, submission_id = await _judged(site, feedback)

    seen = await _seen(visitor, submission_id)

    assert [text for text in shown if text not in seen[f"/submissions/{submission_id}"]] == []
    assert [(where, text) for where, page in seen.items() for text in kept if text in page] == []
    assert "warning: unused" in seen[f"/submissions/{submission_id}"]


@pytest.mark.parametrize(("feedback", "events"), [(Feedback.FULL, 3), (Feedback.SAMPLES, 1), (Feedback.NONE, 0)])
async def test_events_do_not_count_hidden_tests(site: Site, feedback: Feedback, events: int) -> None:
    """How many tests there are cannot be told from the stream either."""
    visitor, submission_id = await _judged(site, feedback)

    told = await read_events(await visitor.open(f"/submissions/{submission_id}/events"))

    assert [kind for _, kind, _ in told] == ["judging", "judging", *["run"] * events, "verdict"]
    assert [int(number) for number, _, _ in told] == [*range(int(told[0][0]), int(told[0][0]) + len(told))]
    assert ("tests_total" in told[1][2]) == (feedback is Feedback.FULL)


async def test_not_compiling_is_always_told(site: Site) -> None:
    """That and the compiler's words say nothing of tests."""
    visitor, submission_id = await _judged(site, Feedback.NONE, Verdict.CE)

    seen = await _seen(visitor, submission_id)

    assert "Compile error" in seen[f"/submissions/{submission_id}"]
    assert "'verdict': 'CE'" in seen["events"]


async def test_judges_see_all(site: Site) -> None:
    """Feedback is for contestants."""
    _, submission_id = await _judged(site, Feedback.NONE)
    setter = await site.logged_in("setter", Role.SETTER)

    seen = await _seen(setter, submission_id)

    assert "Wrong answer" in seen["/contests/spring/submissions"]
    assert "secret/2" in seen[f"/submissions/{submission_id}"]
    assert "secret/2" in seen["events"]


async def test_others_tries_are_kept_back_too(site: Site) -> None:
    """Without feedback the scoreboard tells contestants of tries, and of no verdict."""
    await _judged(site, Feedback.NONE)
    other = await site.logged_in("other")

    page = await other.get("/contests/spring/standings")

    assert "does not show verdicts" in page.words
    assert "rejected" not in page.text.split("<table", 1)[1].split("</table", 1)[0]


@pytest.mark.parametrize("feedback", list(Feedback))
async def test_scores_of_groups(site: Site, feedback: Feedback) -> None:
    """Groups are numbered and have their scores where tests or samples are shown; names are for judges."""
    visitor, submission_id = await _judged(site, feedback)
    async with site.pool.acquire() as connection:
        parts = {"secret/group10": 7.25, "secret/group9": 30.25}
        await connection.execute("UPDATE judgings SET parts = $1 WHERE state = 'done'", parts)

    page = await visitor.get(f"/submissions/{submission_id}")
    seen = (await (await site.logged_in("setter", Role.SETTER)).get(f"/submissions/{submission_id}")).text

    is_shown = feedback in (Feedback.FULL, Feedback.SAMPLES)
    assert ("<li>30.25 points</li>" in page.text) == is_shown
    assert "group9" not in page.text
    assert seen.index("secret/group9") < seen.index("secret/group10")
