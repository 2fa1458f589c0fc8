"""Source code with its tokens marked by CSS classes."""

from __future__ import annotations

from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from judge.errors import UnknownLanguage
from judge.recipes.languages import language as language_of

#: By a language's code, where its lexer is called otherwise.
_LEXERS = {"python3": "python", "lisp": "common-lisp", "assembler": "gas"}


def to_html(source: str, language: str) -> str:
    """The source escaped, with ``<span>`` around tokens where its language is known."""
    try:
        # Stripping is the lexers' default; a source is shown as it was sent.
        code = language_of(language).code
        lexer = get_lexer_by_name(_LEXERS.get(code, code), stripnl=False, ensurenl=False)
    except (ClassNotFound, UnknownLanguage):
        return plain(source)
    html = str(highlight(source, lexer, HtmlFormatter(nowrap=True, classprefix="k-")))
    # The formatter ends every line, the last one too where the source does not.
    return html if source.endswith("\n") else html.removesuffix("\n")


def plain(source: str) -> str:
    """The source escaped and nothing else."""
    return escape(source)
