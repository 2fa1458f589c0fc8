"""The site with nothing but a keyboard, and in another language."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Page, expect

from judge.store.submissions import by_id
from judge.verdicts import Verdict
from tests.website import PASSWORD, Site, a_run, event

#: What has the focus: its text or name, and how it is outlined.
_FOCUSED = """() => {
  const each = document.activeElement, box = each.getBoundingClientRect(), style = getComputedStyle(each);
  return {
    tag: each.localName,
    name: each.getAttribute("name") || each.textContent.trim(),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
_MOST_STOPS = 60


async def _tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called that has the focus, which must be seen at each stop on the way."""
    for _ in range(_MOST_STOPS):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(_FOCUSED)
        assert focused["tag"] == "body" or (focused["outlined"] and focused["seen"]), focused
        if focused["name"] == name:
            return
    raise AssertionError(f"Tab does not lead to {name}")


async def test_a_contestant_needs_no_mouse(page: Page, site: Site) -> None:
    """Logging in, finding a problem and submitting are done with keys alone, and the focus is seen all the way."""
    await site.contest()
    await site.account("ada")
    await page.goto("/")
    await _tab_to(page, "Log in")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/login*")
    await _tab_to(page, "login")
    await page.keyboard.type("ada")
    await _tab_to(page, "password")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/$"))
    await _tab_to(page, "Spring Contest")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/contests/spring")
    await _tab_to(page, "A Sum of Numbers")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/problems/A")
    await _tab_to(page, "language")
    await page.keyboard.type("Python 3")
    await _tab_to(page, "source")
    await page.keyboard.type("print(1)")
    await _tab_to(page, "Submit")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/submissions/\d+$"))

    async with site.pool.acquire() as connection:
        assert (await by_id(connection, int(page.url.rsplit("/", 1)[1]))).language == "python3"


async def test_the_navigation_can_be_skipped(page: Page, site: Site) -> None:
    """The first stop of each page leads past what all pages have in common."""
    await site.contest()
    await page.goto("/")

    await _tab_to(page, "Skip to the content")
    await page.keyboard.press("Enter")

    await page.keyboard.press("Tab")
    assert (await page.evaluate(_FOCUSED))["name"] == "Spring Contest"


async def test_the_language_is_chosen_without_scripts(browser: Browser, site: Site) -> None:
    """The switch at the foot of a page is a link; what was chosen holds on the next pages."""
    context = await browser.new_context(base_url=str(site.server.make_url("/")), java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/problems")

    await page.get_by_role("link", name="Deutsch").click()

    await expect(page.get_by_role("heading", name="Aufgaben")).to_be_visible()
    await page.get_by_role("link", name="Wettbewerbe").click()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await context.close()


async def test_what_comes_live_is_in_the_readers_language(page: Page, site: Site) -> None:
    """Scripts say what they add to a page in the words and numbers of its language."""
    spring = await site.contest()
    ada = await site.account("ada")
    submission_id = await site.submission(spring, ada)
    await page.goto("/locale/de?next=/login")
    await page.get_by_label("Anmeldename").fill("ada")
    await page.get_by_label("Passwort").fill(PASSWORD)
    await page.get_by_role("button", name="Anmelden").click()
    await page.goto(f"/submissions/{submission_id}")
    verdict, rows = page.get_by_role("status"), page.locator("#runs tr")
    async with site.pool.acquire() as connection:
        await event(connection, submission_id, "judging", {"state": "compiling", "attempt": 1, "tests_total": 3})
    await expect(verdict).to_contain_text("Wird übersetzt")

    await site.judge(submission_id, Verdict.WA, [a_run(cpu_us=123_000, reason="exit code 3")])

    await expect(verdict).to_contain_text("Falsche Antwort")
    await expect(rows).to_contain_text("0,123 s")
    await expect(rows).to_contain_text("Exitcode 3")
