"""Balloons in a browser: the list comes up to date by itself, and whoever uses the keyboard keeps their place."""

from __future__ import annotations

from playwright.async_api import Page, expect

from judge.store.accounts import Role
from judge.verdicts import Verdict
from tests.website import PASSWORD, Site


async def test_balloons_come_by_themselves(site: Site, page: Page) -> None:
    """A new balloon appears without a reload, the button that has the focus keeps it, and Enter brings its balloon."""
    seeded = await site.contest()
    await site.account("root", Role.ADMIN)
    await site.judge(await site.submission(seeded, await site.account("ada")), Verdict.AC)
    await page.goto("/login?next=/contests/spring/balloons")
    await page.fill("[name=login]", "root")
    await page.fill("[name=password]", PASSWORD)
    await page.click("main button.primary")
    of_ada = page.get_by_role("button", name="Balloon A of Ada was brought")
    await of_ada.focus()

    await site.judge(await site.submission(seeded, await site.account("bob")), Verdict.AC)
    of_bob = page.get_by_role("button", name="Balloon A of Bob was brought")
    await expect(of_bob).to_be_visible(timeout=15_000)
    await expect(of_ada).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Balloon A of Ada was not brought")).to_be_visible()
    await expect(of_bob).to_be_visible()
