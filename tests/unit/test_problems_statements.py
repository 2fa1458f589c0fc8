"""Finding statements."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import KIB
from problems import statements
from problems.statements import Statement
from tests.packages import complaints, loaded


def test_languages_and_formats(tmp_path: Path) -> None:
    """Every language and format is found, in either folder; without a language it is English; pictures are none."""
    package = loaded(
        tmp_path,
        {
            "problem_statement/problem.tex": "tex",
            "problem_statement/problem.pt-BR.md": "ol\u00e1",
            "problem_statement/picture.png": b"\x89PNG",
            "problem_statement/problem.cls.bak": "",
            "statement/problem.sv.pdf": b"%PDF-1.7 \xff",
        },
    )

    assert package.warnings == ()
    assert package.statements == (
        Statement(language="en", format="md", content=b"Add $a$ and $b$.\n"),
        Statement(language="en", format="tex", content=b"tex"),
        Statement(language="pt-BR", format="md", content="ol\u00e1".encode()),
        Statement(language="sv", format="pdf", content=b"%PDF-1.7 \xff"),
    )


def test_none(tmp_path: Path) -> None:
    """A problem can be judged without a statement, but that is worth a warning, like one in an unknown format."""
    package = loaded(tmp_path, {"problem_statement/problem.en.md": None, "problem_statement/problem.html": "x"})

    assert package.statements == ()
    assert package.warnings == (
        "problem_statement/problem.html: ignored: statements are read from md, tex, pdf",
        "problem_statement/: no statement: add problem.en.md",
    )


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("problem_statement/problem.md", "x", "problem.md: a second statement in language en and format md"),
        ("statement/problem.en.md", "x", "statement/problem.en.md: a second statement"),
        ("problem_statement/problem.sv.md", b"\xff", "problem.sv.md: is not UTF-8 text"),
        ("problem_statement/problem.sv.tex", b"a\0b", "problem.sv.tex: is not UTF-8 text"),
        ("problem_statement/problem.sv.pdf", b"<html>", "problem.sv.pdf: is no PDF"),
    ],
)
def test_broken_ones(tmp_path: Path, file: str, content: str | bytes, complaint: str) -> None:
    """A statement that could not be shown, or two for one place, are refused."""
    (found,) = complaints(tmp_path, {file: content})

    assert complaint in found


def test_large_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements are held in memory, so they are bounded."""
    monkeypatch.setattr(statements, "TEXT_BYTES", KIB)

    assert complaints(tmp_path, {"problem_statement/problem.sv.md": "x" * (KIB + 1)}) == [
        "problem_statement/problem.sv.md: larger than 1 KiB"
    ]
