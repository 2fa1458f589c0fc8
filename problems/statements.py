"""Finds a problem's statements: ``problem[.lang].{md,tex,pdf}`` in ``statement/`` or ``problem_statement/``.

DOMjudge's HTML and plain text are read as well, and from the package's own level too. A statement that cannot be read
is a warning: what nobody can read can still be judged. Texts become UTF-8 with LF line ends, and what they name of the
problem's constants is replaced (2025-09, "Constants").
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from judge.models import MIB
from problems import latex
from problems.constants import replaced
from problems.findings import Findings
from problems.pictures import Beside
from problems.tree import Entry, Tree

FOLDERS = ("problem_statement", "statement")
DEFAULT_LANGUAGE = "en"

TEXT_BYTES = MIB
PDF_BYTES = 32 * MIB

#: In the order in which the same statement is shown best.
FORMATS = ("md", "tex", "html", "txt", "pdf")

_FILE = re.compile(r"problem(?:\.([a-z]{2,3}(?:-[A-Z]{2})?))?\.([a-z]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement, in one natural language and format."""

    language: str
    #: One of ``FORMATS``. All but "pdf" are UTF-8 text.
    format: str
    content: bytes
    #: Pictures it shows, by their path from where it stands.
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def read(tree: Tree, findings: Findings, *, constants: Mapping[str, str] | None = None) -> tuple[Statement, ...]:
    r"""All statements, by language and format.

    Args:
        constants: what ``{{name}}`` and ``\constant{name}`` stand for.
    """
    found: dict[tuple[str, str], Statement] = {}
    for entry, statement in chain(_in_folders(tree, constants or {}, findings), _at_top(tree, findings)):
        key = (statement.language, statement.format)
        if key not in found:
            found[key] = statement
        else:
            text = f"ignored: a second statement in language {key[0]} and format {key[1]}; keep one"
            findings.warning(str(entry), text)
    if not found:
        findings.warning(f"{FOLDERS[0]}/", "no statement: add problem.en.md")
    return tuple(found[key] for key in sorted(found))


def load(tree: Tree, entry: Entry, findings: Findings, *, language: str) -> Statement | None:
    """The statement in that file, whatever it is called, with the pictures beside it; None, and a warning, if unusable.

    Its format is told by its extension.
    """
    content = _content(entry, findings)
    if content is None:
        return None
    statement = Statement(language=language, format=entry.name.rpartition(".")[2].lower(), content=content)
    folder = tree.find(str(entry.relative.parent)) if entry.relative.parent.parts else tree.root
    return statement if folder is None else _with_pictures(Beside(tree, folder, findings), statement)


def from_tex(text: str, *, language: str, beside: Beside | None = None) -> Statement:
    """A LaTeX statement that is in no file of its own, with the pictures that it shows of a folder."""
    statement = Statement(language=language, format="tex", content=text.encode())
    return statement if beside is None else _with_pictures(beside, statement)


def title(statements: tuple[Statement, ...]) -> str | None:
    """The title that a LaTeX statement gives, in packages that give it nowhere else; English first."""
    return next(iter(titles(statements).values()), None)


def titles(statements: tuple[Statement, ...]) -> dict[str, str]:
    """The titles that LaTeX statements give, by language, English first."""
    found = {
        statement.language: latex.title(statement.content.decode("utf-8", "replace"))
        for statement in sorted(statements, key=lambda it: it.language != DEFAULT_LANGUAGE)
        if statement.format == "tex"
    }
    return {language: text for language, text in found.items() if text}


def _in_folders(tree: Tree, constants: Mapping[str, str], findings: Findings) -> Iterator[tuple[Entry, Statement]]:
    for name in FOLDERS:
        folder = tree.find(name)
        if folder is None or not folder.is_directory:
            continue
        beside = Beside(tree, folder, findings)
        for entry in beside.files:
            parts = _FILE.fullmatch(entry.name)
            if parts is None or parts[2] not in FORMATS or entry.relative.parent != folder.relative:
                continue  # An image, or something else that a statement uses.
            content = _content(entry, findings)
            if content is not None:
                language, extension = parts[1] or DEFAULT_LANGUAGE, parts[2]
                statement = Statement(language=language, format=extension, content=content)
                yield entry, _with_pictures(beside, _with_constants(statement, constants))


def _at_top(tree: Tree, findings: Findings) -> Iterator[tuple[Entry, Statement]]:
    """Where DOMjudge looks as well."""
    for extension in ("html", "txt", "pdf"):
        entry = tree.find(f"problem.{extension}")
        content = _content(entry, findings) if entry is not None and not entry.is_directory else None
        if entry is not None and content is not None:
            yield entry, Statement(language=DEFAULT_LANGUAGE, format=extension, content=content)


def _with_pictures(beside: Beside, statement: Statement) -> Statement:
    if statement.format not in ("md", "tex", "html"):
        return statement
    return dataclasses.replace(statement, pictures=beside.named_in(statement.content.decode()))


def _with_constants(statement: Statement, constants: Mapping[str, str]) -> Statement:
    """2025-09, "Constants": in Markdown like everywhere else, in LaTeX by a command."""
    if not constants or statement.format not in ("md", "tex"):
        return statement
    text = statement.content.decode()
    text = latex.with_constants(text, constants) if statement.format == "tex" else replaced(text, constants)
    return dataclasses.replace(statement, content=text.encode())


def _content(entry: Entry, findings: Findings) -> bytes | None:
    """What the file holds, text as UTF-8 with LF; None, and a warning, where that cannot be shown."""
    is_pdf = entry.name.lower().endswith(".pdf")
    most_bytes = PDF_BYTES if is_pdf else TEXT_BYTES
    content = entry.content(most_bytes, lambda why: findings.warning(str(entry), f"ignored: {why}"))
    if content is None:
        return None
    if is_pdf:
        if content.startswith(b"%PDF-"):
            return content
        findings.warning(str(entry), "ignored: is no PDF")
        return None
    if b"\0" in content:
        findings.warning(str(entry), "ignored: is no text, for it has NUL bytes")
        return None
    return _decoded(entry, content, findings).replace("\r\n", "\n").replace("\r", "\n").encode()


def _decoded(entry: Entry, content: bytes, findings: Findings) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        findings.warning(str(entry), "is not UTF-8; read as Latin-1, so look whether it shows right", line=line)
        # The five bytes that Windows leaves out of its Latin-1 are the control characters of the real one.
        return "".join(chr(byte) if byte in _UNDEFINED else bytes([byte]).decode("cp1252") for byte in content)


_UNDEFINED = frozenset(b"\x81\x8d\x8f\x90\x9d")
