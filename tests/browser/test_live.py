"""A contestant's evening: register, read, submit, and watch the verdict come in without reloading."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from judge.store.submissions import by_id
from judge.verdicts import Verdict
from tests.website import PASSWORD, Site, a_run, event

SOURCE = "print(sum(map(int, input().split())))"


async def _register(page: Page) -> None:
    await page.goto("/register")
    await page.get_by_label("Login").fill("ada")
    await page.get_by_label("Name on the scoreboard").fill("Ada Lovelace")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("Password again").fill(PASSWORD)
    await page.get_by_role("button", name="Register").click()
    await expect(page.get_by_role("link", name="Ada Lovelace")).to_be_visible()


async def _submit(page: Page) -> int:
    await page.goto("/contests/spring/problems/A")
    await page.get_by_label("Language").select_option("python3")
    await page.get_by_label("or paste the source").fill(SOURCE)
    await page.get_by_role("button", name="Submit").click()
    await page.wait_for_url(re.compile(r"/submissions/\d+$"))
    return int(page.url.rsplit("/", 1)[1])


async def test_register_log_in_read_and_submit(page: Page, site: Site) -> None:
    """From nothing to a queued submission with what the site offers, logging out and in again on the way."""
    await site.contest()
    await _register(page)
    await page.get_by_role("button", name="Log out").click()
    await page.get_by_role("link", name="Log in").click()
    await page.get_by_label("Login").fill("ada")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()

    await page.get_by_role("link", name="Spring Contest").click()
    await page.get_by_role("link", name="Sum of Numbers").click()
    await expect(page.locator("math").first).to_be_visible()
    await expect(page.get_by_role("button", name="Copy").first).to_be_visible()
    submission_id = await _submit(page)

    await expect(page.get_by_role("status")).to_contain_text("Queued")
    await expect(page.locator(".source pre")).to_have_text(SOURCE)
    async with site.pool.acquire() as connection:
        assert (await by_id(connection, submission_id)).user_name == "Ada Lovelace"


async def test_verdict_comes_live(page: Page, site: Site) -> None:
    """Progress, tests in their order and the verdict appear as they happen, on the page that was loaded once."""
    await site.contest()
    await _register(page)
    submission_id = await _submit(page)
    await page.evaluate("window.isTheSamePage = true")
    verdict, rows = page.get_by_role("status"), page.locator("#runs tr")

    async with site.pool.acquire() as connection:
        await event(connection, submission_id, "judging", {"state": "compiling", "attempt": 1, "tests_total": 3})
        await expect(verdict).to_contain_text("Compiling")
        await event(connection, submission_id, "judging", {"state": "running", "attempt": 1, "tests_total": 3})
        await expect(verdict).to_contain_text("Running")
        await site.show_run(connection, submission_id, 2, a_run())
        await expect(verdict).to_contain_text("1 of 3 tests")
        await site.show_run(connection, submission_id, 1, a_run("sample/1"))
        await expect(rows).to_have_count(2)
        assert await rows.evaluate_all("rows => rows.map(row => row.cells[0].textContent)") == ["1", "2"]
    wrong = a_run("secret/02-overflow", Verdict.WA, cpu_us=123_000, reason="<b>line 1</b>")
    await site.judge(submission_id, Verdict.WA, [a_run("sample/1"), a_run(), wrong])

    await expect(verdict).to_contain_text("Wrong answer")
    await expect(rows).to_have_count(3)
    await expect(rows.nth(2)).to_contain_text("0.123 s")
    await expect(rows.nth(2)).to_contain_text("<b>line 1</b>")
    await expect(page.get_by_role("progressbar")).to_be_hidden()
    assert "overflow" not in await page.content()
    assert await page.evaluate("window.isTheSamePage")


async def test_new_attempt_starts_afresh(page: Page, site: Site) -> None:
    """When a judging is begun again, what was shown of the lost one goes away."""
    await site.contest()
    await _register(page)
    submission_id = await _submit(page)
    rows = page.locator("#runs tr")

    async with site.pool.acquire() as connection:
        await event(connection, submission_id, "judging", {"state": "running", "attempt": 1, "tests_total": 3})
        await site.show_run(connection, submission_id, 1, a_run(verdict=Verdict.RTE))
        await expect(rows).to_have_count(1)
        await event(connection, submission_id, "judging", {"state": "queued", "attempt": 1, "tests_total": 3})

    await expect(rows).to_have_count(0)
    await expect(page.get_by_role("status")).to_contain_text("Queued")


async def test_finished_page_looks_the_same_loaded_anew(page: Page, site: Site) -> None:
    """What came in live and what a fresh load shows are the same table."""
    await site.contest()
    await _register(page)
    submission_id = await _submit(page)
    runs = [a_run("sample/1"), a_run(verdict=Verdict.TLE, cpu_us=1_000_400, memory_bytes=123_456_789, reason="idle")]
    await site.judge(submission_id, Verdict.TLE, runs)
    rows = page.locator("#runs tr")
    await expect(rows).to_have_count(2)
    texts = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    live = await rows.evaluate_all(texts)

    await page.reload()

    assert await rows.evaluate_all(texts) == live


async def test_works_without_scripts(browser: Browser, site: Site) -> None:
    """Reading and submitting need no scripts, and the verdict comes by reloading."""
    await site.contest()
    context = await browser.new_context(base_url=str(site.server.make_url("/")), java_script_enabled=False)
    page = await context.new_page()
    await _register(page)
    submission_id = await _submit(page)
    await expect(page.get_by_role("status")).to_contain_text("Queued")

    await site.judge(submission_id, Verdict.AC, [a_run()])

    await expect(page.get_by_role("status")).to_contain_text("Accepted", timeout=15_000)
    await context.close()


@pytest.mark.parametrize("path", ["/", "/contests/spring", "/contests/spring/problems/A", "/contests/spring/standings",
                                  "/contests/spring/submissions", "/problems", "/account", "/login"])  # fmt: skip
async def test_fits_a_phone(page: Page, site: Site, path: str) -> None:
    """No page is wider than a phone, even with long words in it."""
    seeded = await site.contest(title="W" * 60, problems=[("A", "sum", "V" * 60)], statement="$x$ " + "U" * 200)
    user_id = await site.account("bob", name="X" * 100)
    await site.judge(await site.submission(seeded, user_id), Verdict.AC, [a_run()])
    await _register(page)
    if path == "/login":
        await page.get_by_role("button", name="Log out").click()
    await page.set_viewport_size({"width": 390, "height": 844})

    await page.goto(path)

    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_times_are_local(page: Page, site: Site) -> None:
    """Times are shown in the reader's zone, and say which that is."""
    await site.contest()

    await page.goto("/contests/spring")

    await expect(page.locator("dd time").first).to_have_text(re.compile(r"GMT\+[12]|CES?T"))
