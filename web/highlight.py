"""Source code with its tokens marked by CSS classes."""

from __future__ import annotations

from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

#: By language id; a language that is not here is shown without marks.
_LEXERS = {"c": "c", "cpp17": "cpp", "cpp20": "cpp", "cpp23": "cpp", "java": "java", "python3": "python"}


def to_html(source: str, language: str) -> str:
    """The source escaped, with ``<span>`` around tokens where its language is known."""
    try:
        # Stripping is the lexers' default; a source is shown as it was sent.
        lexer = get_lexer_by_name(_LEXERS.get(language, language), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return plain(source)
    html = str(highlight(source, lexer, HtmlFormatter(nowrap=True, classprefix="k-")))
    # The formatter ends every line, the last one too where the source does not.
    return html if source.endswith("\n") else html.removesuffix("\n")


def plain(source: str) -> str:
    """The source escaped and nothing else."""
    return escape(source)
