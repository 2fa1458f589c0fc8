"""What tests of the web site share: visitors with a browser's manners, a contest to visit, and verdicts to hand out."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from aiohttp import BaseConnector, ClientResponse, CookieJar, FormData
from aiohttp.test_utils import TestClient, TestServer

from judge.config import Settings
from judge.models import Blob, Limits, Run
from judge.store import accounts, staff
from judge.store.accounts import Role
from judge.store.pool import Connection, Heard, Pool
from judge.store.staff import ContestRole
from judge.verdicts import Verdict
from web.app import make_app
from web.identity.passwords import Passwords

PASSWORD = "correct horse battery"
LIMITS = Limits(time_ms=1000, wall_ms=3000)
STATEMENT = (
    "Read $n$ numbers and print their sum.\n\n## Input\n\nA line with $1 \\le n \\le 10^5$ and a line with them.\n"
)
_CSRF = re.compile(r'name="csrf" value="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer, read whole."""

    status: int
    text: str
    headers: Any
    url: str

    @property
    def words(self) -> str:
        """What a reader sees of it, about: tags dropped, references resolved."""
        return unescape(re.sub(r"<[^>]*>", " ", self.text))

    @property
    def json(self) -> Any:
        return json.loads(self.text)


Fields = Mapping[str, str] | FormData | None


class Visitor:
    """One browser: its own cookies, and forms sent with the token of the page they stand on."""

    def __init__(self, server: TestServer, connector: BaseConnector | None = None) -> None:
        self.client = TestClient(server, cookie_jar=CookieJar(unsafe=True), connector=connector)
        self.opened: list[ClientResponse] = []

    async def open(self, path: str, **headers: str) -> ClientResponse:
        """An answer that is not read yet, closed at the end of the test if not before."""
        answer = await self.client.get(path, headers=headers, allow_redirects=False)
        self.opened.append(answer)
        return answer

    async def close(self) -> None:
        for answer in self.opened:
            answer.close()
        await self.client.session.close()

    async def get(
        self, path: str, *, cookies: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> Page:
        return await _page(await self.client.get(path, cookies=cookies, params=params, allow_redirects=False))

    async def post(
        self,
        path: str,
        fields: Fields = None,
        *,
        form_on: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Send the form found on the page ``form_on``, by default of the same address, filled in with ``fields``."""
        return await self.post_raw(path, fields, csrf=await self.token(form_on or path), headers=headers)

    async def token(self, page: str) -> str:
        """What a form on that page proves itself with; empty where there is none."""
        found = _CSRF.search((await self.get(page)).text)
        return found.group(1) if found else ""

    async def post_raw(
        self, path: str, fields: Fields = None, *, csrf: str | None, headers: Mapping[str, str] | None = None
    ) -> Page:
        """Send a form with that token, or with none."""
        data = fields if isinstance(fields, FormData) else FormData(fields or {})
        if csrf is not None:
            data.add_field("csrf", csrf)
        return await _page(await self.client.post(path, data=data, headers=headers, allow_redirects=False))

    async def log_in(self, login: str, password: str = PASSWORD) -> Page:
        return await self.post("/login", {"login": login, "password": password})

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.client.session.cookie_jar}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """A contest in the database, with the ids that its tests need."""

    contest_id: int
    problem_id: int
    version_id: int


class Site:
    """A running site and its database."""

    def __init__(self, server: TestServer, pool: Pool) -> None:
        self.server = server
        self.pool = pool
        self.visitors: list[Visitor] = []
        self._hash = ""

    def visitor(self) -> Visitor:
        visitor = Visitor(self.server)
        self.visitors.append(visitor)
        return visitor

    async def account(self, login: str, role: Role = Role.CONTESTANT, *, name: str = "") -> int:
        """An account with the password that all accounts of these tests have."""
        self._hash = self._hash or await Passwords().hash(PASSWORD)
        async with self.pool.acquire() as connection:
            return await accounts.create(
                connection, login=login, name=name or login.title(), password_hash=self._hash, role=role
            )

    async def logged_in(self, login: str, role: Role = Role.CONTESTANT, *, name: str = "") -> Visitor:
        """A visitor who has just logged in to an account made for them."""
        await self.account(login, role, name=name)
        visitor = self.visitor()
        answer = await visitor.log_in(login)
        assert answer.status == 303, answer.words
        return visitor

    async def staff(self, seeded: Seeded, login: str, role: ContestRole = ContestRole.JURY) -> Visitor:
        """A visitor who has just logged in to an account, made for them, that helps with the contest."""
        visitor = await self.logged_in(login)
        async with self.pool.acquire() as connection:
            by = await connection.fetchval("SELECT max(id) FROM users")
            await staff.set_role(connection, contest_id=seeded.contest_id, login=login, role=role, by=by)
        return visitor

    async def contest(
        self,
        name: str = "spring",
        *,
        title: str = "Spring Contest",
        starts_in: timedelta = timedelta(hours=-1),
        lasts: timedelta | None = timedelta(hours=5),
        freezes_in: timedelta | None = None,
        problems: Sequence[tuple[str, str, str]] = (("A", "sum", "Sum of Numbers"),),
        statement: str = STATEMENT,
        limits: Limits = LIMITS,
    ) -> Seeded:
        """A contest with problems (label, name, title) that each have one sample and two secret tests."""
        now = datetime.now(UTC)
        starts_at = now + starts_in
        async with self.pool.acquire() as connection, connection.transaction():
            contest_id = await connection.fetchval(
                "INSERT INTO contests (name, title, starts_at, ends_at, freeze_at) VALUES ($1, $2, $3, $4, $5)"
                " RETURNING id",
                name,
                title,
                starts_at,
                starts_at + lasts if lasts else None,
                now + freezes_in if freezes_in is not None else None,
            )
            made = [
                await _problem(connection, contest_id, *problem, statement=statement, limits=limits)
                for problem in problems
            ]
        return Seeded(contest_id=contest_id, problem_id=made[0][0], version_id=made[0][1])

    async def submission(
        self,
        seeded: Seeded,
        user_id: int,
        *,
        source: bytes = b"print(1)\n",
        language: str = "python3",
        file_name: str = "main.py",
        submitted_at: datetime | None = None,
        problem_id: int | None = None,
        expected: list[str] | None = None,
    ) -> int:
        """A submission waiting to be judged."""
        async with self.pool.acquire() as connection, connection.transaction():
            submission_id: int = await connection.fetchval(
                """
                INSERT INTO submissions (contest_id, problem_id, user_id, language, submitted_at, expected)
                VALUES ($1, $2, $3, $4, coalesce($5, now()), $6) RETURNING id
                """,
                seeded.contest_id,
                problem_id or seeded.problem_id,
                user_id,
                language,
                submitted_at,
                expected,
            )
            blob = await _blob(connection, source)
            await connection.execute(
                "INSERT INTO submission_files VALUES ($1, 1, $2, $3)", submission_id, file_name, blob.sha256
            )
            await connection.execute(
                "INSERT INTO judgings (submission_id, problem_version_id) VALUES ($1, $2)",
                submission_id,
                seeded.version_id,
            )
            await event(connection, submission_id, "judging", {"state": "queued", "attempt": 0, "tests_total": 3})
        return submission_id

    async def judge(
        self,
        submission_id: int,
        verdict: Verdict,
        runs: Sequence[Run] = (),
        *,
        compile_output: str = "",
        score: float | None = None,
    ) -> None:
        """Give a submission its verdict, in the database and in the events, as the daemon would."""
        async with self.pool.acquire() as connection, connection.transaction():
            judging_id = await connection.fetchval(
                """
                UPDATE judgings SET state = 'done', attempt = 1, verdict = $2, compile_output = $3, lease_until = NULL,
                  finished_at = now(), slowest_cpu_us = $4, peak_memory_bytes = $5, score = $6
                WHERE submission_id = $1 AND is_current RETURNING id
                """,
                submission_id,
                verdict.value,
                compile_output,
                max((run.cpu_us for run in runs), default=0),
                max((run.memory_bytes for run in runs), default=0),
                score,
            )
            for ordinal, run in enumerate(runs, start=1):
                await connection.execute(
                    """
                    INSERT INTO runs (judging_id, ordinal, attempt, testcase, verdict, cpu_us, wall_us, memory_bytes,
                      reason, message, team_message, score)
                    VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                    """,
                    *(judging_id, ordinal, run.testcase, run.verdict.value, run.cpu_us, run.wall_us),
                    *(run.memory_bytes, run.reason, run.message, run.team_message, run.score),
                )
                await self.show_run(connection, submission_id, ordinal, run)
            await event(
                connection,
                submission_id,
                "verdict",
                {
                    "attempt": 1,
                    "verdict": verdict.value,
                    "score": score,
                    "slowest_cpu_us": 0,
                    "compile_output": compile_output,
                },
            )

    async def show_run(self, connection: Connection, submission_id: int, ordinal: int, run: Run) -> int:
        """The event of one judged test case."""
        data = {
            "attempt": 1,
            "ordinal": ordinal,
            "testcase": run.testcase,
            "verdict": run.verdict.value,
            "cpu_us": run.cpu_us,
            "memory_bytes": run.memory_bytes,
            "reason": run.reason,
            "message": run.message,
            "team_message": run.team_message,
            "score": run.score,
        }
        return await event(connection, submission_id, "run", data)


@asynccontextmanager
async def serving(settings: Settings, dsn: str, pool: Pool, *, heard: Heard | None = None) -> AsyncIterator[Site]:
    """The real application on a port of its own, with its visitors seen off at the end."""
    server = TestServer(make_app(settings, dsn, heard=heard))
    await server.start_server()
    site = Site(server, pool)
    try:
        yield site
    finally:
        for visitor in site.visitors:
            await visitor.close()
        await server.close()


def a_run(
    testcase: str = "secret/01",
    verdict: Verdict = Verdict.AC,
    *,
    cpu_us: int = 12_000,
    memory_bytes: int = 3_500_000,
    reason: str = "",
    message: str = "",
) -> Run:
    """A run that needs no further description."""
    return Run(
        testcase=testcase,
        verdict=verdict,
        cpu_us=cpu_us,
        wall_us=cpu_us + 1000,
        memory_bytes=memory_bytes,
        reason=reason,
        message=message,
    )


async def event(connection: Connection, submission_id: int, kind: str, data: dict[str, Any]) -> int:
    """Append an event and wake who listens; its id."""
    event_id: int = await connection.fetchval(
        "INSERT INTO events (kind, submission_id, data) VALUES ($1, $2, $3) RETURNING id", kind, submission_id, data
    )
    await connection.execute("SELECT pg_notify('judge_events', $1)", str(submission_id))
    return event_id


async def read_events(answer: ClientResponse) -> list[tuple[str, str, dict[str, Any]]]:
    """All events of a stream until it ends but places in the queue: id, kind and data of each."""
    events = []
    for block in (await answer.text()).split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "id" in lines:
            events.append((lines["id"], lines["event"], json.loads(lines["data"])))
    return events


async def _problem(
    connection: Connection, contest_id: int, label: str, name: str, title: str, *, statement: str, limits: Limits
) -> tuple[int, int]:
    problem_id = await connection.fetchval("INSERT INTO problems (name) VALUES ($1) RETURNING id", name)
    version_id = await connection.fetchval(
        """
        INSERT INTO problem_versions (problem_id, digest, title, limits, checker, live_at)
        VALUES ($1, $2, $3, $4, '{"name": "tokens"}', now()) RETURNING id
        """,
        *(problem_id, Blob.of(name.encode()).sha256, title, asdict(limits)),
    )
    blob = await _blob(connection, statement.encode())
    await connection.execute("INSERT INTO problem_statements VALUES ($1, 'en', 'md', $2)", version_id, blob.sha256)
    for ordinal, testcase in enumerate(("sample/1", "secret/01-small", "secret/02-overflow"), start=1):
        input_blob = await _blob(connection, b"2\n1 %d\n" % ordinal)
        answer_blob = await _blob(connection, b"%d\n" % (ordinal + 1))
        await connection.execute(
            "INSERT INTO testcases VALUES ($1, $2, $3, $4, $5, $6, $7)",
            *(version_id, ordinal, testcase, input_blob.sha256, answer_blob.sha256, input_blob.size, answer_blob.size),
        )
    await connection.execute("INSERT INTO contest_problems VALUES ($1, $2, $3)", contest_id, problem_id, label)
    return problem_id, version_id


async def _blob(connection: Connection, content: bytes) -> Blob:
    blob = Blob.of(content)
    await connection.execute(
        "INSERT INTO blobs (sha256, size, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        *(blob.sha256, blob.size, content),
    )
    return blob


async def _page(answer: ClientResponse) -> Page:
    async with answer:
        return Page(
            status=answer.status,
            text=await answer.text(errors="replace"),
            headers=answer.headers,
            url=str(answer.real_url),
        )
