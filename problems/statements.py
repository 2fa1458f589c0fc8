"""Finds a problem's statements: ``problem_statement/problem[.lang].{md,tex,pdf}``, or the same in ``statement/``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from judge.models import MIB
from problems.findings import Findings
from problems.tree import Entry, Tree

FOLDERS = ("problem_statement", "statement")
DEFAULT_LANGUAGE = "en"

TEXT_BYTES = MIB
PDF_BYTES = 32 * MIB

_FILE = re.compile(r"problem(?:\.([a-z]{2,3}(?:-[A-Z]{2})?))?\.([a-z]+)")
_FORMATS = ("md", "tex", "pdf")
_TITLE_COMMAND = re.compile(r"\\problemname\{([^{}]{1,200})\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement, in one natural language and format."""

    language: str
    #: "md", "tex" or "pdf".
    format: str
    content: bytes


def read(tree: Tree, findings: Findings) -> tuple[Statement, ...]:
    """All statements, by language and format."""
    found: dict[tuple[str, str], Statement] = {}
    for name in FOLDERS:
        folder = tree.find(name)
        for entry in tree.files(folder) if folder is not None and folder.is_directory else ():
            statement = _statement(tree, entry, findings)
            if statement is None:
                continue
            key = (statement.language, statement.format)
            if key in found:
                text = f"a second statement in language {key[0]} and format {key[1]}; keep one"
                findings.error(str(entry), text)
            found[key] = statement
    if not found:
        findings.warning(f"{FOLDERS[0]}/", "no statement: add problem.en.md")
    return tuple(found[key] for key in sorted(found))


def title(statements: tuple[Statement, ...]) -> str | None:
    """The title that a LaTeX statement gives, in packages that give it nowhere else."""
    for statement in statements:
        if statement.format == "tex":
            command = _TITLE_COMMAND.search(statement.content.decode("utf-8", "replace"))
            if command and command[1].strip().isprintable():
                return command[1].strip() or None
    return None


def _statement(tree: Tree, entry: Entry, findings: Findings) -> Statement | None:
    name = _FILE.fullmatch(entry.name)
    if name is None:
        return None  # an image, or something else that a statement uses
    language, extension = name[1] or DEFAULT_LANGUAGE, name[2]
    if extension not in _FORMATS:
        if extension in ("html", "txt"):
            findings.warning(str(entry), f"ignored: statements are read from {', '.join(_FORMATS)}")
        return None
    content = tree.read(entry, most_bytes=PDF_BYTES if extension == "pdf" else TEXT_BYTES)
    if content is None:
        return None
    if extension == "pdf":
        if not content.startswith(b"%PDF-"):
            findings.error(str(entry), "is no PDF")
    elif not _is_text(content):
        findings.error(str(entry), "is not UTF-8 text")
    return Statement(language=language, format=extension, content=content)


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content
