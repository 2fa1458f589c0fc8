"""Writes any package as one in the ICPC format 2025-09, whatever format it came in.

    problem.yaml, statement/     exporting/metadata.py, statements.py
    data/                        exporting/layout.py, data.py
    *_validator(s)/, include/    exporting/programs.py
    submissions/                 exporting/submissions.py

A package of that format already is copied as it is. What the format cannot express exactly is refused where judging
would differ, and noted where only something around it does.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from judge.errors import PackageError
from judge.models import Problem
from problems import yaml_text
from problems.exporting import data, metadata, programs, statements, submissions
from problems.exporting.folder import CannotExport, Folder, fit
from problems.exporting.layout import layout
from problems.findings import Findings
from problems.tree import Entry, Tree

if TYPE_CHECKING:
    from problems.package import Package

FORMAT = "2025-09"
_NAME = re.compile(r"[a-z0-9]+")


def export(package: Package, folder: Path) -> tuple[str, ...]:
    """Write the package into a folder, which is made; notes on what is not as it was.

    Args:
        package: with all its test data, as ``judge.preparing.generating.completed`` gives it.
        folder: to be named like the package; must not exist, or be empty.

    Raises:
        PackageError: the format cannot express the package, or data of it is missing. Nothing is left.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PackageError([f"{folder.name}: exists already, and is not empty"])
    folder.mkdir(parents=True, exist_ok=True)
    target = Folder(folder, package.files)
    if not _NAME.fullmatch(folder.name):
        target.note(f"the folder is named {folder.name}; the format allows a-z and 0-9 only")
    try:
        if package.format == FORMAT:
            _copy(package, target)
        else:
            _write(package, target)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, CannotExport):
            text = f"{package.name}: cannot be expressed in the format {FORMAT}: {error}"
            raise PackageError([text]) from error
        raise
    return tuple(target.notes)


def _write(package: Package, folder: Folder) -> None:
    problem = package.problem
    if problem.output_file:
        raise CannotExport(f"output written to the file {problem.output_file}; here it is standard output")
    if problem.input_file:
        folder.note(f"input is in the file {problem.input_file}, and on standard input as well")
    if problem.grader is not None:
        raise CannotExport("a grader of the package's own")
    places = layout(problem)
    metadata.write(package, statements.write(package, folder), folder)
    data.write(package, places, folder)
    programs.write(package, folder)
    _includes(problem, folder)
    submissions.write(package, places, folder)
    for name, blob in package.attachments.items():
        folder.copy(f"attachments/{'/'.join(fit(part) for part in name.split('/'))}", blob)


def _includes(problem: Problem, folder: Folder) -> None:
    """Files for all submissions in a language. Several versions of one language here are one there."""
    for language, files in problem.includes.items():
        code = metadata.code_of(language)
        for file in files:
            folder.put(f"include/{code}/{file.name}", file.content, is_executable=file.is_executable)


def _copy(package: Package, folder: Folder) -> None:
    """A package of the format, its links followed and its test data complete."""
    tree = Tree(package.path, Findings())
    _copy_all(tree, tree.root, folder)
    written = {path.relative_to(folder.path).as_posix() for path in folder.path.rglob("*") if path.is_file()}
    for testcase in package.problem.testcases:
        for extension, blob in (("in", testcase.input), ("ans", testcase.answer)):
            name = f"data/{testcase.name}.{extension}"
            if name not in written:
                folder.copy(name, blob)
    if not package.about.get("uuid"):
        file = folder.path / "problem.yaml"
        text, encoding = yaml_text.read(file)
        file.write_bytes(yaml_text.with_value(text, "uuid", metadata.identity(package)).encode(encoding))
        folder.note("it had no uuid; it has one now")


def _copy_all(tree: Tree, entry: Entry, folder: Folder) -> None:
    for child in tree.entries(entry):
        if child.is_directory:
            _copy_all(tree, child, folder)
        else:
            is_executable = bool(child.real.stat().st_mode & 0o100)
            folder.put(str(child.relative), child.real.read_bytes(), is_executable=is_executable)
