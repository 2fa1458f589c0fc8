"""Every page against WCAG 2.2 AA as far as a program can tell, and against a narrow screen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from tests.furnished import Furnished, furnish, walk
from tests.website import Site, Visitor

pytestmark = pytest.mark.timeout(600)

LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
#: The rules that look at colours, which are the scheme's; what the others look at is not.
OF_COLOURS = ("color-contrast", "link-in-text-block")
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
#: How a page is looked at, one after the other, and by which rules: by all of them in each width.
LOOKS: tuple[tuple[Literal["light", "dark"], ViewportSize, Sequence[str]], ...] = (
    ("light", WIDE, LEVELS),
    ("dark", WIDE, OF_COLOURS),
    ("dark", NARROW, LEVELS),
    ("light", NARROW, OF_COLOURS),
)
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
  return ["", ...out.map((each) => each.outerHTML.slice(0, 160))].slice(0, 4).map((each) => `pushed wide by ${each}`);
}"""
#: Whether the window has that width and scripts have heard of it: they do before a frame is shown.
_IS_AS_WIDE = """(width) => innerWidth === width
  && new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""


def _words(place: str) -> str:
    return f"The {place}, of more than one word"


@pytest.mark.parametrize("login", [None, "ada", "root"])
async def test_no_page_has_violations(site: Site, browser: Browser, login: str | None) -> None:
    """Axe finds nothing wrong with any page of a stranger, a contestant, an admin, light or dark, wide or narrow."""
    town = await furnish(site, _words)
    visitor = site.visitor()
    if login is not None:
        await visitor.log_in(login)
    pages = [address async for address in _pages(visitor, _addresses(town))]
    # Each in a tab of its own, and so in a process of its own.
    found = await asyncio.gather(
        *(
            _found(browser, site, visitor, pages[number :: len(LOCALES)], locale)
            for number, locale in enumerate(LOCALES)
        )
    )

    assert pages
    assert found == [[]] * len(LOCALES), "\n".join(line for lines in found for line in lines)


def _addresses(town: Furnished) -> list[str]:
    compared = f"/submissions/{town.others['judged']}/difference?with={town.others['broken']}"
    plain = [address for address in town.addresses() if not address.endswith("/events")]
    return [*plain, compared, f"{compared}&view=beside", "/nowhere"]


async def _pages(visitor: Visitor, addresses: Sequence[str]) -> AsyncIterator[str]:
    """Those that are pages, and one that is an error's; none that has only what another has."""
    seen: set[frozenset[str]] = set()
    async for address, page in walk(visitor, addresses):
        is_page = page.headers.get("Content-Type", "").startswith("text/html")
        if is_page and (page.status == 200 or address == "/nowhere") and "Content-Disposition" not in page.headers:
            made_of = frozenset(_ELEMENT.findall(page.text))
            if not any(made_of <= other for other in seen):
                yield address
            seen.add(made_of)


async def _found(browser: Browser, site: Site, visitor: Visitor, pages: Sequence[str], locale: str) -> list[str]:
    """What is wrong with these pages in that language."""
    context = await _context(browser, site, visitor)
    await context.add_cookies([_cookie(site, "locale", locale)])
    await context.add_init_script(Axe().axe_script)
    page = await context.new_page()
    found: list[str] = []
    for address in pages:
        # A page that follows events is never without requests.
        await page.goto(address, wait_until="load")
        found += [f"{address}: {line}" async for line in _violations(page)]
    await context.close()
    return found


async def _violations(page: Page) -> AsyncIterator[str]:
    for scheme, size, rules in LOOKS:
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size(size)
        await page.wait_for_function(_IS_AS_WIDE, arg=size["width"])
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        violations = await page.evaluate("async (options) => (await axe.run(options)).violations", options)
        for line in (*_told(violations), *await page.evaluate(_TOO_WIDE)):
            yield f"{scheme}, {size['width']} px: {line}"


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
