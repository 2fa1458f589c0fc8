"""Reading a program of a package: its files, its language, its scripts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from judge.models import Source, SourceFile
from problems import programs
from problems.findings import Findings
from problems.programs import ProgramError, is_source, named_files, newest, read
from problems.tree import Tree


def program(folder: Path, files: Mapping[str, str | bytes], *, language: str = "", has_scripts: bool = False) -> Source:
    """The source of the program called program, made of these files below the package."""
    for file, content in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    tree = Tree(folder, Findings())
    entry = tree.find("program")
    assert entry is not None
    return read(tree, entry, language=language, has_scripts=has_scripts)


class TestFiles:
    def test_of_a_directory(self, tmp_path: Path) -> None:
        """Files keep their paths below the program; what starts with a dot, and what Python leaves, is no part."""
        files: dict[str, str | bytes] = {
            "program/main.py": "a",
            "program/lib/deep/x.py": "b",
            "program/data.bin": b"\0\xff",
            "program/.gitignore": "",
            "program/__pycache__/main.cpython-313.pyc": "",
        }
        source = program(tmp_path, files)

        assert source.files == (
            SourceFile(name="data.bin", content=b"\0\xff"),
            SourceFile(name="lib/deep/x.py", content=b"b"),
            SourceFile(name="main.py", content=b"a"),
        )

    def test_links_within_the_package(self, tmp_path: Path) -> None:
        """A file that is a link has the name of the link and the content of its target."""
        (tmp_path / "program").mkdir()
        (tmp_path / "shared.h").write_text("shared")
        (tmp_path / "program" / "shared.h").symlink_to("../shared.h")
        source = program(tmp_path, {"program/main.cpp": ""})

        assert source.files[1] == SourceFile(name="shared.h", content=b"shared")

    def test_a_circle_of_links(self, tmp_path: Path) -> None:
        """A directory that holds itself is refused instead of being walked for ever."""
        (tmp_path / "program").mkdir()
        (tmp_path / "program" / "again").symlink_to(".")

        with pytest.raises(ProgramError, match="nested more than 8 deep"):
            program(tmp_path, {"program/main.py": ""})

    def test_too_many(self, tmp_path: Path) -> None:
        """The number of files is bounded, whatever folders they are in."""
        with pytest.raises(ProgramError, match="more than 200 files"):
            program(tmp_path, {f"program/{number % 7}/{number}.py": "" for number in range(201)})

    def test_too_large(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each file and all of them together are bounded."""
        monkeypatch.setattr(programs, "FILE_BYTES", 10)
        with pytest.raises(ProgramError, match="is larger than"):
            program(tmp_path, {"program/a.py": "x" * 11})
        monkeypatch.setattr(programs, "PROGRAM_BYTES", 15)
        with pytest.raises(ProgramError, match="larger than"):
            program(tmp_path, {"program/a.py": "x" * 10, "program/b.py": "x" * 10})

    def test_constants(self, tmp_path: Path) -> None:
        """Constants of the package are replaced in every file."""
        tree = Tree(tmp_path, Findings())
        (tmp_path / "a.py").write_text("print({{n}}, {{m}})")
        entry = tree.find("a.py")
        assert entry is not None

        assert read(tree, entry, constants={"n": "5"}).files[0].content == b"print(5, {{m}})"


class TestLanguages:
    @pytest.mark.parametrize(
        ("names", "language"),
        [
            (["a.c"], "c"),
            (["a.cc"], "cpp23"),
            (["a.cxx"], "cpp23"),
            (["a.py", "b.py", "c.cpp"], "python3"),
            (["a.py", "c.cpp"], "cpp23"),
            (["a.c", "b.cpp"], "cpp23"),
            (["a.py", "B.java"], "java"),
            (["a.js", "b.py"], "python3"),
            (["a.c", "a.h", "b.h", "README.md", "data.txt"], "c"),
            (["a.py3"], "python3"),
        ],
    )
    def test_most_files_decide(self, tmp_path: Path, names: list[str], language: str) -> None:
        """The language with most files is the program's, then the one that comes first; headers do not count."""
        assert program(tmp_path, {f"program/{name}": "" for name in names}).language == language

    @pytest.mark.parametrize(
        ("names", "text"),
        [
            (["a.py2"], "it is written in Python 2, which this judge does not have"),
            (["A.nim"], "it is written in Nim, which this judge does not have"),
            (["a.zig", "b.zig", "notes.md"], "it is written in Zig, which this judge does not have"),
            (["README.md", "data.in"], "no file is in a language of this judge"),
            (["x.cpp.disabled"], "no file is in a language of this judge"),
        ],
    )
    def test_others(self, tmp_path: Path, names: list[str], text: str) -> None:
        """What this judge does not have is named where packages often have it."""
        with pytest.raises(ProgramError, match=text):
            program(tmp_path, {f"program/{name}": "" for name in names})

    @pytest.mark.parametrize("shebang", ["#!/usr/bin/python2", "#!/usr/bin/env python2", "#! python2 -u"])
    def test_python_2_by_its_first_line(self, tmp_path: Path, shebang: str) -> None:
        """The legacy format tells the versions of Python apart by the first line."""
        with pytest.raises(ProgramError, match="Python 2"):
            program(tmp_path, {"program/a.py": f"{shebang}\nprint 1\n"})

    @pytest.mark.parametrize("shebang", ["#!/usr/bin/python3", "#!/usr/bin/env python", "# python2", "x\n#!python2"])
    def test_python_3_otherwise(self, tmp_path: Path, shebang: str) -> None:
        """Everything that does not say Python 2 there is Python 3."""
        assert program(tmp_path, {"program/a.py": f"{shebang}\n"}).language == "python3"

    def test_named_by_the_package(self, tmp_path: Path) -> None:
        """A language that is named counts, whatever the files are called."""
        assert program(tmp_path, {"program/a.txt": ""}, language="cpp17").language == "cpp17"

    def test_the_newest_of_a_family(self) -> None:
        """Programs of packages are compiled as the newest version that their code covers, which reads older ones."""
        assert (newest("cpp"), newest("cpp17"), newest("python3")) == ("cpp23", "cpp17", "python3")

    def test_sources(self) -> None:
        """Headers, data and texts are no sources."""
        assert [name for name in ("a.cpp", "a.h", "a.hpp", "a.py", "build", "a.md") if is_source(name)] == [
            "a.cpp",
            "a.py",
        ]


class TestScripts:
    def test_make_the_language(self, tmp_path: Path) -> None:
        """A directory with build or run is in the language of scripts, whatever else it holds."""
        for name in ("build", "run"):
            files = {f"program/{name}": "#!/bin/sh\n", "program/a.cpp": ""}
            assert program(tmp_path / name, files, has_scripts=True).language == "script"

    def test_not_of_submissions(self, tmp_path: Path) -> None:
        """A submission has no scripts: a file called run is just a file."""
        assert program(tmp_path, {"program/run": "", "program/a.cpp": ""}).language == "cpp23"

    def test_can_be_started(self, tmp_path: Path) -> None:
        """Scripts are executable although archives lose that, and the kernel understands how their lines end."""
        files: dict[str, str | bytes] = {
            "program/build": "#!/bin/sh\r\nc++ -o run a.cpp\r\n",
            "program/run": b"\x7fELF\0\r\n",
            "program/tool.py": "#!/usr/bin/env python3\r\npass\r\n",
            "program/a.cpp": "int main() {}\r\n",
            "program/helper": "x",
        }
        for name in files:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        (tmp_path / "program" / "helper").chmod(0o755)
        source = program(tmp_path, files, has_scripts=True)

        assert {file.name: (file.is_executable, file.content) for file in source.files} == {
            "a.cpp": (False, b"int main() {}\r\n"),
            "build": (True, b"#!/bin/sh\nc++ -o run a.cpp\n"),
            "helper": (True, b"x"),
            "run": (True, b"\x7fELF\0\r\n"),
            "tool.py": (True, b"#!/usr/bin/env python3\npass\n"),
        }


def test_files_by_name(tmp_path: Path) -> None:
    """Names come in the order of directories, which is the order of their bytes."""
    for name in ("b/x.py", "a.py", "B.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    tree = Tree(tmp_path, Findings())

    assert list(named_files(tree, tree.root)) == ["B.py", "a.py", "b/x.py"]
