"""The whole way with nothing set up by hand: a browser, the site, the queue, the daemon, and programs really run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from judge.store import contests, problems
from problems.package import load
from tests.browser.test_live import _register
from tests.processes import daemon
from tests.website import Site

pytestmark = pytest.mark.timeout(120)

SAMPLES = Path(__file__).parents[2] / "problems" / "samples"
SUM = SAMPLES / "hello-sum" / "submissions"
VERDICT_MS = 60_000


async def _hello_sum(site: Site) -> None:
    async with site.pool.acquire() as connection:
        contest_id = await contests.ensure_contest(connection, name="spring", title="Spring Contest")
        version_id = await problems.publish(connection, load(SAMPLES / "hello-sum"))
        problem_id = await problems.problem_of(connection, version_id)
        await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)


async def _submit_file(page: Page, path: Path) -> None:
    await page.goto("/contests/spring/problems/A")
    await page.get_by_label("Files").set_input_files(path)
    await page.get_by_role("button", name="Submit").click()
    await page.wait_for_url(re.compile(r"/submissions/\d+$"))
    await page.evaluate("window.isTheSamePage = true")


@pytest.mark.parametrize("level", ["container"])
async def test_a_contestant_sees_verdicts_of_real_runs(
    page: Page, site: Site, dsn: str, short_tmp: Path, level: str, image_names: dict[str, str]
) -> None:
    """Registered a moment ago, a contestant gets AC, WA and CE with the compiler's words, all without reloading."""
    assert image_names
    await _hello_sum(site)
    async with daemon(dsn, short_tmp / f"whole-{level}", level):
        await _register(page)
        await _submit_file(page, SUM / "accepted" / "sum.c")
        await expect(page.get_by_role("status")).to_contain_text("Accepted", timeout=VERDICT_MS)
        await expect(page.locator("#runs tr")).to_have_count(11)
        assert await page.evaluate("window.isTheSamePage")

        await _submit_file(page, SUM / "wrong_answer" / "no_losses.py")
        await expect(page.get_by_role("status")).to_contain_text("Wrong answer", timeout=VERDICT_MS)
        assert await page.evaluate("window.isTheSamePage")

        await _submit_file(page, SUM / "compiler_error" / "half.cpp")
        await expect(page.get_by_role("status")).to_contain_text("Compile error", timeout=VERDICT_MS)
        await expect(page.get_by_text("error:").first).to_be_visible()
        assert await page.evaluate("window.isTheSamePage")

    await page.goto("/contests/spring/standings")
    await expect(page.get_by_role("row", name=re.compile("Ada Lovelace"))).to_be_visible()
