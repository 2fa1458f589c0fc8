"""Clarifications: who may read what, and that nobody's name is given away."""

from __future__ import annotations

from datetime import timedelta

from judge.store.accounts import Role
from judge.store.clarifications import MOST_SHOWN
from tests.website import Page, Site, Visitor

HOME = "/contests/spring/clarifications"


async def _send(visitor: Visitor, text: str, *, path: str = HOME, problem: str = "", to: str = "asker") -> Page:
    return await visitor.post(path, {"text": text, "problem": problem, "to": to})


async def test_a_question_and_its_answer(site: Site) -> None:
    """The asker is told of the answer until it was read; nobody else sees it, or the question."""
    seeded = await site.contest()
    asker, other = await site.logged_in("asker"), await site.logged_in("other")
    jury = await site.staff(seeded, "jury")
    assert (await _send(asker, "Is n ever zero?", problem="A")).status == 303

    assert "1 to answer" in (await jury.get("/contests/spring")).words
    desk = await jury.get(HOME)
    assert "Is n ever zero?" in desk.words
    assert "Asker" in desk.words
    assert (await _send(jury, "No.", path=f"{HOME}/1", to="asker")).status == 303

    assert "1 new" in (await asker.get("/contests/spring")).words
    assert "No." in (await asker.get(HOME)).words
    assert "1 new" not in (await asker.get("/contests/spring/standings")).words
    assert "to answer" not in (await jury.get("/contests/spring")).words
    assert "zero" not in (await other.get(HOME)).words
    assert "1 new" not in (await other.get("/contests/spring")).words


async def test_an_answer_to_everybody_names_nobody(site: Site) -> None:
    """Everybody reads question and answer; whose question it was stays between the asker and the jury."""
    seeded = await site.contest()
    asker, other = await site.logged_in("asker"), await site.logged_in("other")
    jury = await site.staff(seeded, "jury")
    await _send(asker, "Is n ever zero?")
    await _send(jury, "Never.", path=f"{HOME}/1", to="everybody")

    page = await other.get(HOME)
    assert "Is n ever zero?" in page.words
    assert "Never." in page.words
    assert "Asker" not in page.words


async def test_an_announcement(site: Site) -> None:
    """Everybody reads it, about a problem or the contest."""
    await site.contest()
    reader, jury = await site.logged_in("reader"), await site.logged_in("jury", Role.ADMIN)
    assert (await _send(jury, "Lunch is at one.")).status == 303
    assert (await _send(jury, "The limit of A is two seconds.", problem="A")).status == 303

    assert "2 new" in (await reader.get("/contests/spring")).words
    words = (await reader.get(HOME)).words
    assert "Lunch is at one." in words
    assert "Sum of Numbers" in words


async def test_what_is_refused(site: Site) -> None:
    """Nothing is kept of it, and what was written is there again."""
    await site.contest()
    await site.contest("past", starts_in=timedelta(hours=-2), lasts=timedelta(hours=1), problems=[("A", "b", "B")])
    asker = await site.logged_in("asker")
    for text, problem, said in [
        (" ", "", "The text is missing."),
        ("x" * 2001, "", "at most 2000"),
        ("a\0b", "", "cannot be shown"),
        ("Why?", "Z", "no such problem"),
    ]:
        answer = await _send(asker, text, problem=problem)
        assert (answer.status, said in answer.words) == (400, True), answer.words
    assert "Why?" in answer.text
    assert (await _send(asker, "Mine?", path=f"{HOME}/1")).status == 404
    assert "takes no more questions" in (await _send(asker, "Late?", path="/contests/past/clarifications")).words
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM clarifications") == 0


async def test_only_questions_are_answered(site: Site) -> None:
    """Neither an announcement nor another contest's question has an answer here."""
    jury = await site.staff(await site.contest(), "jury")
    await _send(jury, "Lunch is at one.")
    assert (await _send(jury, "At two.", path=f"{HOME}/1", to="everybody")).status == 404


async def test_text_stays_text(site: Site) -> None:
    """Markup that somebody writes is shown as it was written."""
    await site.contest()
    asker = await site.logged_in("asker")
    await _send(asker, "<script>alert(1)</script>")
    page = await asker.get(HOME)
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


async def test_too_many_questions(site: Site) -> None:
    """Whoever floods the jury waits."""
    await site.contest()
    asker = await site.logged_in("asker")
    answers = [(await _send(asker, f"Question {number}?")).status for number in range(11)]
    assert answers == [303] * 10 + [429]


async def test_questions_tell_nothing_of_problems_before_the_start(site: Site) -> None:
    """Whether a contest will have a problem B is not to be found out by asking about it."""
    two = [("A", "sum", "Sum of Numbers"), ("B", "knots", "Knots")]
    await site.contest(starts_in=timedelta(hours=1), problems=two)
    asker = await site.logged_in("asker")
    answers = [await _send(asker, "Will it be hard?", problem=label) for label in ("B", "C", "\0")]
    assert [answer.status for answer in answers] == [400] * 3
    assert {"no such problem" in answer.words for answer in answers} == {True}
    assert (await _send(asker, "May I bring a pen?")).status == 303


async def test_nobody_asks_a_question_out_of_sight(site: Site) -> None:
    """However many come after it, the jury sees what has waited longest, and answers it."""
    seeded = await site.contest()
    await _send(await site.logged_in("asker"), "Is n ever zero?")
    flood = await site.account("flood")
    async with site.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO clarifications (contest_id, from_user_id, text)"
            " SELECT $1, $2, 'Why ' || n FROM generate_series(1, $3) n",
            *(seeded.contest_id, flood, 2 * MOST_SHOWN + 1),
        )
    jury = await site.staff(seeded, "jury")
    desk = await jury.get(HOME)
    assert "Is n ever zero?" in desk.words
    assert desk.text.count("<li") <= 2 * MOST_SHOWN + 10
    assert (await _send(jury, "No.", path=f"{HOME}/1")).status == 303
