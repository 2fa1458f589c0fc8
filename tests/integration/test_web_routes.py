"""Every route against every role: a route that nobody has thought of here fails the first test."""

from __future__ import annotations

import pytest
from aiohttp import FormData

from judge.config import Settings
from judge.queueing import rejudging
from judge.recipes.languages import pasted
from judge.store import accounts, problem_access, tryouts
from judge.store.accounts import Role
from judge.store.problem_access import Access
from judge.store.rejudgings import Plan
from judge.store.selections import Selection
from judge.verdicts import Verdict
from tests.website import Seeded, Site, Visitor, a_run
from web.app import make_app

#: The owner has submitted; the outsider is a setter of another problem, the setter of this one.
ROLES = ("stranger", "contestant", "owner", "outsider", "setter", "jury", "admin")
#: Who may.
ANYBODY = frozenset(ROLES)
USERS = ANYBODY - {"stranger"}
OWNERS = frozenset({"owner", "setter", "jury", "admin"})
SETTERS = frozenset({"outsider", "setter", "admin"})
JUDGES = frozenset({"setter", "admin"})
JURY = frozenset({"jury", "admin"})
ADMINS = frozenset({"admin"})

ACCESS = {
    "GET /": ANYBODY,
    "GET /contests": ANYBODY,
    "GET /contests/{contest}": ANYBODY,
    "GET /contests/{contest}/standings": ANYBODY,
    "GET /contests/{contest}/standings.{file}": ANYBODY,
    "GET /contests/{contest}/standings/events": ANYBODY,
    # Its jury's once it has ended, which this one has not.
    "GET /contests/{contest}/resolver": ADMINS,
    "GET /contests/{contest}/resolver.json": ADMINS,
    "GET /contests/{contest}/submissions": USERS,
    "GET /contests/{contest}/clarifications": USERS,
    "POST /contests/{contest}/clarifications": USERS,
    "POST /contests/{contest}/clarifications/{clarification}": JURY,
    "GET /problems": ANYBODY,
    "GET /languages": ANYBODY,
    "GET /locale/{locale}": ANYBODY,
    "GET /contests/{contest}/problems/{label}": ANYBODY,
    "POST /contests/{contest}/problems/{label}": USERS,
    "POST /contests/{contest}/problems/{label}/tryouts": USERS,
    "GET /tryouts/{tryout}": OWNERS,
    "GET /contests/{contest}/problems/{label}/statements/{language}.{format}": ANYBODY,
    "GET /contests/{contest}/problems/{label}/samples/{ordinal}.{kind}": ANYBODY,
    "GET /contests/{contest}/problems/{label}/samples.zip": ANYBODY,
    "GET /contests/{contest}/problems/{label}/pictures/{language}.{format}/{name}": ANYBODY,
    "GET /contests/{contest}/problems/{label}/attachments/{name}": ANYBODY,
    "GET /packages": SETTERS,
    "GET /packages/upload": SETTERS,
    "POST /packages/upload": SETTERS,
    "GET /packages/{problem}/versions": JUDGES,
    "POST /packages/{problem}/setters": ADMINS,
    "POST /packages/{problem}/contests": JUDGES,
    "GET /packages/{problem}/versions/{version}": JUDGES,
    "POST /packages/{problem}/versions/{version}": JUDGES,
    "GET /packages/{problem}/versions/{version}/events": JUDGES,
    "GET /packages/{problem}/versions/{version}/submission": JUDGES,
    "GET /packages/{problem}/versions/{version}/changes": JUDGES,
    "GET /packages/{problem}/versions/{version}/statement": JUDGES,
    "GET /packages/{problem}/versions/{version}/statement/statements/{language}.{format}": JUDGES,
    "GET /packages/{problem}/versions/{version}/statement/samples/{ordinal}.{kind}": JUDGES,
    "GET /packages/{problem}/versions/{version}/statement/samples.zip": JUDGES,
    "GET /packages/{problem}/versions/{version}/statement/pictures/{language}.{format}/{name}": JUDGES,
    "GET /packages/{problem}/versions/{version}/statement/attachments/{name}": JUDGES,
    "POST /packages/{problem}/versions/{version}/time-limit": JUDGES,
    "GET /packages/{problem}/versions/{version}/tests": JUDGES,
    "POST /packages/{problem}/versions/{version}/tests": JUDGES,
    "GET /packages/{problem}/versions/{version}/tests/{ordinal}": JUDGES,
    "POST /packages/{problem}/versions/{version}/tests/{ordinal}": JUDGES,
    "GET /packages/{problem}/versions/{version}/tests/{ordinal}.{kind}": JUDGES,
    "GET /packages/{problem}/versions/{version}.zip": JUDGES,
    "GET /api/openapi.json": ANYBODY,
    "POST /api/problems": SETTERS,
    "GET /api/problems/{problem}/versions": JUDGES,
    "GET /api/problems/{problem}/versions/{version}": JUDGES,
    "POST /api/problems/{problem}/versions/{version}/live": JUDGES,
    "GET /submissions/{submission}": OWNERS,
    "GET /submissions/{submission}/events": OWNERS,
    "POST /submissions/{submission}/verdict": ADMINS,
    "GET /submissions/{submission}/files/{number}": OWNERS,
    "GET /submissions/{submission}/listing": OWNERS,
    "GET /submissions/{submission}/difference": OWNERS,
    "GET /api/submissions/{submission}": OWNERS,
    "GET /api/submissions/{submission}/events": OWNERS,
    "POST /api/submissions/{submission}/verdict": ADMINS,
    "GET /api/contests/{contest}/submissions": USERS,
    "GET /api/contests/{contest}/standings": ANYBODY,
    "GET /api/contests/{contest}/clarifications": USERS,
    "GET /admin": ADMINS,
    "GET /admin/contests": ADMINS,
    "POST /admin/contests": ADMINS,
    "GET /admin/contests/{contest}": ADMINS,
    "POST /admin/contests/{contest}": ADMINS,
    "GET /admin/contests/{contest}/staff": ADMINS,
    "POST /admin/contests/{contest}/staff": ADMINS,
    "GET /contests/{contest}/balloons": JURY,
    "POST /contests/{contest}/balloons": JURY,
    "GET /admin/rejudgings": ADMINS,
    "POST /admin/rejudgings": ADMINS,
    "GET /admin/rejudgings/new": ADMINS,
    "GET /admin/rejudgings/{rejudging}": ADMINS,
    "POST /admin/rejudgings/{rejudging}": ADMINS,
    "GET /admin/rejudgings/{rejudging}/submissions/{submission}": ADMINS,
    "GET /api/rejudgings": ADMINS,
    "POST /api/rejudgings": ADMINS,
    "GET /api/rejudgings/{rejudging}": ADMINS,
    "POST /api/rejudgings/{rejudging}/{decision}": ADMINS,
    "GET /register": ANYBODY,
    "POST /register": ANYBODY,
    "GET /login": ANYBODY,
    "POST /login": ANYBODY,
    # For strangers whose password was right a moment ago; others are led away, or find nothing.
    "GET /login/code": USERS,
    "POST /login/code": USERS,
    "GET /login/sign-on": USERS,
    "POST /account/locale": USERS,
    "POST /account/sign-on": USERS,
    "GET /login/sign-on/callback": ANYBODY,
    "POST /logout": ANYBODY,
    "GET /account": USERS,
    "POST /account": USERS,
    "GET /account/two-step": USERS,
    "POST /account/two-step": USERS,
    "GET /account/sessions": USERS,
    "POST /account/sessions": USERS,
    "GET /account/tokens": USERS,
    "POST /account/tokens": USERS,
    "GET /admin/audit": ADMINS,
    "GET /admin/settings": ADMINS,
    "GET /admin/users": ADMINS,
    "GET /admin/users/addresses": ADMINS,
    "POST /admin/users/addresses": ADMINS,
    "GET /admin/users/slowed": ADMINS,
    "POST /admin/users/slowed": ADMINS,
    "GET /admin/users/import": ADMINS,
    "POST /admin/users/import": ADMINS,
    "POST /admin/users": ADMINS,
    "GET /admin/users/{account}": ADMINS,
    "POST /admin/users/{account}": ADMINS,
    "POST /admin/users/{account}/impersonate": ADMINS,
    "POST /impersonation/end": USERS,
    "GET /admin/security": ADMINS,
    "POST /admin/security": ADMINS,
    "GET /admin/queue": ADMINS,
    "POST /admin/queue": ADMINS,
    "GET /api/queue": ADMINS,
    "POST /api/queue": ADMINS,
    "GET /admin/judgehosts": ADMINS,
    "POST /admin/judgehosts/{judgehost}": ADMINS,
    # All of these ask from this machine.
    "GET /metrics": ANYBODY,
    "GET /healthz": ANYBODY,
    "GET /static": ANYBODY,
}

#: What may be asked for and is not there, whoever asks.
MISSING = {
    # Nobody here looks at the site as somebody else.
    "POST /impersonation/end",
    # Nobody was sent to a provider.
    "GET /login/sign-on/callback",
    "GET /submissions/{submission}/difference",
    "GET /contests/{contest}/problems/{label}/pictures/{language}.{format}/{name}",
    "GET /contests/{contest}/problems/{label}/attachments/{name}",
    "GET /packages/{problem}/versions/{version}.zip",
    "GET /packages/{problem}/versions/{version}/submission",
    "GET /packages/{problem}/versions/{version}/changes",
    "GET /packages/{problem}/versions/{version}/statement/pictures/{language}.{format}/{name}",
    "GET /packages/{problem}/versions/{version}/statement/attachments/{name}",
    "GET /locale/{locale}",
}
#: How a request is refused: led to log in, asked to, or told that there is no such thing.
REFUSALS = {303, 401, 403, 404}


def test_every_route_is_here() -> None:
    """Whoever adds a route says here who may use it."""
    routes = make_app(Settings(), "postgresql://nowhere").router.routes()
    known = {f"{route.method} {route.resource.canonical}" for route in routes if route.resource}
    assert {name for name in known if not name.startswith("HEAD ")} == ACCESS.keys()


async def _visitors(site: Site, spring: Seeded) -> dict[str, Visitor]:
    """One of each role, of whom the problem's setter alone was given something of it."""
    made = {"stranger": site.visitor(), "owner": site.visitor()}
    await made["owner"].log_in("owner")
    made["contestant"], made["jury"] = await site.logged_in("contestant"), await site.staff(spring, "jury")
    for role in ("outsider", "setter"):
        made[role] = await site.logged_in(role, Role.SETTER)
    made["admin"] = await site.logged_in("root", Role.ADMIN)
    async with site.pool.acquire() as connection:
        root = await accounts.by_login(connection, "root")
        assert root is not None
        await problem_access.name_setter(connection, "sum", login="setter", access=Access.WRITE, by=root.id)
        await connection.execute("UPDATE problems SET setters_may = NULL")
    return {role: made[role] for role in ROLES}


@pytest.mark.timeout(240)
async def test_every_route_for_every_role(site: Site) -> None:
    """Whoever may not is refused as if there were nothing; whoever may is not, though a form be empty."""
    spring = await site.contest()
    owner_id = await site.account("owner")
    own = await site.submission(spring, owner_id)
    await site.judge(own, Verdict.AC, [a_run()])
    async with site.pool.acquire() as connection:
        rejudging_id = await rejudging.create(connection, Plan(reason="a test", selection=Selection()), by=None)
        tryout_id = await tryouts.ask(
            connection,
            contest_id=spring.contest_id,
            problem_version_id=spring.version_id,
            user_id=owner_id,
            source=pasted("python3", b"print(1)"),
            given=b"",
        )
    ids = {
        "contest": "spring",
        "label": "A",
        "submission": own,
        "tryout": tryout_id,
        "problem": "sum",
        "version": spring.version_id,
        "rejudging": rejudging_id,
        "account": owner_id,
        "judgehost": 1,
        "clarification": 1,
        "decision": "apply",
        "language": "en",
        "format": "md",
        "file": "json",
        "ordinal": 1,
        "number": 1,
        "kind": "in",
        "name": "none.png",
        "locale": "xx",
    }
    visitors = await _visitors(site, spring)

    wrong: list[tuple[str, str, object]] = []
    # What logs in or out comes last.
    for name, allowed in sorted(ACCESS.items(), key=lambda item: ("log" in item[0], item[0])):
        method, pattern = name.split(" ")
        path = pattern.format(**ids) if pattern != "/static" else "/static/style.css"
        for role, visitor in visitors.items():
            if path.endswith("/events"):
                # Some never end: the head of the answer says enough.
                is_refused = (await visitor.open(path)).status in REFUSALS
                if is_refused == (role in allowed):
                    wrong.append((name, role, "events"))
                continue
            if method == "GET":
                answer = await visitor.get(path)
            else:
                fields = FormData({"nothing": "x"}, default_to_multipart=True)
                answer = await visitor.post(path, fields, form_on="/login" if role == "stranger" else "/account")
            is_refused = answer.status in REFUSALS and not (answer.status == 303 and role != "stranger")
            if name == "POST /logout":
                continue
            if is_refused != (role not in allowed or name in MISSING):
                wrong.append((name, role, answer.status))

    assert not wrong, "\n".join(map(str, wrong))
