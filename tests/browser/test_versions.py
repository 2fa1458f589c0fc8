"""A setter's page of a version, which follows its verification by itself."""

from __future__ import annotations

from playwright.async_api import Page, expect

from judge.store import verifications
from judge.store.accounts import Role
from judge.store.versions import State
from judge.verdicts import Verdict
from judge.verifying.marks import marks
from tests.website import PASSWORD, Site

TESTS = ("sample/1", "secret/01-small", "secret/02-overflow")
PATH = "submissions/accepted/sum.py"


async def test_a_verification_is_followed(page: Page, site: Site) -> None:
    """Verdicts come into the table as they are told, and the decision when all is over, without a reload."""
    seeded = await site.contest()
    user_id = await site.account("setter", Role.SETTER)
    async with site.pool.acquire() as connection:
        await verifications.ask(connection, version_id=seeded.version_id, by=user_id, contest_id=None, goes_live=False)
        host = await connection.fetchval(
            "INSERT INTO judgehosts (name, slots, isolation) VALUES ('here', 1, 'local') RETURNING id"
        )
        claim = await verifications.claim(connection, judgehost_id=host, lease_s=600)
        assert claim is not None
    await page.goto("/login")
    await page.get_by_label("Login").fill("setter")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.goto(f"/packages/sum/versions/{seeded.version_id}")
    await expect(page.get_by_role("heading", name="being verified")).to_be_visible()
    await page.evaluate("window.isSamePage = true")

    waiting = {"path": PATH, "ran": 2, "tests_total": 3}
    told = {"step": "judging", "percent": 66, "warnings": [], "tests": list(TESTS)}
    early = marks({TESTS[0]: Verdict.AC, TESTS[1]: Verdict.TLE}, TESTS)
    async with site.pool.acquire() as connection:
        await verifications.tell(connection, claim, {**told, "submissions": [{**waiting, "marks": early}]})
    await expect(page.get_by_role("cell", name="TLE", exact=True)).to_be_visible()
    await expect(page.get_by_role("status")).to_contain_text("66 %")
    async with site.pool.acquire() as connection:
        report = {"errors": ["data/secret/1.in: rejected"], "warnings": [], "submissions": [], "insights": {}}
        await verifications.finish(connection, claim, outcome=State.ERRORS, report=report)

    await expect(page.get_by_role("heading", name="has errors")).to_be_visible()
    await expect(page.get_by_text("data/secret/1.in: rejected")).to_be_visible()
    assert await page.evaluate("window.isSamePage") is True
