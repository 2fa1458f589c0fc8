"""Scoreboards in a browser: live without reloading, and the ceremony that reveals what was frozen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from judge.verdicts import Verdict
from tests.website import PASSWORD, Seeded, Site

PROBLEMS = (("A", "sum", "Sum"), ("B", "product", "Product"))


async def _try(site: Site, seeded: Seeded, login: str, label: str, minutes_ago: int, verdict: Verdict | None) -> int:
    async with site.pool.acquire() as connection:
        user_id = await connection.fetchval("SELECT id FROM users WHERE login = $1", login)
        problem_id = await connection.fetchval("SELECT problem_id FROM contest_problems WHERE label = $1", label)
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    made = await site.submission(seeded, user_id or await site.account(login), problem_id=problem_id, submitted_at=at)
    if verdict is not None:
        await site.judge(made, verdict)
    return made


async def test_it_is_live(page: Page, site: Site) -> None:
    """A verdict moves lines on the page that was loaded once; what is looked for stays looked for."""
    seeded = await site.contest(starts_in=timedelta(hours=-2), problems=PROBLEMS)
    await _try(site, seeded, "ada", "A", 60, Verdict.AC)
    waiting = await _try(site, seeded, "eve", "A", 90, None)
    names = page.locator(".standings tbody th bdi")
    await page.goto("/contests/spring/standings")
    await expect(names).to_have_text(["Ada", "Eve"])
    await page.evaluate("window.isTheSamePage = true")

    await site.judge(waiting, Verdict.AC)

    await expect(names).to_have_text(["Eve", "Ada"])
    await _try(site, seeded, "bob", "A", 5, None)
    await expect(names).to_have_text(["Eve", "Ada", "Bob"])
    assert await page.evaluate("window.isTheSamePage")


async def test_ceremony(page: Page, site: Site) -> None:
    """From the bottom up each try is revealed and its team moves; one step can be taken back; the end is the jury's."""
    seeded = await site.contest(
        starts_in=timedelta(hours=-3), lasts=timedelta(hours=2), freezes_in=timedelta(hours=-2), problems=PROBLEMS
    )
    for login, label, minutes_ago, verdict in [
        *(("ada", "A", 170, Verdict.AC), ("ada", "B", 100, Verdict.WA), ("eve", "A", 160, Verdict.WA)),
        *(("eve", "A", 90, Verdict.AC), ("eve", "B", 80, Verdict.AC), ("bob", "A", 150, Verdict.AC)),
    ]:
        await _try(site, seeded, login, label, minutes_ago, verdict)
    await site.staff(seeded, "jury")
    await page.goto("/login")
    await page.get_by_label("Login").fill("jury")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.goto("/contests/spring/standings")
    await page.get_by_role("link", name="Reveal it in a ceremony").click()
    names, said = page.locator(".resolver tbody th bdi"), page.locator("#resolver-said")
    await expect(names).to_have_text(["Ada", "Bob", "Eve"])
    await expect(page.locator("#resolver-left")).to_have_text("3 left to reveal")

    await page.keyboard.press("Space")
    await expect(said).to_have_text("Eve, problem A")
    await expect(page.locator(".aimed")).to_have_count(1)
    await page.keyboard.press("ArrowRight")
    await expect(said).to_have_text("Eve, problem A: solved, place 3")
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator(".aimed .tries")).to_have_text("?1")
    for _ in range(3):
        await page.keyboard.press("Space")
    await expect(said).to_have_text("Eve, problem B: solved, place 1")
    await expect(names).to_have_text(["Eve", "Ada", "Bob"])
    for place in ("Place 3: Bob", "Ada, problem B", "Ada, problem B: not solved", "Place 2: Ada", "Place 1: Eve"):
        await page.keyboard.press("Space")
        await expect(said).to_have_text(place)
    await expect(page.get_by_role("button", name="Next")).to_be_disabled()

    answer = await page.request.get("/contests/spring/standings.json")
    assert [row["name"] for row in (await answer.json())["rows"]] == ["Eve", "Ada", "Bob"]
    await expect(page.locator(".resolver tr.final")).to_have_count(3)
