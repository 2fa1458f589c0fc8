"""A site with something on every page, and walks over all of its addresses."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

from aiohttp import FormData

from judge.incidents import Incident, IncidentKind
from judge.queueing import queue, rejudging
from judge.recipes.languages import pasted
from judge.store import (
    blobs,
    clarifications,
    identities,
    judgehosts,
    networks,
    security,
    tokens,
    tryouts,
    verifications,
)
from judge.store.accounts import Role
from judge.store.identities import Identity
from judge.store.pauses import Scope
from judge.store.pool import Connection
from judge.store.rejudgings import Plan
from judge.store.security import Seen
from judge.store.selections import Selection
from judge.store.versions import State
from judge.verdicts import Verdict
from tests.website import Page, Seeded, Site, Visitor, a_run
from tests.zips import zipped
from web import rates
from web.app import paths
from web.identity import slowed

#: What is written somewhere, by a name of the place.
Words = Callable[[str], str]
#: For parameters that a route has and this does not know.
_ANYTHING = ("1", "2", "en", "A")
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnished:
    """What there is."""

    site: Site
    #: Whose account is a contestant's; its submission is ``own``.
    own: int
    #: Another team's: judged, judged after the freeze, not compiled, waiting.
    others: Mapping[str, int]
    admin_id: int
    #: What addresses may be made of, by the name of the parameter.
    values: Mapping[str, Sequence[str]]

    def addresses(self, method: str = "GET") -> list[str]:
        """Every address of the site, with every value that a parameter has."""
        patterns = paths(self.site.server.app, method) - {"/static"}
        return sorted(itertools.chain.from_iterable(map(self._filled, patterns)))

    def _filled(self, pattern: str) -> list[str]:
        names = _PARAMETER.findall(pattern)
        choices = (self.values.get(name, _ANYTHING) for name in names)
        return [pattern.format(**dict(zip(names, chosen, strict=True))) for chosen in itertools.product(*choices)]


async def furnish(site: Site, words: Words) -> Furnished:
    """Two contests, one of them frozen and one to come, with all that people, programs and machines leave behind."""
    spring = await site.contest(
        problems=(("A", "sum", words("problem's title")), ("B", "product", "Product")),
        title=words("contest's title"),
        freezes_in=timedelta(minutes=-30),
        statement=words("statement"),
    )
    autumn = await site.contest(
        "autumn",
        title="Autumn Contest",
        starts_in=timedelta(hours=3),
        problems=(("A", "plans", words("coming problem's title")),),
        statement=words("coming statement"),
    )
    ada, bob = await site.account("ada"), await site.account("bob", name=words("another's name"))
    admin = await site.account("root", Role.ADMIN)
    version_id = await _upload(site, words)
    await _hide_tests(site, spring, words)
    own, others = await _submissions(site, spring, ada, bob, words)
    async with site.pool.acquire() as connection:
        judgehost_id = await _machinery(connection, others["judged"], admin, words)
        question_id = await _talk(connection, spring, ada, bob, admin, words)
        tried = [await _tryout(connection, spring, user_id, judgehost_id, words) for user_id in (ada, bob)]
        await _ways_in(connection, ada, bob, admin, words)
        plan = Plan(reason=words("rejudging's reason"), selection=Selection())
        rejudging_id = await rejudging.create(connection, plan, by=admin)
    values = {
        "contest": ("spring", "autumn"),
        "label": ("A", "B"),
        "tryout": tuple(map(str, tried)),
        "submission": tuple(map(str, (own, *others.values()))),
        "problem": ("sum", "plans", "two-sums"),
        "version": tuple(map(str, (spring.version_id, autumn.version_id, version_id))),
        "rejudging": (str(rejudging_id),),
        "account": tuple(map(str, (ada, bob, admin))),
        "judgehost": (str(judgehost_id),),
        "clarification": (str(question_id),),
        "decision": ("undo",),
        "language": ("en",),
        "format": ("md", "html", "pdf"),
        "ordinal": ("1", "2", "3"),
        "kind": ("in", "ans", "interaction"),
        "name": ("none.png",),
    }
    return Furnished(site=site, own=own, others=others, admin_id=admin, values=values)


async def _ways_in(connection: Connection, ada: int, bob: int, admin: int, words: Words) -> None:
    """What both may log in with beside a password; only the other's has words."""
    for user_id, of in ((ada, str), (bob, words)):
        name = of("token's name")[:100]
        day = timedelta(days=1)
        await tokens.create(
            connection, account_id=user_id, name=name, scope=tokens.Scope.READ, lifetime=day, by=user_id
        )
        # Words may be the same for both, subjects may not.
        subject = f"{of('subject at a provider')[:200]} {user_id}"
        identity = Identity(issuer="https://op.example", subject=subject, name="Somebody")
        await identities.link(connection, account_id=user_id, identity=identity, by=user_id)
    await networks.add(connection, [("bob", ip_network("10.9.9.0/24"))], by=admin)
    await guess(connection, "bob")


async def guess(connection: Connection, login: str) -> None:
    """Try to log in from some address, as often as is allowed."""
    for _ in range(rates.LOGIN.tries):
        await rates.count(connection, rates.LOGIN, slowed.key("192.0.2.7", login))


async def _tryout(connection: Connection, seeded: Seeded, user_id: int, host: int, words: Words) -> int:
    """A run on an own input; only that of whoever is not walking has words."""
    is_anothers = await connection.fetchval("SELECT login = 'bob' FROM users WHERE id = $1", user_id)
    of = words if is_anothers else str
    tryout_id = await tryouts.ask(
        connection,
        contest_id=seeded.contest_id,
        problem_version_id=seeded.version_id,
        user_id=user_id,
        source=pasted("python3", b"print(1)"),
        given=of("input of a tryout").encode(),
    )
    await connection.execute("UPDATE tryouts SET state = 'running' WHERE id = $1", tryout_id)
    claim = tryouts.Claim(
        id=tryout_id,
        attempt=0,
        problem_version_id=seeded.version_id,
        isolation=None,
        source=pasted("python3", b"print(1)"),
        input=b"",
    )
    ended = tryouts.Tried(
        compile_output=of("compiler's output of a tryout"),
        output=of("output of a tryout").encode(),
        errors=of("errors of a tryout").encode(),
        cpu_us=1000,
        memory_bytes=1000,
    )
    await tryouts.finish(connection, claim, ended, judgehost_id=host)
    return tryout_id


async def walk(visitor: Visitor, addresses: Sequence[str]) -> AsyncIterator[tuple[str, Page]]:
    """Each address as the visitor is answered; a stream until it ends, or has nothing more to tell."""
    for address in addresses:
        answer = await visitor.open(address)
        if answer.content_type == "text/event-stream":
            text = await _told(answer.content)
            answer.close()
        else:
            text = (await answer.read()).decode(errors="replace")
        yield address, Page(status=answer.status, text=text, headers=answer.headers, url=str(answer.url))


async def _told(content: Any) -> str:
    messages = []
    while (message := (await content.readline()).decode()) and message != ": nothing new\n":
        messages.append(message)
    return "".join(messages)


async def _upload(site: Site, words: Words) -> int:
    """A package as its setter uploads it and a judgehost verifies it; its version."""
    setter = await site.logged_in("setter", Role.SETTER)
    changes = {
        "submissions/accepted/sum.py": f"# {words('jury submission')}\nprint(sum(map(int, input().split())))\n",
        "data/secret/1.desc": words("test's description"),
    }
    answer = await setter.get("/packages/upload")
    token = re.search(r'name="csrf" value="([^"]*)"', answer.text)
    assert token is not None
    form = FormData({"csrf": token.group(1), "contest": "autumn"})
    form.add_field("package", zipped(changes), filename="two-sums.zip")
    async with setter.client.post("/packages/upload", data=form, allow_redirects=False) as sent:
        assert sent.status == 303, await sent.text()
    async with site.pool.acquire() as connection:
        host = await judgehosts.register(connection, name="verifier", slots=1, isolation="container")
        claim = await verifications.claim(connection, judgehost_id=host, lease_s=30)
        assert claim is not None
        found = {
            "path": f"submissions/accepted/{words('jury file')}.py",
            "language": "python3",
            "expected": ["AC"],
            "verdict": "WA",
            "score": None,
            "slowest_cpu_ms": 12.5,
            "ok": False,
            "problems": [words("jury problem")],
        }
        report = {
            "errors": [],
            "warnings": [words("verification's warning")],
            "submissions": [found],
            "insights": {"unfailed_tests": [words("unfailed test")], "uncaught_submissions": [], "mixups": []},
            "runs": {"made": 2, "from_cache": 1},
        }
        await verifications.finish(connection, claim, outcome=State.UNEXPECTED, report=report)
        version_id: int = await connection.fetchval("SELECT max(problem_version_id) FROM verifications")
    return version_id


async def _hide_tests(site: Site, seeded: Seeded, words: Words) -> None:
    """Give the contest's secret test cases data and names of their own."""
    async with site.pool.acquire() as connection:
        for ordinal in (2, 3):
            for column, place in (("input", "hidden input"), ("answer", "hidden answer")):
                blob = await blobs.put(connection, f"{ordinal} {words(place)}\n".encode())
                await connection.execute(
                    f"UPDATE testcases SET {column}_sha256 = $3, {column}_size = $4"
                    " WHERE problem_version_id = $1 AND ordinal = $2",
                    *(seeded.version_id, ordinal, blob.sha256, blob.size),
                )
            await connection.execute(
                "UPDATE testcases SET name = $3 WHERE problem_version_id = $1 AND ordinal = $2",
                *(seeded.version_id, ordinal, f"secret/{ordinal}-{words('hidden test')}"),
            )


async def _submissions(site: Site, spring: Seeded, ada: int, bob: int, words: Words) -> tuple[int, dict[str, int]]:
    source = f"print(1)  # {words('another source')}\n".encode()
    run = a_run(f"secret/2-{words('hidden test')}", Verdict.WA, message=words("checker's message"))
    run = replace(run, reason=words("reason of a run"))
    now = datetime.now(UTC)
    own = await site.submission(spring, ada, submitted_at=now - timedelta(minutes=50))
    await site.judge(own, Verdict.WA, [a_run("sample/1"), replace(run, reason="")])
    others = {
        name: await site.submission(
            spring, bob, source=source + name.encode(), submitted_at=now - timedelta(minutes=minutes)
        )
        for name, minutes in (("judged", 40), ("frozen", 20), ("broken", 45), ("waiting", 10))
    }
    told = replace(run, team_message=words("words for the team"))
    await site.judge(others["judged"], Verdict.WA, [told])
    await site.judge(others["frozen"], Verdict.AC, [a_run("sample/1")])
    await site.judge(others["broken"], Verdict.CE, compile_output=words("compiler's output"))
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE judgings SET message = $1 WHERE state = 'done'", words("judging's message"))
    return own, others


async def _machinery(connection: Connection, submission_id: int, admin: int, words: Words) -> int:
    """A judgehost that has seen things, a pause, a verdict set by hand; the judgehost's id."""
    host = await judgehosts.register(connection, name="alpha", slots=2, isolation="container")
    seen = Seen(incident=Incident(IncidentKind.STRAY_PROCESS, words("incident")), cell="judge-1")
    await security.record_of_host(connection, judgehost_id=host, seen=[seen])
    await judgehosts.disable(connection, judgehost_id=host, reason=words("disabled because"), by=admin)
    await queue.pause(connection, Scope(language="c"), reason=words("paused because"), by=admin)
    await rejudging.override(
        connection, submission_id, Verdict.RTE, reason=words("set by hand because"), score=None, by=admin
    )
    return host


async def _talk(connection: Connection, spring: Seeded, ada: int, bob: int, admin: int, words: Words) -> int:
    """Questions, answers and announcements; the id of another's question."""
    about: dict[str, Any] = {"contest_id": spring.contest_id, "problem_id": None}
    await clarifications.ask(connection, **about, user_id=ada, text="my own question")
    question_id = await clarifications.ask(connection, **about, user_id=bob, text=words("another's question"))
    await clarifications.answer(
        connection,
        contest_id=spring.contest_id,
        question_id=question_id,
        text=words("answer to another"),
        is_public=False,
        by=admin,
    )
    await clarifications.announce(connection, **about, text=words("announcement"), by=admin)
    return question_id
