"""The site as the world sees it: ``judge web`` behind nginx and behind Caddy, with the files shipped for them."""

from __future__ import annotations

import asyncio
import re
import shlex
import ssl
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryFile

import pytest
import pytest_asyncio
from aiohttp import ClientSession, FormData

from judge.config import Settings
from judge.models import KIB, MIB
from judge.store.accounts import Role
from judge.store.pool import Pool, open_pool
from judge.verdicts import Verdict
from tests.proxies import PROXIES, SITE, Entrance, Proxy
from tests.servers import Server, accepts, running
from tests.website import PASSWORD, Page, Site, Visitor, a_run, read_events
from web.events.hub import MOST_OF_ONE

pytestmark = pytest.mark.asyncio

ROOT = Path(__file__).parents[2]
#: A stream that is held back stands still until it ends, which takes minutes.
AT_ONCE_S = 5.0
PACKED = {"Accept-Encoding": "gzip"}
#: What the site says with every answer, and must not be said twice or otherwise.
HEADERS = (
    "Cache-Control",
    "Content-Security-Policy",
    "Content-Type",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "Server",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
)
ASSET = re.compile(r'/static/[^"]+\.css\?v=[^"]+')
FORGED = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}


class JudgeWeb(Server):
    """``judge web`` with the shipped environment, but for the database and the port."""

    name = "judge web"

    def __init__(self, folder: Path, dsn: str) -> None:
        super().__init__(folder)
        self._dsn = dsn

    def environment(self) -> dict[str, str]:
        lines = shlex.split((ROOT / "deploy" / "judge.env.example").read_text(), comments=True)
        return {
            **super().environment(),
            **dict(line.split("=", 1) for line in lines),
            "JUDGE_DATABASE_URL": self._dsn,
            "JUDGE_WEB_PORT": str(self.port),
            "JUDGE_DATA_DIR": str(self.folder),
        }

    def command(self) -> list[str]:
        return [sys.executable, "-m", "judge", "web"]

    def is_up(self) -> bool:
        return accepts(self.port)


@pytest.fixture(scope="module")
def judge_web(common_dsn: str, short_tmp: Path) -> Iterator[JudgeWeb]:
    """One for all tests."""
    with running(JudgeWeb(short_tmp / "web", common_dsn)) as made:
        yield made


@pytest.fixture(scope="module", params=PROXIES, ids=lambda kind: kind.name)
def proxy(request: pytest.FixtureRequest, short_tmp: Path, judge_web: JudgeWeb) -> Iterator[Proxy]:
    """Each in turn."""
    kind: type[Proxy] = request.param
    if not kind.is_installed():
        pytest.skip(f"needs the proxy: apt-get install {kind.package}")
    with running(kind(short_tmp / kind.name, judge_web.port)) as made:
        yield made


class Front(Site):
    """The site, with visitors who come through the proxy."""

    def __init__(self, proxy: Proxy, pool: Pool) -> None:
        super().__init__(Entrance(), pool)
        self._proxy = proxy

    def name(self) -> str:
        """One that nothing in the database has."""
        return f"{self._proxy.name}-{time.monotonic_ns()}"

    def visitor(self, address: str = "127.0.0.2") -> Visitor:
        visitor = Visitor(self.server, self._proxy.connector(address))
        self.visitors.append(visitor)
        return visitor


@pytest_asyncio.fixture
async def front(proxy: Proxy, common_dsn: str) -> AsyncIterator[Front]:
    async with open_pool(common_dsn) as pool:
        made = Front(proxy, pool)
        yield made
        for visitor in made.visitors:
            await visitor.close()
        await proxy.let_go()


async def test_a_contestant_gets_a_verdict(front: Front) -> None:
    """From logging in to the verdict: each event arrives when it happens, and not packed."""
    contest = front.name()
    await front.contest(contest, problems=(("A", front.name(), "Sum"),))
    ada = await front.logged_in(front.name())
    page = f"/contests/{contest}/problems/A"
    sent = await ada.post(page, {"language": "python3", "source": "print(1)"}, headers={"Origin": f"https://{SITE}"})
    assert sent.status == 303, sent.words

    path = sent.headers["Location"]
    submission_id = int(path.rpartition("/")[2])
    stream = await ada.open(f"{path}/events", **PACKED)
    assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream")
    async with front.pool.acquire() as connection:
        for ordinal in (1, 2, 3):
            await front.show_run(connection, submission_id, ordinal, a_run())
            async with asyncio.timeout(AT_ONCE_S):
                while f'"ordinal": {ordinal}' not in (await stream.content.readuntil(b"\n\n")).decode():
                    pass
    await front.judge(submission_id, Verdict.AC)
    assert (await read_events(stream))[-1][2]["verdict"] == "AC"


async def test_streams_end_with_their_readers(front: Front) -> None:
    """Who closes as many pages as may be open has room for the next: the proxy lets go of what nobody reads."""
    seeded = await front.contest(front.name(), problems=(("A", front.name(), "Sum"),))
    login = front.name()
    submission_id = await front.submission(seeded, await front.account(login))
    ada = front.visitor()
    await ada.log_in(login)
    path = f"/submissions/{submission_id}/events"
    for stream in [await ada.open(path) for _ in range(MOST_OF_ONE["session"])]:
        assert stream.status == 200
        stream.close()

    async with asyncio.timeout(AT_ONCE_S):
        while (await ada.open(path)).status != 200:
            pass


async def test_addresses_cannot_be_forged(front: Front, judge_web: JudgeWeb) -> None:
    """The site knows where a visitor is, whatever they say; figures are for the machine's own programs alone."""
    visitor = front.visitor("127.0.0.3")
    login = front.name()
    await front.account(login)
    fields = {"login": login, "password": PASSWORD}
    assert (await visitor.post("/login", fields, headers=FORGED)).status == 303

    sessions = (await visitor.get("/account/sessions")).words
    assert "127.0.0.3" in sessions
    assert "203.0.113.9" not in sessions
    assert (await front.visitor("127.0.0.1").get("/metrics")).status == 404
    async with ClientSession() as near, near.get(f"http://127.0.0.1:{judge_web.port}/metrics") as answer:
        assert answer.status == 200


async def test_slips_have_the_address_that_browsers_know(front: Front) -> None:
    """What is printed for teams to type begins with https, though the proxy itself asks without."""
    admin = await front.logged_in(front.name(), Role.ADMIN)
    printed = await admin.post("/admin/users/import", {"list": f"{front.name()},Null Pointers\n", "role": "contestant"})

    assert f" https://{SITE} " in re.sub(r"\s+", " ", printed.words)


async def test_headers_come_once(front: Front) -> None:
    """What the site says of itself arrives as it was said; pages are sent as they are, and files packed.

    A page has a secret of its reader's beside words of whoever made them follow a link: packed, its length tells both.
    """
    visitor = front.visitor()
    page = await visitor.open("/login", **PACKED)
    assert {name: len(page.headers.getall(name, [])) for name in (*HEADERS, "Server")} == dict.fromkeys(
        (*HEADERS, "Server"), 1
    )
    assert [cookie for cookie in visitor.cookies if not cookie.startswith("__Host-")] == []
    assert "Content-Encoding" not in page.headers

    style = await visitor.open(ASSET.findall(await page.text())[0], **PACKED)
    assert style.headers["Content-Encoding"] == "gzip"
    assert "immutable" in style.headers["Cache-Control"]


async def test_http_leads_to_https(proxy: Proxy) -> None:
    """Whoever types the name alone is led on; with HTTP/2, where streams of many pages share one connection."""
    async with (
        ClientSession(connector=proxy.connector("127.0.0.1")) as client,
        client.get(f"http://{SITE}/contests?x=1", allow_redirects=False) as answer,
    ):
        assert answer.status in (301, 308)
        assert answer.headers["Location"] == f"https://{SITE}/contests?x=1"
    await proxy.let_go()
    context = ssl.create_default_context(cafile=proxy.certificate)
    context.set_alpn_protocols(["h2", "http/1.1"])
    _, writer = await asyncio.open_connection("127.0.0.1", proxy.port, ssl=context, server_hostname=SITE)
    assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "h2"
    writer.transport.abort()


async def test_packages_as_large_as_may_be(front: Front) -> None:
    """The largest package that the settings allow arrives; one that is larger is answered, by whomever."""
    most = Settings().max_package_bytes
    setter = await front.logged_in(front.name(), Role.SETTER)

    taken = await _uploaded(setter, most)
    assert taken.status == 422
    assert "zip" in taken.words
    refused = await _uploaded(setter, most + 1)
    assert refused.status == 413
    assert "larger than 256 MiB" in refused.words
    assert (await _uploaded(setter, most + 16 * MIB)).status == 413


async def test_nobody_makes_the_proxy_keep_an_upload(front: Front) -> None:
    """Who may not upload is told so while they send, not when all of it has arrived and was written somewhere."""
    visitor = front.visitor()

    async def body() -> AsyncIterator[bytes]:
        yield b"--x\r\nContent-Disposition: form-data; name=csrf\r\n\r\nno\r\n"
        yield b'--x\r\nContent-Disposition: form-data; name=file; filename="a.zip"\r\n\r\n'
        while True:
            yield bytes(KIB)
            await asyncio.sleep(0.001)

    headers = {"Content-Length": str(100 * MIB), "Content-Type": "multipart/form-data; boundary=x"}
    async with asyncio.timeout(AT_ONCE_S):
        answer = await visitor.client.post("/packages/upload", data=body(), headers=headers)
    assert answer.status == 403
    answer.close()


async def _uploaded(visitor: Visitor, size: int) -> Page:
    """The answer to a file of nothing but zeros, which is no zip."""
    form = FormData()
    form.add_field("csrf", await visitor.token("/packages/upload"))
    with TemporaryFile() as file:
        file.truncate(size)
        form.add_field("package", file, filename="a.zip")
        return await visitor.post_raw("/packages/upload", form, csrf=None)
