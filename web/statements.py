"""Statements: Markdown with TeX math to HTML with MathML, with nothing in it that the page did not choose.

Packages are uploaded, so a statement is hostile. Markdown is read without raw HTML; math goes through a converter whose
own serialiser lets markup through, so its tree is written out here, by an allow-list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Any
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

#: A formula is read by recursive descent; one longer than this was not written to be read.
MAX_MATH_LENGTH = 4000

_MATH_TAGS = frozenset(
    re.findall(
        r"\w+",
        """math menclose mfenced mfrac mi mn mo mover mpadded mphantom mroot mrow ms mspace msqrt mstyle msub msubsup
        msup mtable mtd mtext mtr munder munderover""",
    )
)
_MATH_ATTRIBUTES = frozenset(
    re.findall(
        r"\w+",
        """accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form height largeop
        linethickness lspace mathsize mathvariant maxsize minsize movablelimits notation rowlines rowspacing rspace
        scriptlevel separator stretchy symmetric voffset width""",
    )
)

#: Where a package wants samples shown; the page shows them all together below the statement.
_SAMPLE_MARKS = re.compile(r"^[ \t]*\{\{[ \t]*(?:nextsample|remainingsamples)[ \t]*\}\}[ \t]*$", re.MULTILINE)


def to_html(markdown: str) -> str:
    """The statement as an HTML fragment."""
    return str(_parser().render(_SAMPLE_MARKS.sub("", markdown)))


def math_to_html(latex: str, options: dict[str, Any]) -> str:
    """A formula as MathML, or as it was written where it cannot be read."""
    as_written = f'<code class="math-source">{escape(latex)}</code>'
    if len(latex) > MAX_MATH_LENGTH:
        return as_written
    try:
        return _serialise(convert_to_element(latex, display="block" if options.get("display_mode") else "inline"))
    # The converter's errors have no common base, and it runs out of tokens, arguments or stack in many ways. Whatever
    # it was, the reader is best served by the formula's source.
    except Exception:  # noqa: BLE001
        return as_written


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, renderer=math_to_html, allow_labels=False, double_inline=True, allow_digits=False)
    parser.core.ruler.push("demote headings", _demote_headings)
    parser.core.ruler.push("mark links", _mark_links)
    return parser


def _demote_headings(state: StateCore) -> None:
    """The page has a first-level heading already."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 1)}"


def _mark_links(state: StateCore) -> None:
    for token in _inline(state.tokens):
        if token.type == "link_open":
            token.attrSet("rel", "noopener noreferrer nofollow")


def _inline(tokens: Sequence[Token]) -> list[Token]:
    return [child for token in tokens for child in token.children or ()]


def _serialise(element: Element) -> str:
    """Allowed elements with allowed attributes; of others, what they contain."""
    # The converter writes characters as references within text, so they are decoded before they are escaped.
    inner = escape(unescape(element.text or ""))
    inner += "".join(_serialise(child) + escape(unescape(child.tail or "")) for child in element)
    if element.tag not in _MATH_TAGS:
        return inner
    attributes = "".join(
        f' {name}="{escape(unescape(value))}"' for name, value in element.attrib.items() if name in _MATH_ATTRIBUTES
    )
    return f"<{element.tag}{attributes}>{inner}</{element.tag}>"
