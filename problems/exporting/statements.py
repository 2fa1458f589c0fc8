"""Writes ``statement/``: one file for each language, with its pictures ("Problem statements" in 2025-09)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from problems.exporting.folder import Folder
from problems.statements import DEFAULT_LANGUAGE, Statement

if TYPE_CHECKING:
    from problems.package import Package

_PREFERRED = ("tex", "md", "pdf", "html", "txt")
_BEGIN = re.compile(r"\\begin\{problem\}(?:\{(?:[^{}]|\{[^{}]*\})*\})*")
_EXAMPLES = re.compile(
    r"\\Examples?\b.*?(?=\\Note\b|\\end\{problem\}|\Z)|\\begin\{example\}.*?\\end\{example\}", re.DOTALL
)
#: Macros of Polygon's style that begin a section, and what its title is.
_SECTIONS = {
    "InputFile": "Input",
    "OutputFile": "Output",
    "Interaction": "Interaction",
    "Scoring": "Scoring",
    "Note": "Note",
}
_SECTION = re.compile(rf"\\({'|'.join(_SECTIONS)})\b")


def write(package: Package, folder: Folder) -> dict[str, str]:
    """Write the statements; the problem's name by their languages."""
    names: dict[str, str] = {}
    for language, statement in _chosen(package.statements, folder):
        names[language] = package.titles.get(language, package.title)
        content, extension = _form(statement, folder)
        folder.put(f"statement/problem.{language}.{extension}", content)
        for name, picture in statement.pictures.items():
            _picture(name, picture, folder)
    for language in package.titles.keys() - names.keys() if names else ():
        folder.note(f"the name in {language} is left out: there is no statement in that language")
    if not names:
        names[DEFAULT_LANGUAGE] = package.title
        folder.put(f"statement/problem.{DEFAULT_LANGUAGE}.md", b"This problem came without a statement.\n")
        folder.note("there was no statement; the format wants one, so there is an empty one")
    return names


def _picture(name: str, picture: bytes, folder: Folder) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        folder.note(f"the picture {name} is left out: pictures stand beside the statement")
    else:
        folder.put(f"statement/{path}", picture)


def _chosen(statements: Iterable[Statement], folder: Folder) -> Iterable[tuple[str, Statement]]:
    """One statement for each language."""
    by_language: dict[str, list[Statement]] = {}
    for statement in statements:
        by_language.setdefault(statement.language, []).append(statement)
    for language, some in sorted(by_language.items()):
        best, *others = sorted(some, key=lambda statement: _PREFERRED.index(statement.format))
        for other in others:
            folder.note(f"the {other.format} statement in {language} is left out: the format takes one")
        yield language, best


def _form(statement: Statement, folder: Folder) -> tuple[bytes, str]:
    """The statement in a form of the format, and its extension."""
    if statement.format == "tex":
        return _tex(statement.content.decode("utf-8", "replace")).encode(), "tex"
    if statement.format in ("html", "txt"):
        folder.note(
            f"the {statement.format} statement in {statement.language} is now Markdown, which shows it as it is"
        )
        text = statement.content.decode("utf-8", "replace")
        return (text if statement.format == "html" else f"```\n{text.rstrip()}\n```\n").encode(), "md"
    return statement.content, statement.format


def _tex(text: str) -> str:
    """The body alone: without Polygon's frame, and without samples, which are added by whoever shows it."""
    if not _BEGIN.search(text):
        return text
    text = _EXAMPLES.sub("", _BEGIN.sub("", text))
    text = _SECTION.sub(lambda found: rf"\section*{{{_SECTIONS[found[1]]}}}", text.replace(r"\end{problem}", ""))
    return text.strip() + "\n"
