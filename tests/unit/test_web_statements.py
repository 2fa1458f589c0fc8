"""Statements: math becomes MathML, and nothing a package says becomes markup of our page."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.statements import MAX_MATH_LENGTH, math_to_html, to_html

#: What a statement may contain besides text.
_ALLOWED = re.compile(
    r"(p|h[2-6]|ul|ol|li|em|strong|s|code|pre|blockquote|hr|br|a|img|table|thead|tbody|tr|th|td|span|div|m[a-z]+)"
)


class _Tags(HTMLParser):
    """Collects the elements and attributes of a fragment."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links.extend(value or "" for name, value in attrs if name in ("href", "src"))


def _parsed(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    return parser


def test_math() -> None:
    """Inline and displayed formulas become MathML of the right kind."""
    html = to_html("Given $a \\le b$:\n\n$$\\sum_{i=1}^n \\frac{1}{i}$$\n")

    assert '<math display="inline">' in html and "<mo>≤</mo>" in html
    assert '<math display="block">' in html and "<mfrac>" in html


@pytest.mark.parametrize("latex", [r"\frac{", "<b>^", "{" * 3000, "<b>" * MAX_MATH_LENGTH])
def test_unreadable_math(latex: str) -> None:
    """A formula that cannot be read is shown as it was written, escaped."""
    html = math_to_html(latex, {"display_mode": False})

    assert html == f'<code class="math-source">{escape(latex)}</code>'


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
        r"\text{&amp;lt;script&amp;gt;alert(1)}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(//evil)}{x}",
        r"\class{admin}{x}",
        r'\color{red" onclick="alert(1)}{x}',
        "<img src=x onerror=alert(1)>",
    ],
)
def test_hostile_math(latex: str) -> None:
    """No formula makes a script, a link, a style or a handler."""
    seen = _parsed(to_html(f"${latex}$"))

    assert all(_ALLOWED.fullmatch(tag) for tag in seen.tags), seen.tags
    assert not seen.attributes & {"href", "src", "style", "onclick", "onerror", "xlink:href", "id"}


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "![x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "<javascript:alert(1)>",
        "[x](vbscript:x)",
    ],
)
def test_hostile_markdown(markdown: str) -> None:
    """Raw HTML is text, and links lead nowhere that runs code."""
    seen = _parsed(to_html(markdown))

    assert all(_ALLOWED.fullmatch(tag) for tag in seen.tags), seen.tags
    assert not any(re.match(r"\s*(javascript|vbscript|data:text)", link, re.IGNORECASE) for link in seen.links)


@given(st.text(alphabet="$\\{}<>&;\"'=/abc^_()[]!`*|\n ", max_size=60))
def test_any_text(markdown: str) -> None:
    """Whatever is written, only allowed elements and no handlers come out."""
    seen = _parsed(to_html(markdown))

    assert all(_ALLOWED.fullmatch(tag) for tag in seen.tags), seen.tags
    assert not any(name.startswith("on") for name in seen.attributes)


def test_page_structure() -> None:
    """Headings go one level down, below the page's own; marks for samples vanish; links carry no referrer."""
    html = to_html("# Title\n\n{{nextsample}}\n\n[x](https://example.org/)\n")

    assert "<h2>Title</h2>" in html
    assert "nextsample" not in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_money_is_not_math() -> None:
    """Two prices in a sentence are not taken for a formula."""
    assert "<math" not in to_html("One costs 5$ and two cost 9$.")
