"""What anybody wrote anywhere is text on every page that shows it, never markup."""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.furnished import Furnished, furnish, walk
from tests.markup import Markup
from tests.website import Site
from web.events import streams

pytestmark = pytest.mark.timeout(240)

#: Ends whatever it may stand in, and then is an element with a handler, and something for a template. Names are short.
HARM = "\"'></title></textarea></pre>--><x-planted onfocus=a()>{{ 7 * 191 }}"
#: What may be sent with markup in it as it is: browsers take none of these for a page.
PLAIN = {
    "application/json",
    "text/event-stream",
    "text/plain",
    "application/octet-stream",
    "application/zip",
    "text/csv",
}


def _harm(place: str) -> str:
    return f"{place}: {HARM}"


@pytest_asyncio.fixture
async def town(site: Site, monkeypatch: pytest.MonkeyPatch) -> Furnished:
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.2)
    return await furnish(site, _harm)


@pytest.mark.parametrize("login", ["root", "setter", "bob", None])
async def test_submitted_text_is_never_markup(town: Furnished, login: str | None) -> None:
    """Every page has the site's own elements only, whatever was written into all that it shows."""
    visitor = town.site.visitor()
    if login is not None:
        await visitor.log_in(login)
    foreign = []
    shown = set()
    async for address, page in walk(visitor, town.addresses()):
        kind = page.headers.get("Content-Type", "").partition(";")[0]
        assert page.headers["X-Content-Type-Options"] == "nosniff", address
        if kind == "text/html":
            markup = Markup(page.text)
            foreign += [(address, element) for element in markup.foreign]
            texts = "\n".join(markup.texts)
            shown |= {text.rpartition("\n")[2] for text in texts.split(f": {HARM}")[:-1]}
            assert str(7 * 191) not in page.text, address
        elif HARM in page.text:
            assert kind in PLAIN, (address, kind)
    assert not foreign
    if login == "root":
        # Else the walk would prove nothing.
        assert len(shown) > 20, shown


def test_markup_is_noticed() -> None:
    """The reader of pages finds what it is for."""
    for text in (
        f"<p>{HARM}</p>",
        "<a href=' java\nscript:alert(1)'>x</a>",
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "<p style='color: red'>x</p>",
    ):
        assert Markup(text).foreign, text
    assert not Markup('<script src="/static/live.js"></script><p title="&quot;>">&lt;script></p>').foreign
