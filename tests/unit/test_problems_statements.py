"""Finding statements, and the pictures that they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import KIB
from problems import pictures, statements
from problems.findings import Findings
from problems.pictures import Beside
from problems.statements import Statement
from problems.tree import Tree
from tests.packages import loaded

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SVG = b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'
_FOLDER = "problem_statement"


def test_languages_and_formats(tmp_path: Path) -> None:
    """Every language and format is found, in either folder; without a language it is English."""
    package = loaded(
        tmp_path,
        {
            "problem_statement/problem.tex": "tex",
            "problem_statement/problem.pt-BR.md": "ol\u00e1",
            "problem_statement/problem.cls.bak": "",
            "problem_statement/problem.html": "<p>x",
            "statement/problem.sv.pdf": b"%PDF-1.7 \xff",
            "problem.txt": "plain",
            "problem.sv.txt": "not at the top",
        },
    )

    assert package.statements == (
        Statement(language="en", format="html", content=b"<p>x"),
        Statement(language="en", format="md", content=b"Add $a$ and $b$.\n"),
        Statement(language="en", format="tex", content=b"tex"),
        Statement(language="en", format="txt", content=b"plain"),
        Statement(language="pt-BR", format="md", content="ol\u00e1".encode()),
        Statement(language="sv", format="pdf", content=b"%PDF-1.7 \xff"),
    )


def test_none(tmp_path: Path) -> None:
    """A problem can be judged without a statement, but that is worth a warning."""
    package = loaded(tmp_path, {"problem_statement/problem.en.md": None})

    assert package.statements == ()
    assert "problem_statement/: no statement: add problem.en.md" in package.warnings


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("problem_statement/problem.md", "x", "problem.md: ignored: a second statement in language en and format md"),
        ("statement/problem.en.md", "x", "statement/problem.en.md: ignored: a second statement"),
        ("problem_statement/problem.sv.tex", b"a\0b", "problem.sv.tex: ignored: is no text"),
        ("problem_statement/problem.sv.pdf", b"<html>", "problem.sv.pdf: ignored: is no PDF"),
    ],
)
def test_broken_ones(tmp_path: Path, file: str, content: str | bytes, complaint: str) -> None:
    """A statement that cannot be shown is told and left out; the problem is judged all the same."""
    package = loaded(tmp_path, {file: content})

    assert any(complaint in warning for warning in package.warnings)
    assert [statement.format for statement in package.statements] == ["md"]


def test_large_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements are held in memory, so they are bounded."""
    monkeypatch.setattr(statements, "TEXT_BYTES", KIB)
    package = loaded(tmp_path, {"problem_statement/problem.sv.md": "x" * (KIB + 1)})

    assert "problem_statement/problem.sv.md: ignored: larger than 1 KiB" in package.warnings
    assert [statement.language for statement in package.statements] == ["en"]


def test_latin_1(tmp_path: Path) -> None:
    """A statement of the last century is read as what it was written in, and the line that tells so is named."""
    package = loaded(tmp_path, {"problem_statement/problem.sv.tex": "Hej\nd\u00e4r \u201cx\u201d".encode("cp1252")})

    assert package.statements[1].content.decode() == "Hej\nd\u00e4r \u201cx\u201d"
    assert any("problem.sv.tex:2: is not UTF-8; read as Latin-1" in warning for warning in package.warnings)


def test_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    """What Windows adds to a text is not part of it."""
    package = loaded(tmp_path, {"problem_statement/problem.sv.md": b"\xef\xbb\xbfa\r\nb\r"})

    assert package.statements[1].content == b"a\nb\n"


def test_pictures(tmp_path: Path) -> None:
    """Pictures that a statement names are its own, by their path; those it does not name are nobody's."""
    package = loaded(
        tmp_path,
        {
            "problem_statement/problem.sv.tex": r"\includegraphics{lamp} \includegraphics{maps/plan.svg}",
            "problem_statement/lamp.png": PNG,
            "problem_statement/maps/plan.svg": SVG,
            "problem_statement/other.png": PNG,
        },
    )

    assert package.statements[0].pictures == {}
    assert package.statements[1].pictures == {"lamp.png": PNG, "maps/plan.svg": SVG}


@pytest.mark.parametrize("content", [b"<html><script>", b"", b"%PDF-1.4", b"GIF90a", b"<p><svg>", b"RIFF1234WAVE"])
def test_pictures_that_are_none(tmp_path: Path, content: bytes) -> None:
    """What calls itself a picture and is something else is not shown, and that is told."""
    package = loaded(
        tmp_path, {"problem_statement/problem.sv.md": "![](lamp.png)", "problem_statement/lamp.png": content}
    )

    assert package.statements[1].pictures == {}
    assert "problem_statement/lamp.png: not shown: is none of png, jpg, gif, webp, svg" in package.warnings


def test_pictures_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are held in memory: each, all together, and their number are bounded; each is told once."""
    monkeypatch.setattr(pictures, "PICTURE_BYTES", 100)
    monkeypatch.setattr(pictures, "TOTAL_BYTES", 70)
    files = {f"problem_statement/{name}.png": PNG + b"\0" * size for name, size in (("p1", 0), ("p2", 200), ("p3", 40))}
    text = "![](p1.png) ![](p2.png) ![](p3.png)"
    package = loaded(
        tmp_path, {**files, "problem_statement/problem.sv.md": text, "problem_statement/problem.da.md": text}
    )

    assert [sorted(statement.pictures) for statement in package.statements] == [["p1.png"], [], ["p1.png"]]
    assert len([warning for warning in package.warnings if "not shown" in warning]) == 2


def test_links_out_of_the_package(tmp_path: Path) -> None:
    """A picture that is a link to elsewhere is not read."""
    (tmp_path / "secret.png").write_bytes(PNG)
    folder = tmp_path / "package" / _FOLDER
    folder.mkdir(parents=True)
    (folder / "problem.md").write_text("![](secret.png)")
    (folder / "secret.png").symlink_to(tmp_path / "secret.png")
    findings = Findings()
    (statement,) = statements.read(Tree(folder.parent, findings), findings)

    assert statement.pictures == {}
    assert any("leaves the package" in error for error in findings.errors)


def test_constants(tmp_path: Path) -> None:
    """Constants are replaced in Markdown as everywhere, and in LaTeX where the command names them."""
    folder = tmp_path / _FOLDER
    folder.mkdir()
    (folder / "problem.en.md").write_text("{{n}} {{m}} {{nextsample}}")
    (folder / "problem.en.tex").write_text(r"\constant{n} {{n}}")
    findings = Findings()
    markdown, latex = statements.read(Tree(tmp_path, findings), findings, constants={"n": "10"})

    assert markdown.content == b"10 {{m}} {{nextsample}}"
    assert latex.content == b"10 {{n}}"


def test_title_of_a_tex_statement(tmp_path: Path) -> None:
    """Titles are those of the statements where the package gives none elsewhere, English first."""
    package = loaded(
        tmp_path,
        {
            "problem.yaml": "limits: {time_limit: 1}\n",
            "problem_statement/problem.da.tex": r"\problemname{To tal}",
            "problem_statement/problem.tex": r"\problemname{Two \emph{Numbers}}",
        },
    )

    assert package.title == "Two Numbers"
    assert statements.titles(package.statements) == {"da": "To tal", "en": "Two Numbers"}


def test_statements_of_other_packages(tmp_path: Path) -> None:
    """A file of any name, and a text of no file, become statements with the pictures beside them."""
    folder = tmp_path / "statements" / "russian"
    folder.mkdir(parents=True)
    (folder / "text.tex").write_bytes(b"\\includegraphics{a}\r\n")
    (folder / "a.png").write_bytes(PNG)
    findings = Findings()
    tree = Tree(tmp_path, findings)
    entry, directory = tree.find("statements/russian/text.tex"), tree.find("statements/russian")
    assert entry is not None and directory is not None

    expected = Statement(language="ru", format="tex", content=b"\\includegraphics{a}\n", pictures={"a.png": PNG})
    assert statements.load(tree, entry, findings, language="ru") == expected
    beside = Beside(tree, directory, findings)
    assert statements.from_tex("\\includegraphics{a}\n", language="ru", beside=beside) == expected
    assert statements.from_tex("x", language="ru") == Statement(language="ru", format="tex", content=b"x")
