"""Statements to HTML with MathML, with nothing in it that the page did not choose.

Packages are uploaded, so a statement is hostile. Whatever made it HTML, ``sanitising`` has the last word; math in
Markdown goes through a converter whose own serialiser lets markup through, so its tree is written out here besides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from judge.preparing import typesetting
from judge.preparing.typesetting import NotTypeset
from problems.latex import FIGURE_NOT_SHOWN, NEXT_SAMPLE, REMAINING_SAMPLES
from web.content.sanitising import sanitised

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

#: 2025-09, "Markdown environment and supported features".
_SAMPLE_COMMAND = re.compile(r"\{\{[ \t]*(nextsample|remainingsamples)[ \t]*\}\}")
_MARKS = {"nextsample": NEXT_SAMPLE, "remainingsamples": REMAINING_SAMPLES}
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_MARK = re.compile(f"(?:<p>\\s*)?({NEXT_SAMPLE}|{REMAINING_SAMPLES})(?:\\s*</p>)?")
_DRAWING = '<span class="not-shown">[A drawing that only LaTeX can make]</span>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A statement ready to stand in a page."""

    #: Empty where it cannot be shown.
    html: str
    #: What is not shown as it was meant, for whoever wrote it.
    complaints: tuple[str, ...] = ()


def rendered(
    text: str, *, written_in: str = "md", language: str = "en", pictures: Mapping[str, str] | None = None
) -> Rendered:
    """The statement as an HTML fragment.

    Args:
        text: the statement.
        written_in: "md", "tex", "html" or "txt".
        language: the natural language that it is in.
        pictures: addresses of its pictures by their path from where it stands.
    """
    complaints: tuple[str, ...] = ()
    if written_in == "tex":
        try:
            typeset = typesetting.typeset(text, language=language)
        except NotTypeset as error:
            return Rendered(html="", complaints=(f"the statement cannot be shown as a page: {error}",))
        html = typeset.html
        complaints = tuple(f"line {it.line}: {it.text}" if it.line else it.text for it in typeset.complaints)
    elif written_in == "md":
        html = str(_parser().render(_PRIVATE.sub("", text)))
    elif written_in == "html":
        html = _PRIVATE.sub("", text)
    else:
        html = f"<pre>{escape(_PRIVATE.sub('', text))}</pre>"
    html, missing = sanitised(html, pictures or {})
    html = html.replace(FIGURE_NOT_SHOWN, _DRAWING)
    return Rendered(html=html, complaints=(*complaints, *(f"picture not shown: {name}" for name in missing)))


def pieces(html: str, samples: int) -> list[str | range]:
    """The HTML cut where samples belong: their indices there, and at the end of all those that it shows nowhere."""
    cut: list[str | range] = []
    shown = 0
    for part in _MARK.split(html):
        if part in (NEXT_SAMPLE, REMAINING_SAMPLES):
            end = min(shown + 1, samples) if part == NEXT_SAMPLE else samples
            cut.append(range(shown, end))
            shown = end
        else:
            cut.append(part)
    return [*cut, range(shown, samples)]


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
    parser = MarkdownIt("commonmark", {"html": True, "typographer": False}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, renderer=math_to_html, allow_labels=False, double_inline=True, allow_digits=False)
    parser.use(footnote_plugin)
    parser.core.ruler.push("demote headings", _demote_headings)
    parser.core.ruler.push("mark samples", _mark_samples)
    return parser


def _demote_headings(state: StateCore) -> None:
    """The page has a first-level heading already."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 1)}"


def _mark_samples(state: StateCore) -> None:
    for token in _inline(state.tokens):
        if token.type == "text":
            token.content = _SAMPLE_COMMAND.sub(lambda command: _MARKS[command[1]], token.content)


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
