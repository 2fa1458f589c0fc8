"""Whatever a form is filled in with, and however it is sent, the answer is an honest one: never an error of ours."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from judge.store.accounts import Role
from tests.furnished import Furnished, furnish, walk
from tests.markup import Form, Markup
from tests.website import Site, Visitor
from tests.zips import zipped

pytestmark = [
    pytest.mark.timeout(280),
    # How aiohttp tells of a part's header that it drops.
    pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionHeader"),
    pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionParam"),
]

WEB = Path(__file__).parents[2] / "web"
#: Names of fields, as handlers ask for them.
NAMES = sorted(
    {name for path in WEB.rglob("*.py") for name in re.findall(r'\.(?:text|line)\(\s*"(\w+)"', path.read_text())}
)
#: Logging out would end the session that all of it is sent with.
SPARED = {"/logout"}
ODD = [
    *(b"", b"0", b"-1", b"1", b"2", b"9" * 18, b"9" * 19, b"9" * 400, b"1e999", b"nan", b"inf", b"0x10", b"1_0"),
    *(b"\0", b"a\0b", b"\xff\xfe", b"\xed\xa0\x80", b"\xc3", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\xf0\x9f\x92\xa9"),
    *(b"2026-11-28T10:00", b"2026-11-28T10:00:00Z", b"0000-00-00T00:00", b"9999-12-31T23:59", b"99999-01-01T00:00"),
    *(b"on", b"1.5", b"A", b"spring", b"sum", b"python3", b"AC", b"create", b"live", b"disable", b"pause", b"add"),
    *(b"../../etc/passwd", b"'; DROP TABLE users; --", b"{{ 7 * 7 }}", b"%00", b"<script>alert(1)</script>"),
    *(b"\r\n", b" ", b"\t", b"\x7f", b"a" * 5000, b"a,b\r\nc,d", b"login,name\r\nx,y", b"\xd9\xa3", "\u2028".encode()),
]
VALUES = st.one_of(
    st.sampled_from(ODD), st.binary(max_size=40), st.text(st.characters(codec="utf-8"), max_size=40).map(str.encode)
)
FIELDS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A form on the wire, before the token of its session is put in."""

    content_type: str
    content: bytes


FUZZED = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def _urlencoded(fields: list[tuple[str, bytes]]) -> Body:
    pairs = [b"csrf=TOKEN", *(f"{name}={quote_from_bytes(value)}".encode() for name, value in fields)]
    return Body(content_type="application/x-www-form-urlencoded", content=b"&".join(pairs))


def _multipart(fields: list[tuple[str, bytes]], headers: list[bytes], cut: int) -> Body:
    """Each part with a header more that browsers do not send, and the end cut off."""
    parts = [b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nTOKEN\r\n']
    for number, (name, value) in enumerate(fields):
        more = headers[number % len(headers)] if headers else b""
        disposition = b'Content-Disposition: form-data; name="' + name.encode() + b'"'
        parts.append(b"--b\r\n" + disposition + more + b"\r\n\r\n" + value + b"\r\n")
    content = b"".join([*parts, b"--b--\r\n"])
    return Body(content_type="multipart/form-data; boundary=b", content=content[: len(content) - cut])


ODD_HEADERS = st.sampled_from(
    [
        b"",
        b'; filename="a.py"',
        b'; filename=""',
        b"; filename*=UTF-8''%00%ff",
        b'; filename="../../x"',
        b'; filename="' + b"n" * 3000 + b'"',
        b'; name="again"',
        b"\r\nContent-Type: multipart/mixed; boundary=c",
        b"\r\nContent-Type: text/plain; charset=utf-7",
        b"\r\nContent-Type: text/plain; charset=no-such",
        b"\r\nContent-Transfer-Encoding: base64",
        b"\r\nContent-Transfer-Encoding: nonsense",
        b"\r\nContent-Encoding: gzip",
        b"\r\nContent-Length: 5",
        b"\r\n" + b"X: y\r\n" * 40 + b"X: z",
    ]
)
BODIES = st.one_of(
    st.builds(_urlencoded, FIELDS),
    st.builds(_multipart, FIELDS, st.lists(ODD_HEADERS, max_size=3), st.sampled_from([0, 0, 0, 1, 7, 12, 60])),
    st.builds(
        Body,
        content_type=st.sampled_from(
            ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "x", "a/b; c=d"]
        ),
        content=st.binary(max_size=60),
    ),
)


def _packed(package: bytes) -> Body:
    """The form that uploads a package."""
    head = b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nTOKEN\r\n'
    file = (
        b'--b\r\nContent-Disposition: form-data; name="package"; filename="p.zip"\r\n\r\n' + package + b"\r\n--b--\r\n"
    )
    return Body(content_type="multipart/form-data; boundary=b", content=head + file)


class Sender:
    """Somebody who sends anything to anywhere, and logs in again whenever that has ended their session."""

    def __init__(self, visitor: Visitor, login: str) -> None:
        self.visitor = visitor
        self.login = login
        #: Where anything can be sent to.
        self.addresses: list[str] = []
        #: The forms on pages that they see, each once.
        self.forms: list[Form] = []

    async def look_around(self, town: Furnished) -> None:
        """Find out what there is to send to, and with what."""
        self.addresses = [address for address in town.addresses("POST") if address not in SPARED]
        await self._token()
        forms: dict[tuple[str, frozenset[str]], Form] = {}
        pages = [address for address in town.addresses() if not address.endswith("/events")]
        async for address, page in walk(self.visitor, pages):
            if page.headers.get("Content-Type", "").startswith("text/html"):
                for form in Markup(page.text).forms:
                    action = form.action or address
                    if form.method == "post" and action not in SPARED:
                        forms[action.partition("?")[0], frozenset(form.fields)] = replace(form, action=action)
        self.forms = list(forms.values())

    async def send(self, address: str, body: Body) -> None:
        """Send it with the token of the session.

        Raises:
            AssertionError: the answer is none that somebody can do anything with.
        """
        token = await self._token()
        content = body.content.replace(b"TOKEN", token.encode())
        headers = {"Content-Type": body.content_type}
        async with self.visitor.client.post(address, data=content, headers=headers, allow_redirects=False) as answer:
            text = (await answer.read()).decode(errors="replace")
        assert answer.status < 500, (address, answer.status, text[-400:])
        if answer.status not in (303, 204):
            assert answer.content_type in ("text/html", "application/json"), (address, answer.content_type)
            assert text.strip(), (address, answer.status)

    async def _token(self) -> str:
        page = await self.visitor.get("/account")
        if page.status != 200:
            self.visitor.client.session.cookie_jar.clear()
            await self.visitor.log_in(self.login)
            page = await self.visitor.get("/account")
        found = re.search(r'name="csrf" value="([^"]*)"', page.text)
        assert found is not None
        return found.group(1)


@pytest_asyncio.fixture(params=["ada", "setter", "root"])
async def sender(site: Site, request: pytest.FixtureRequest) -> Sender:
    town = await furnish(site, lambda place: place)
    made = Sender(site.visitor(), str(request.param))
    await made.look_around(town)
    return made


@FUZZED
@given(number=st.integers(0, 10_000), body=BODIES)
async def test_anything_anywhere(sender: Sender, number: int, body: Body) -> None:
    """Any fields in any encoding, at every address that forms are sent to, by whoever may and others."""
    await sender.send(sender.addresses[number % len(sender.addresses)], body)


@FUZZED
@given(number=st.integers(0, 10_000), filled=st.lists(st.tuples(st.integers(0, 5), VALUES), min_size=1, max_size=12))
async def test_forms_of_pages(sender: Sender, number: int, filled: list[tuple[int, bytes]]) -> None:
    """Every form that somebody sees, some of its fields as the page has them and some filled in with anything."""
    form = sender.forms[number % len(sender.forms)]
    fields = []
    for (name, values), (choice, odd) in zip(form.fields.items(), cycle(filled), strict=False):
        if name != "csrf":
            fields.append((name, odd if choice < 2 else values[choice % len(values)].encode()))
    await sender.send(form.action, _urlencoded(fields))


@pytest.mark.parametrize("seed", range(6))
async def test_mutated_packages(site: Site, seed: int) -> None:
    """A package with bytes changed, cut out, repeated or missing is taken or refused with a reason."""
    await site.contest()
    sender = Sender(await site.logged_in("setter", Role.SETTER), "setter")
    chance = random.Random(seed)
    for _ in range(12):
        package = bytearray(zipped())
        for _ in range(chance.choice([1, 1, 2, 8])):
            at, length = chance.randrange(len(package)), chance.choice([1, 2, 4, 30])
            match chance.randrange(4):
                case 0:
                    package[at : at + length] = chance.randbytes(length)
                case 1:
                    del package[at : at + length]
                case 2:
                    package[at:at] = package[at : at + length]
                case _:
                    package[at : at + 4] = chance.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"PK\1\2", b"PK\5\6"])
        await sender.send("/packages/upload", _packed(bytes(package)))


async def test_a_nul_in_each_field(sender: Sender) -> None:
    """The database takes none in a text, so that each field of each form has to be looked at before."""
    failed = []
    for form in sender.forms:
        for name in form.fields.keys() - {"csrf"}:
            fields = [
                (each, b"a\0" if each == name else values[0].encode())
                for each, values in form.fields.items()
                if each != "csrf"
            ]
            try:
                await sender.send(form.action, _multipart(fields, [], 0))
            except AssertionError as error:
                failed.append((form.action, name, str(error)[:80]))
    assert not failed
