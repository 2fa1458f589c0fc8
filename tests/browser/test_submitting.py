"""Submitting with a browser: drafts, files, and forms that come too late."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from judge.store import contests, problems
from tests.packages import loaded
from tests.website import PASSWORD, Site

PROBLEM = "/contests/spring/problems/A"
SOURCE = "print('a draft')"


async def _log_in(page: Page, login: str) -> None:
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.locator("main").get_by_role("button", name="Log in").click()


async def _at_problem(page: Page, site: Site, login: str = "ada") -> None:
    await page.goto(f"/login?next={PROBLEM}")
    await _log_in(page, login)
    await expect(page.get_by_label("or paste the source")).to_be_visible()


async def test_draft_survives(page: Page, site: Site) -> None:
    """What was typed is there again after a reload, and after logging out and in, for its account and nobody else."""
    await site.contest()
    for login in ("ada", "bob"):
        await site.account(login)
    await _at_problem(page, site)
    source, language = page.get_by_label("or paste the source"), page.get_by_label("Language (")
    await language.select_option("python3")
    await source.fill(SOURCE)

    await page.reload()

    await expect(source).to_have_value(SOURCE)
    await expect(language).to_have_value("python3")
    await page.get_by_role("button", name="Log out").click()
    await _at_problem(page, site, "bob")
    await expect(source).to_have_value("")
    await page.get_by_role("button", name="Log out").click()
    await _at_problem(page, site)
    await expect(source).to_have_value(SOURCE)
    await page.get_by_role("button", name="Discard it").click()
    await page.reload()
    await expect(source).to_have_value("")


async def test_draft_survives_where_nothing_is_run(page: Page, site: Site, tmp_path: Path) -> None:
    """Also where the form has no room for an input, since all programs are compiled beside secret files."""
    seeded = await site.contest()
    async with site.pool.acquire() as connection:
        version_id = await problems.publish(connection, loaded(tmp_path, {"include/default/key": "42\n"}))
        problem_id = await problems.problem_of(connection, version_id)
        await contests.add_problem(connection, contest_id=seeded.contest_id, problem_id=problem_id)
    await site.account("ada")
    await _at_problem(page, site)
    await page.goto(PROBLEM.replace("/A", "/B"))
    source = page.get_by_label("or paste the source")
    await expect(page.get_by_role("button", name="Run", exact=True)).to_have_count(0)
    await source.fill(SOURCE)

    await page.reload()

    await expect(source).to_have_value(SOURCE)


async def test_draft_ends_with_its_submission(page: Page, site: Site) -> None:
    """Once its submission is seen, the form is empty again; what was typed after that is a draft of its own."""
    await site.contest()
    await site.account("ada")
    await _at_problem(page, site)
    source = page.get_by_label("or paste the source")
    await page.get_by_label("Language (").select_option("python3")
    await source.fill(SOURCE)
    await page.get_by_role("button", name="Submit").click()
    await page.wait_for_url(re.compile(r"/submissions/\d+$"))

    await page.goto(PROBLEM)
    await expect(source).to_have_value("")

    await source.fill("print('next')")
    await page.get_by_role("link", name="Being judged").or_(page.get_by_role("link", name="Queued")).click()
    await page.goto(PROBLEM)
    await expect(source).to_have_value("print('next')")


async def test_session_ends_while_typing(browser: Browser, site: Site) -> None:
    """Sent after the session's end, the source is in the form again after the next login, without scripts."""
    context = await browser.new_context(base_url=str(site.server.make_url("/")), java_script_enabled=False)
    page = await context.new_page()
    await site.contest()
    await site.account("ada")
    await _at_problem(page, site)
    await page.get_by_label("Language (").select_option("python3")
    await page.get_by_label("or paste the source").fill(SOURCE)
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE sessions SET expires_at = now() - interval '1 second'")

    await page.get_by_role("button", name="Submit").click()
    await page.get_by_role("link", name="Log in again").click()
    await _log_in(page, "ada")

    await expect(page.get_by_label("or paste the source")).to_have_value(SOURCE)
    await expect(page.get_by_label("Language (")).to_have_value("python3")
    await context.close()


async def test_files(page: Page, site: Site, tmp_path: Path) -> None:
    """Dropped files are shown with the language that they tell; text that waits in the form is not sent along."""
    await site.contest()
    await site.account("ada")
    await _at_problem(page, site)
    await page.get_by_label("or paste the source").fill("waits")
    dropped = await page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['print(1)'], 'main.py')); data.items.add(new File(['# x'], 'other.py'));"
        " return data; }"
    )
    for kind in ("dragover", "drop"):
        await page.dispatch_event(".submit", kind, {"dataTransfer": dropped})
    hint = page.locator("#files-hint")
    await expect(hint).to_have_text(re.compile(r"^main\.py, other\.py: Python 3"))

    await page.get_by_role("button", name="Take the files out again").click()
    await expect(hint).to_have_text("")
    await expect(page.get_by_label("or paste the source")).to_be_enabled()
    (tmp_path / "main.py").write_text("print(2)")
    (tmp_path / "other.py").write_text("# y")
    await page.get_by_label("Files").set_input_files([tmp_path / "main.py", tmp_path / "other.py"])
    await page.get_by_role("button", name="Submit").click()

    await page.wait_for_url(re.compile(r"/submissions/\d+$"))
    await expect(page.locator(".source pre").first).to_have_text("print(2)")
    await page.get_by_role("link", name="Change it and submit again").click()
    await expect(hint).to_have_text(re.compile(r"^main\.py, other\.py"))
    await page.get_by_role("button", name="Submit").click()
    await page.wait_for_url(re.compile(r"/submissions/\d+$"))
    await expect(page.locator(".source pre").nth(1)).to_have_text("# y")
