"""One whole contest in browsers, nothing set up by hand but the accounts. Programs are run and packages verified.

Pictures of every page are left in ``test-artefacts/contest``, as wide as a screen and as narrow as a phone.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from judge.store.accounts import Role
from tests.processes import daemon
from tests.website import PASSWORD, Site
from tests.zips import zipped

PICTURES = Path(__file__).parents[2] / "test-artefacts" / "contest"
WIDTHS = (1280, 390)
JUDGED_MS = 60_000

IN_C = """\
#include <stdio.h>
int main(void) {
    int a, b;
    scanf("%d %d", &a, &b);
    printf("%d\\n", a + b);
}
"""
IN_CPP = """\
#include <iostream>
int main() {
    long long a, b;
    std::cin >> a >> b;
    std::cout << a + b << std::endl;
}
"""
IN_PYTHON = "print(sum(map(int, input().split())))\n"
WRONG = "print(3)\n"
#: A test case that the first version of the package has not: too large for C's int.
LARGE = {"data/secret/2-large.in": "2000000000 2000000000\n", "data/secret/2-large.ans": "4000000000\n"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Somebody's browser, logged in."""

    page: Page
    pictured: set[str] = field(default_factory=set)

    async def picture(self, name: str) -> None:
        """The page as it is, at each width; nothing may be wider than a phone."""
        self.pictured.add(name)
        for width in WIDTHS:
            await self.page.set_viewport_size({"width": width, "height": 900})
            await self.page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
            wide = await self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} pixels wide on {width}"
        await self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})

    async def open(self, address: str, picture: str = "") -> None:
        await self.page.goto(address)
        if picture:
            await self.picture(picture)

    async def press(self, name: str | re.Pattern[str]) -> None:
        await self.page.locator("main").get_by_role("button", name=name).click()

    async def submit(self, language: str, source: str) -> None:
        """Submit to the contest's problem, and be on the submission's page."""
        await self.page.goto("/contests/autumn/problems/A")
        await self.page.get_by_label("Language (").select_option(language)
        await self.page.get_by_label("or paste the source").fill(source)
        await self.press("Submit")
        await self.page.wait_for_url(re.compile(r"/submissions/\d+$"))

    async def verdict(self, words: str) -> None:
        await expect(self.page.locator("#verdict")).to_contain_text(words, timeout=JUDGED_MS)


@pytest_asyncio.fixture
async def desks(browser: Browser, site: Site) -> AsyncIterator[dict[str, Desk]]:
    """An admin, a setter and three teams, each at a browser of their own, in which no script may fail."""
    complaints: list[str] = []
    made: dict[str, Desk] = {}
    accounts = {"root": Role.ADMIN, "setter": Role.SETTER, **dict.fromkeys(("ada", "bob", "cyd"), Role.CONTESTANT)}
    async with AsyncExitStack() as stack:
        for login, role in accounts.items():
            await site.account(login, role)
            context = await browser.new_context(base_url=str(site.server.make_url("/")), timezone_id="Europe/Stockholm")
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto("/login")
            await page.get_by_label("Login").fill(login)
            await page.get_by_label("Password").fill(PASSWORD)
            await page.locator("main").get_by_role("button", name="Log in").click()
            await page.wait_for_url(re.compile(r"/$"))
            made[login] = Desk(page=page)
        yield made
    assert complaints == []


@pytest.mark.timeout(290)
async def test_a_whole_contest(
    desks: dict[str, Desk], site: Site, dsn: str, short_tmp: Path, image_names: dict[str, str]
) -> None:
    """From making the contest to unfreezing its scoreboard, with a package mended and a verdict changed on the way."""
    assert image_names
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with daemon(dsn, short_tmp / "whole-contest", "container"):
        await _make_contest(desks["root"])
        await _upload(desks["setter"], zipped(), picture="version")
        await _start(desks)
        await _three_teams(desks)
        await _clarification(desks)
        await _freeze(desks)
        await _rejudge(desks)
        await _unfreeze(desks)
    for name, desk in (("admin", desks["root"]), ("team", desks["ada"]), ("setter", desks["setter"])):
        await _rest(name, desk)


async def _make_contest(root: Desk) -> None:
    await root.open("/admin/contests", "admin-contests")
    now = datetime.now(UTC)
    await root.page.get_by_label("Name in addresses").fill("autumn")
    await root.page.get_by_label("Title").fill("Autumn Contest")
    await root.page.get_by_label("Starts (UTC)").fill(f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}")
    await root.page.get_by_label("Ends (UTC)").fill(f"{now + timedelta(hours=5):%Y-%m-%dT%H:%M}")
    await root.press("Make it")
    await expect(root.page.get_by_role("heading", name="Settings of Autumn Contest")).to_be_visible()


async def _upload(setter: Desk, package: bytes, *, picture: str = "", replaces: bool = False) -> None:
    """Upload the package, and wait until a judgehost has verified it and it is live."""
    page = setter.page
    await setter.open("/packages/upload", "upload" if picture else "")
    if replaces:
        await page.get_by_label("It may replace a problem").check()
    else:
        await page.get_by_label("Contest").select_option("autumn")
    await page.get_by_label("Package").set_input_files(
        {"name": "two-sums.zip", "mimeType": "application/zip", "buffer": package}
    )
    await setter.press("Upload")
    await expect(page.get_by_text("New submissions are judged by this version")).to_be_visible(timeout=JUDGED_MS)
    if picture:
        await setter.picture(picture)


async def _start(desks: dict[str, Desk]) -> None:
    await desks["ada"].open("/contests/autumn", "contest-to-come")
    await expect(desks["ada"].page.get_by_text("Two Sums")).to_have_count(0)
    await desks["root"].open("/admin/contests/autumn", "admin-contest")
    await desks["root"].press("Start now")
    await desks["ada"].open("/contests/autumn", "contest")
    await expect(desks["ada"].page.get_by_role("link", name="Two Sums")).to_be_visible()


async def _three_teams(desks: dict[str, Desk]) -> None:
    """In three languages, one of them wrong at first."""
    await desks["ada"].open("/contests/autumn/problems/A", "problem")
    await desks["ada"].submit("c", IN_C)
    await desks["bob"].submit("cpp20", IN_CPP)
    await desks["cyd"].submit("python3", WRONG)
    await desks["ada"].verdict("Accepted")
    await desks["bob"].verdict("Accepted")
    await desks["cyd"].verdict("Wrong answer")
    await desks["ada"].picture("submission")
    await desks["cyd"].picture("submission-wrong")
    await desks["ada"].open("/contests/autumn/submissions", "submissions")


async def _clarification(desks: dict[str, Desk]) -> None:
    bob, root = desks["bob"], desks["root"]
    await bob.open("/contests/autumn/clarifications")
    await bob.page.get_by_label("Question").fill("Are a and b positive?")
    await bob.press("Ask")
    await root.open("/contests/autumn/clarifications", "clarifications-jury")
    await root.page.locator("summary").filter(has_text="Answer").click()
    await root.page.get_by_label("Answer").fill("They are.")
    await root.press("To everybody")
    await desks["ada"].open("/contests/autumn/clarifications", "clarifications")
    await expect(desks["ada"].page.get_by_text("They are.")).to_be_visible()


async def _freeze(desks: dict[str, Desk]) -> None:
    """What is solved after the freeze is seen by its team and the jury, and by nobody else."""
    await desks["root"].open("/admin/contests/autumn")
    await desks["root"].press("Freeze the scoreboard")
    await desks["cyd"].submit("python3", IN_PYTHON)
    await desks["cyd"].verdict("Accepted")
    await desks["ada"].open("/contests/autumn/standings", "standings-frozen")
    await desks["root"].open("/contests/autumn/standings", "standings-jury")
    solved = [await _solved(desks[login], "Cyd") for login in ("ada", "root")]
    assert solved == ["0", "1"]


async def _rejudge(desks: dict[str, Desk]) -> None:
    """A test case is added; what it changes is looked at, and applied."""
    root = desks["root"]
    await _upload(desks["setter"], zipped(LARGE), replaces=True)
    await root.open("/admin/rejudgings/new?problem=two-sums&stale=1", "rejudge")
    await root.page.get_by_label("Why").fill("a test case was missing")
    await root.press(re.compile("Judge .* again"))
    apply = root.page.locator("main").get_by_role("button", name="Apply all of it", exact=True)
    await expect(apply).to_be_visible(timeout=JUDGED_MS)
    changed = root.page.get_by_role("row", name=re.compile("Ada.*Accepted.*Wrong answer", re.DOTALL))
    await expect(changed.first).to_be_visible()
    await root.picture("rejudging")
    assert await _solved_now(desks["bob"], "Ada") == "1"
    await apply.click()
    await expect(root.page.get_by_role("button", name="Undo")).to_be_visible()
    assert await _solved_now(desks["bob"], "Ada") == "0"


async def _unfreeze(desks: dict[str, Desk]) -> None:
    root = desks["root"]
    await root.open("/admin/contests/autumn")
    await root.press("End the contest")
    await root.open("/contests/autumn/resolver")
    await expect(root.page.get_by_text("1 left to reveal")).to_be_visible()
    await root.picture("resolver")
    # The first step points at a try that was kept back, the second reveals it.
    for _ in range(2):
        await root.press("Next")
    await expect(root.page.get_by_text("0 left to reveal")).to_be_visible()
    cyd = root.page.locator("main tbody tr").filter(has_text="Cyd")
    await expect(cyd.locator("td").last).to_contain_text("+1")
    await root.open("/admin/contests/autumn")
    await root.press("Unfreeze the scoreboard")
    await desks["ada"].open("/contests/autumn/standings", "standings")
    solved = [await _solved(desks["ada"], name) for name in ("Ada", "Bob", "Cyd")]
    assert solved == ["0", "1", "1"]


async def _solved_now(desk: Desk, name: str) -> str:
    await desk.open("/contests/autumn/standings")
    return await _solved(desk, name)


async def _solved(desk: Desk, name: str) -> str:
    """How many problems the scoreboard says that the team has solved."""
    row = desk.page.locator("main table tbody:not(.pinned) tr").filter(has=desk.page.get_by_text(name, exact=True))
    return (await row.locator("td.number b").inner_text()).strip()


async def _rest(name: str, desk: Desk) -> None:
    """Pictures of what the contest did not lead past."""
    places = {
        "admin": ("", "users", "users/import", "security", "audit", "queue", "judgehosts", "rejudgings"),
        "team": ("account", "problems", "languages"),
        "setter": ("packages", "packages/two-sums/versions"),
    }
    for place in places[name]:
        address = f"/admin/{place}".rstrip("/") if name == "admin" else f"/{place}"
        await desk.open(address, f"{name}-{place.replace('/', '-') or 'start'}")
