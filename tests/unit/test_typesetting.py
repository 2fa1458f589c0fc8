"""LaTeX to HTML by pandoc: what it makes, what it says, and that it can reach nothing."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest

from judge.preparing import typesetting
from judge.preparing.typesetting import Complaint, NotTypeset, typeset


def test_kattis_statement() -> None:
    """The macros of the ICPC format's environment mean what its specification says (2025-09, "LaTeX environment")."""
    html = typeset(
        r"\problemname{X} \begin{Input}One $n$.\end{Input} \epigraph{To be}{Somebody}"
        r" \illustration{.5}{lamp}{A \emph{lamp}} <<x>> \sout{y} \t{z}"
    ).html

    assert "X" not in html.replace("<math", "")
    assert ">Input</h2>" in html and "<p>One <math" in html
    assert '<div class="floated">' in html and 'src="lamp"' in html and "<em>lamp</em>" in html
    assert "«x» <del>y</del> <code>z</code>" in html
    assert "<blockquote>" in html and "— Somebody" in html


def test_polygon_statement() -> None:
    """The macros of Polygon's style are headings, and its examples are left to the page."""
    made = typeset(
        r"\begin{problem}{Stones}{standard input}{standard output}{1 second}{256 megabytes}" + "\n"
        r"Text {\bf bold} \InputFile One. \OutputFile Two. \Interaction Three. \Note Four." + "\n"
        "\\Examples\n\\begin{example}\n\\exmpfile{example.01}{example.01.a}%\n\\end{example}\n\\end{problem}"
    )

    assert all(f">{name}</h2>" in made.html for name in ("Input", "Output", "Interaction", "Note"))
    assert "<strong>bold</strong>" in made.html
    assert "Stones" not in made.html and "example" not in made.html
    assert made.complaints == ()


def test_whole_document() -> None:
    """A statement that brings its own preamble is read with the macros of it."""
    html = typeset(
        "\\documentclass{article}\n\\newcommand{\\maxn}{1000}\n\\begin{document}\nUp to $\\maxn$.\n\\end{document}\n"
    ).html

    assert "<mn>1000</mn>" in html
    assert "documentclass" not in html


def test_complaints_name_the_line() -> None:
    """What is left out is told with the line of the statement, and what loses nothing is not told."""
    made = typeset("a\n\\centering \\vspace{2mm}\n\\badmacro{x}\n\n\\begin{example}\nx\n\\end{example}\n\\worse\n")

    assert made.complaints == (
        Complaint(text=r"left out, for it is not known: \badmacro{x}", line=3),
        Complaint(text=r"left out, for it is not known: \worse", line=8),
    )


def test_broken_latex() -> None:
    """An error comes with the converter's words and the line of the statement."""
    with pytest.raises(NotTypeset, match=r"line 2.*end"):
        typeset("fine\n\\end{itemize}\n")


@pytest.mark.parametrize(
    "command", [r"\input{%s}", r"\include{%s}", r"\lstinputlisting{%s}", r"\verbatiminput{%s}", r"\bibliography{%s}"]
)
def test_reads_no_file(tmp_path: Path, command: str) -> None:
    """No command brings a file of the host into the page."""
    (tmp_path / "secret.tex").write_text("the secret")

    assert "secret" not in typeset("x " + command % (tmp_path / "secret.tex")).html.replace(str(tmp_path), "")


@pytest.mark.parametrize(
    "text",
    [
        "\\newcommand{\\ma}{xx}"
        + "".join(
            f"\\newcommand{{\\m{b}}}{{\\m{a}\\m{a}}}" for a, b in itertools.pairwise("abcdefghijklmnopqrstuvwxyz")
        )
        + "\\mz",
        "\\newcommand{\\loop}{\\loop x}\\loop",
        "{" * 100_000,
        "x" * 1_000_000,
    ],
    ids=["doubling", "loop", "braces", "long"],
)
def test_bounded(text: str) -> None:
    """Whatever is written, it ends soon, and in words."""
    started = time.monotonic()
    with pytest.raises(NotTypeset):
        typeset(text)

    assert time.monotonic() - started < typesetting.TIMEOUT_S + 5


def test_output_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What grows beyond the limit is stopped, not cut."""
    monkeypatch.setattr(typesetting, "OUTPUT_BYTES", 10_000)

    with pytest.raises(NotTypeset, match="too much"):
        typeset("word " * 10_000)
