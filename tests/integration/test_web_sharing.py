"""Problems belong to somebody: who among the setters sees which, changes which, and says who else may."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import FormData

from judge.store import problem_access
from judge.store.accounts import Role
from judge.store.problem_access import Access
from judge.verdicts import Verdict
from tests.website import Page, Site, Visitor, a_run
from tests.zips import zipped

PROBLEM = "/packages/two-sums/versions"
SETTERS = "/packages/two-sums/setters"
CONTESTS = "/packages/two-sums/contests"
FUTURE = timedelta(hours=1)


async def upload(visitor: Visitor, *, contest: str = "", content: bytes | None = None) -> Page:
    form = FormData(quote_fields=False)
    form.add_field("csrf", (await visitor.get("/account")).text.split('name="csrf" value="')[1].split('"')[0])
    form.add_field("contest", contest)
    form.add_field("package", BytesIO(content or zipped()), filename="two-sums.zip")
    return await visitor.post_raw("/packages/upload", form, csrf=None)


async def _owned(site: Site) -> tuple[Visitor, Visitor, str]:
    """The setter who uploaded a problem, another setter, and the version's address."""
    owner = await site.logged_in("ann", Role.SETTER)
    other = await site.logged_in("bob", Role.SETTER)
    taken = await upload(owner)
    assert taken.status == 303, taken.words
    return owner, other, taken.headers["Location"]


async def _name(visitor: Visitor, login: str, access: str) -> Page:
    return await visitor.post(SETTERS, {"action": "name", "login": login, "access": access}, form_on=PROBLEM)


async def _statuses(visitor: Visitor, version: str) -> list[int]:
    """What the visitor is answered on every page of a problem that is there to be read."""
    paths = (PROBLEM, version, f"{version}.zip", f"/api/problems{version.removeprefix('/packages')}")
    return [(await visitor.open(path)).status for path in (*paths, "/api/problems/two-sums/versions")]


async def test_a_problem_is_its_uploaders(site: Site) -> None:
    """Whoever uploads a problem that is new owns it; other setters are told nothing of it, admins may everything."""
    owner, other, version = await _owned(site)
    admin = await site.logged_in("root", Role.ADMIN)

    assert await _statuses(owner, version) == [200] * 5
    assert await _statuses(other, version) == [404] * 5
    assert await _statuses(admin, version) == [200] * 5
    assert "two-sums" in (await owner.get("/packages")).words
    assert "two-sums" not in (await other.get("/packages")).words
    for path in (version, SETTERS, CONTESTS, f"/api/problems{version.removeprefix('/packages')}/live"):
        assert (await other.post(path, {"decision": "live"}, form_on="/account")).status == 404, path


async def test_another_ones_name(site: Site) -> None:
    """A package of a name that is taken is refused to those who may not change that problem, and nothing is kept."""
    _, other, _ = await _owned(site)

    answer = await upload(other, content=zipped({"data/secret/1.ans": "12\n"}))

    assert answer.status == 400
    assert "not yours to change" in answer.words
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM problem_versions") == 1


async def test_readers_and_writers(site: Site) -> None:
    """A reader sees and changes nothing, a writer uploads as well, and neither says who else may."""
    owner, other, version = await _owned(site)

    await _name(owner, "BOB", "read")
    read = await _statuses(other, version)
    as_reader = [
        (await other.post(version, {"decision": "confirm"})).status,
        (await upload(other)).status,
        (await _name(other, "bob", "own")).status,
    ]
    shown = await other.get(version)
    await _name(owner, "bob", "write")
    as_writer = [
        (await upload(other)).status,
        (await other.post(version, {"decision": "hold"})).status,
        (await _name(other, "bob", "own")).status,
    ]
    await owner.post(SETTERS, {"action": "drop", "user": await _id(site, "bob")}, form_on=PROBLEM)

    assert (read, as_reader) == ([200] * 5, [404, 400, 404])
    assert "decision" not in shown.text
    assert as_writer == [303, 303, 404]
    assert await _statuses(other, version) == [404] * 5
    async with site.pool.acquire() as connection:
        log = await connection.fetch("SELECT action, data ->> 'access' AS access FROM audit_log ORDER BY id")
    told = [(row["action"], row["access"]) for row in log if row["action"].endswith("setter")]
    assert told == [("name setter", "read"), ("name setter", "write"), ("drop setter", None)]


async def test_others_submissions(site: Site) -> None:
    """A setter judges submissions to problems they were given, also in a freeze, and is a visitor to all others'."""
    spring = await site.contest(
        problems=(("A", "sum", "Sum"), ("B", "product", "Product")), freezes_in=timedelta(minutes=-30)
    )
    ann, team = await site.logged_in("ann", Role.SETTER), await site.account("team")
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE problems SET setters_may = NULL")
        await connection.execute("UPDATE contests SET feedback = 'verdict'")
        ann_id = await connection.fetchval("SELECT id FROM users WHERE login = 'ann'")
        await problem_access.name_setter(connection, "sum", login="ann", access=Access.OWN, by=ann_id)
        product = await connection.fetchval("SELECT id FROM problems WHERE name = 'product'")
    given = await site.submission(spring, team)
    others = await site.submission(spring, team, problem_id=product)
    own = await site.submission(spring, ann_id, problem_id=product)
    for made in (given, others, own):
        await site.judge(made, Verdict.WA, [a_run("secret/01-hidden", Verdict.WA, message="expected 3")])

    listed = (await ann.get("/contests/spring/submissions")).text
    shown = {made: await ann.get(f"/submissions/{made}") for made in (given, others, own)}
    board = (await ann.get("/contests/spring/standings.json")).json

    assert [f"/submissions/{made}" in listed for made in (given, others, own)] == [True, False, True]
    assert [page.status for page in shown.values()] == [200, 404, 200]
    assert ["secret/01-hidden" in page.text for page in shown.values()] == [True, False, False]
    assert ["expected 3" in page.text for page in shown.values()] == [True, False, False]
    assert (await ann.get(f"/submissions/{given}/difference?with={others}")).status == 404
    assert (await ann.get(f"/contests/spring/problems/B?from={others}")).status == 404
    assert (await ann.get("/contests/spring/resolver.json")).status == 404
    assert (board["is_frozen"], board["rows"][0]["problems"]["A"]["pending"]) == (True, 1)


async def test_sharing_with_all(site: Site) -> None:
    """An owner may let every setter read or change a problem; contestants it never helps."""
    owner, other, version = await _owned(site)
    contestant = await site.logged_in("eve")
    await _name(owner, "eve", "write")
    allowed = []
    for access in ("read", "write", "nothing"):
        await owner.post(SETTERS, {"action": "share", "access": access}, form_on=PROBLEM)
        allowed.append([(await other.get(version)).status, (await other.post(version, {"decision": "hold"})).status])

    assert allowed == [[200, 404], [200, 303], [404, 404]]
    assert await _statuses(contestant, version) == [404] * 5


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "drop", "user": "own"},
        {"action": "name", "login": "ann", "access": "read"},
        {"action": "name", "login": "eve", "access": "read"},
        {"action": "name", "login": "nobody", "access": "read"},
        {"action": "name", "login": "bob", "access": "everything"},
        {"action": "drop", "user": "9" * 30},
        {"action": "share", "access": "own"},
        {"action": "nonsense"},
        {},
    ],
)
async def test_what_cannot_be_shared(site: Site, fields: dict[str, str]) -> None:
    """A problem stays owned, only setters are named, and a form that says nothing changes nothing."""
    owner, _, _ = await _owned(site)
    await site.account("eve")
    if fields.get("user") == "own":
        fields = {**fields, "user": await _id(site, "ann")}

    answer = await owner.post(SETTERS, fields, form_on=PROBLEM)

    assert answer.status == 409
    async with site.pool.acquire() as connection:
        shared = await problem_access.sharing(connection, "two-sums")
    assert shared.setters_may is None
    assert [(each.login, each.access) for each in shared.named] == [("ann", Access.OWN)]


async def test_a_setter_no_more(site: Site) -> None:
    """Somebody who owns a problem and is made a contestant, or disabled, sees nothing of it any more."""
    owner, _, version = await _owned(site)
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE users SET role = 'contestant' WHERE login = 'ann'")

    assert await _statuses(owner, version) == [404] * 5


async def test_earlier_problems_are_everybodys(site: Site) -> None:
    """What came over the command line, or was there before there were owners, is every setter's to change."""
    spring = await site.contest()
    setter = await site.logged_in("bob", Role.SETTER)

    shown = await setter.get("/packages/sum/versions")

    assert spring.version_id
    assert "Add to" not in shown.words
    assert "All other setters may read and change" in " ".join(shown.words.split())


async def test_problems_of_a_contest_to_come(site: Site) -> None:
    """Before a contest starts a setter sees those of its problems that they may see, and no others."""
    seeded = await site.contest("future", starts_in=FUTURE)
    other = await site.logged_in("bob", Role.SETTER)
    before = (await other.get("/contests/future/problems/A")).status
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE problems SET setters_may = NULL WHERE id = $1", seeded.problem_id)

    pages = [await other.get(f"/contests/future{path}") for path in ("", "/standings", "/clarifications")]
    hidden = [await other.get(f"/contests/future/problems/A{path}") for path in ("", "/samples/1.in")]
    pages.append(await other.get("/problems"))

    assert before == 200
    assert [answer.status for answer in pages] == [200] * 4
    assert not any("Sum of Numbers" in answer.text for answer in pages)
    assert [answer.status for answer in hidden] == [404, 404]


async def test_adding_to_contests(site: Site) -> None:
    """Who may change a problem puts it into contests that have not started; into one that runs, admins only."""
    await site.contest("future", title="Future", starts_in=FUTURE, problems=[("A", "sum", "Sum")])
    await site.contest("running", title="Running", problems=[("A", "sum-2", "Sum")])
    await site.contest("practice", title="Practice", lasts=None, problems=[("A", "sum-3", "Sum")])
    owner, other, _ = await _owned(site)
    admin = await site.logged_in("root", Role.ADMIN)
    await _name(owner, "bob", "read")

    offered = [(await visitor.get("/packages/upload")).text.count('value="running"') for visitor in (owner, admin)]
    refused = [
        await owner.post(CONTESTS, {"contest": "running"}, form_on=PROBLEM),
        await owner.post(CONTESTS, {"contest": "nowhere\0"}, form_on=PROBLEM),
        await owner.post(CONTESTS, {}, form_on=PROBLEM),
        await other.post(CONTESTS, {"contest": "future"}, form_on="/account"),
        await upload(owner, contest="running"),
    ]
    taken = [
        await owner.post(CONTESTS, {"contest": "future"}, form_on=PROBLEM),
        await owner.post(CONTESTS, {"contest": "practice"}, form_on=PROBLEM),
        await admin.post(CONTESTS, {"contest": "running"}, form_on=PROBLEM),
        await upload(owner, contest="running"),
    ]

    assert offered == [0, 1]
    assert [answer.status for answer in refused] == [409, 409, 409, 404, 400]
    assert [answer.status for answer in taken] == [303] * 4
    async with site.pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT c.name, label FROM contest_problems JOIN contests c ON c.id = contest_id"
            " JOIN problems p ON p.id = problem_id WHERE p.name = 'two-sums' ORDER BY c.name"
        )
    assert [tuple(row) for row in rows] == [("future", "B"), ("practice", "B"), ("running", "B")]


async def _id(site: Site, login: str) -> str:
    async with site.pool.acquire() as connection:
        return str(await connection.fetchval("SELECT id FROM users WHERE login = $1", login))
