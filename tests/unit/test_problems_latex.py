"""What is done to LaTeX before a converter reads it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems import latex


def _body(text: str, language: str = "en") -> str:
    """What is made of the text itself, without the line in front of it."""
    return latex.prepared(text, language=language).partition("\n")[2]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (r"\problemname{Two Sums}", "Two Sums"),
        ("% \\problemname{No}\n\\problemname{A \\emph{B} \\& $n$}", "A B & n"),
        (r"\problemname{{Sorting} \textbf{it}}", "{Sorting} it"),
        ("%% plainproblemname: x^2 + y^2 \n\\problemname{$x^2 + y^2$}", "x^2 + y^2"),
        (r"\begin{problem}{Stones}{standard input}{standard output}{1 second}{256 megabytes}", "Stones"),
        (r"\problemname", None),
        (r"\problemname{", None),
        (r"\problemname{" + "x" * 300 + "}", None),
        ("\\problemname{a\x07}", None),
        ("", None),
    ],
)
def test_title(text: str, title: str | None) -> None:
    """The title is plain text on one line: the package's plain name of it, its LaTeX name or Polygon's."""
    assert latex.title(text) == title


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("\\problemname{A {b} c}\nText", "\nText"),
        ("\\problemname\n\nText", "\n\nText"),
        ("<<Text>>", "«Text»"),
        (r"$a << b$ \(a << b\) \[a << b\] $$a << b$$", r"$a << b$ \(a << b\) \[a << b\] $$a << b$$"),
        (r"\verb|a << b| \texttt{a << b} \t{<<} <<x>>", r"\verb|a << b| \texttt{a << b} \t{<<} «x»"),
        ("\\begin{verbatim}\n<<\n\\end{verbatim}", "\\begin{verbatim}\n<<\n\\end{verbatim}"),
        (r"costs \$5 and \$6 << x", r"costs \$5 and \$6 « x"),
        (r"a \\[2mm] << \] b", r"a \\[2mm] « \] b"),
        ("x\n\\begin{example}\n\\exmp{1\n}{2}%\n\\end{example}\ny", "x\n%\n%\n%\n\ny"),
        (r"\begin{tikzpicture}\draw;\end{tikzpicture}", latex.FIGURE_NOT_SHOWN),
        (
            r"\begin{wrapfigure}[5]{r}{0.3\textwidth}x\end{wrapfigure}",
            r"\begin{floated}\begin{figure}x\end{figure}\end{floated}",
        ),
        (r"\illustration{.3}{a}{b}", r"\illustration{0.3}{a}{b}"),
        (f"a{latex.NEXT_SAMPLE}b", "anextb"),
    ],
)
def test_prepared(text: str, prepared: str) -> None:
    """Titles, samples and drawings go, quotes are set, and code and formulas stay as they are."""
    assert _body(text) == prepared


def test_headings_are_in_the_statements_language() -> None:
    """Polygon's commands make headings in Russian where the statement is Russian."""
    text = r"\begin{problem}{a}{b}{c}{d}{e}\InputFile x\end{problem}"

    assert r"\newcommand{\InputFile}{\section*{Входные данные}}" in latex.prepared(text, language="ru")
    assert r"\newcommand{\InputFile}{\section*{Input}}" in latex.prepared(text, language="en")
    assert r"\newenvironment{problem}[5]" in latex.prepared(text)
    assert r"\newenvironment{problem}[4]" in latex.prepared("\\begin{problem}{a}\n{b}{c}\n{d}")


def test_constants() -> None:
    r"""``\constant{name}`` is replaced where the name is known, and braces that only look like a constant are not."""
    assert latex.with_constants(r"\constant{n} \constant{m} {{n}}", {"n": "10"}) == r"10 \constant{m} {{n}}"


def test_constants_do_not_grow_without_end() -> None:
    """A long value named again and again adds a bounded number of characters."""
    grown = latex.with_constants(r"\constant{n}" * 10_000, {"n": "x" * 10_000})

    assert len(grown) < 2_000_000


@given(st.text(alphabet="\\{}$%[]()<>\nabe ", max_size=60))
def test_any_text(text: str) -> None:
    """Whatever is written, the line in front is one line, and no line of the text is lost."""
    prepared = latex.prepared(text)

    assert prepared.count("\n") == text.count("\n") + 1
    latex.title(text)


@pytest.mark.parametrize(
    "text",
    [
        "\\[",
        "$",
        "\\verb|",
        "\\begin{verbatim}",
        "\\begin{tikzpicture}",
        "\\problemname{",
        "\\texttt{",
        "{",
        "%% p ",
        "<<",
    ],
)
def test_linear_time(text: str) -> None:
    """What is never closed is looked for once, not once for each time it is opened."""
    started = time.process_time()
    long = text * (1_000_000 // len(text))
    latex.prepared(long)
    latex.title(long)
    latex.with_constants(long, {"a": "b"})

    assert time.process_time() - started < 10
