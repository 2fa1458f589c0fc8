"""Every page against WCAG 2.2 AA as far as a program can tell, and against a narrow screen."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page

from tests.furnished import furnish, walk
from tests.website import Site, Visitor

pytestmark = pytest.mark.timeout(300)

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
#: Beside English, the one whose words are the longest.
LOCALES = ("en", "de")
#: Its name and class.
_ELEMENT = re.compile(r"<[a-z][^\s>]*(?: [^>]*?class=\"[^\"]*\")?")
#: What sticks out of a page that can be pushed sideways.
_TOO_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const out = [...document.querySelectorAll("body *")].filter((each) =>
    !each.closest(".scroll") && each.getBoundingClientRect().right > root.clientWidth + 1);
  return ["", ...out.map((each) => each.outerHTML.slice(0, 160))].slice(0, 4);
}"""


def _words(place: str) -> str:
    return f"The {place}, of more than one word"


@pytest.mark.parametrize(
    ("login", "part", "parts"), [(None, 0, 1), ("ada", 0, 1), *(("root", part, 6) for part in range(6))]
)
async def test_no_page_has_violations(site: Site, browser: Browser, login: str | None, part: int, parts: int) -> None:
    """Axe finds nothing wrong with any page of a stranger, a contestant, an admin: light, dark, wide, narrow."""
    town = await furnish(site, _words)
    visitor = site.visitor()
    if login is not None:
        await visitor.log_in(login)
    pages = [
        address
        async for address in _pages(visitor, [each for each in town.addresses() if not each.endswith("/events")])
    ]
    context = await _context(browser, site, visitor)
    found: list[str] = []
    for address, locale in zip(pages[part::parts], itertools.cycle(LOCALES), strict=False):
        page = await context.new_page()
        await context.add_cookies([_cookie(site, "locale", locale)])
        # A page that follows events is never without requests.
        await page.goto(address, wait_until="load")
        found += [f"{address}: {line}" async for line in _violations(page)]
        await page.close()
    await context.close()

    assert pages
    assert found == [], "\n".join(found)


async def _pages(visitor: Visitor, addresses: Sequence[str]) -> AsyncIterator[str]:
    """Those that are pages, and one that is an error's; none that has only what another has."""
    seen: set[frozenset[str]] = set()
    async for address, page in walk(visitor, [*addresses, "/nowhere"]):
        is_page = page.headers.get("Content-Type", "").startswith("text/html")
        if is_page and (page.status == 200 or address == "/nowhere") and "Content-Disposition" not in page.headers:
            made_of = frozenset(_ELEMENT.findall(page.text))
            if not any(made_of <= other for other in seen):
                yield address
            seen.add(made_of)


async def _violations(page: Page) -> AsyncIterator[str]:
    axe = Axe()
    # Colours are the scheme's and places the width's: neither changes with the other.
    for scheme, size in (("light", WIDE), ("dark", NARROW)):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        options = {"runOnly": LEVELS, "resultTypes": ["violations"]}
        answer = await axe.run(page, options=options)
        for line in _told(answer.response["violations"]):
            yield f"{scheme}, {size['width']} px: {line}"
        for element in await page.evaluate(_TOO_WIDE):
            yield f"{scheme}, {size['width']} px: the page is pushed wide by {element}"


def _told(violations: list[dict[str, Any]]) -> Iterator[str]:
    for violation in violations:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {node['target']} {node['html'][:120]} {node['failureSummary'][-160:]!r}"


async def _context(browser: Browser, site: Site, visitor: Visitor) -> BrowserContext:
    """A browser that is logged in as the visitor is, and into whose pages axe may be put."""
    context = await browser.new_context(base_url=str(site.server.make_url("/")), bypass_csp=True)
    await context.add_cookies([_cookie(site, name, value) for name, value in visitor.cookies.items()])
    return context


def _cookie(site: Site, name: str, value: str) -> Any:
    return {"name": name, "value": value, "url": str(site.server.make_url("/"))}
