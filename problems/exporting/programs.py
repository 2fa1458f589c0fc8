"""Writes the programs of a package in the forms that the format 2025-09 knows ("Programs" there).

Those are C and C++, a single Python file, and whatever has scripts ``build`` and ``run``; programs in other languages
get such scripts. Programs written with testlib get a wrapper of ours, which speaks the format's language for them.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from judge.models import CheckerSpec, Convention, Problem, Source
from problems.exporting.folder import CannotExport, Folder, fit
from problems.exporting.metadata import code_of

if TYPE_CHECKING:
    from problems.package import Package

_WRAPPERS = Path(__file__).with_name("wrappers")
_WRAPPER = "icpc_wrapper.cpp"
_SCRIPT = "script"
_SHELL = "#!/bin/sh\nset -e\n"
_COMPILER = "c++ -O2 -std=gnu++{year}"
_YEAR = re.compile(r"\d\d")
_FLAGS_OF_LINES = ("case_sensitive", "space_change_sensitive")


def checker_flags(problem: Problem, flags: tuple[str, ...]) -> tuple[str, ...]:
    """A test case's flags for the output validator as exported."""
    return _FLAGS_OF_LINES if problem.checker.name == "lines" else flags


def write(package: Package, folder: Folder) -> None:
    """Write output, input and static validators.

    Raises:
        CannotExport: one has no form in the format.
    """
    problem = package.problem
    _output_validator(problem, folder)
    for validator in package.input_validators:
        target = f"input_validators/{fit(validator.name)}"
        if validator.source is None:
            _specification(package, validator.name, target, folder)
        elif package.format == "polygon":
            _wrapped_validator(validator.source, target, folder)
        else:
            _program(validator.source, target, folder)
    if not package.input_validators:
        folder.note("there is no input validator, although the format wants one")
    if problem.static_validator is not None:
        _program(problem.static_validator, "static_validator", folder)


def _output_validator(problem: Problem, folder: Folder) -> None:
    checker = problem.checker
    if checker.others:
        raise CannotExport("several output validators that all have to accept; the format knows one")
    if checker.program is None:
        if checker.name == "lines":
            folder.note("output was compared line by line; exported as case_sensitive space_change_sensitive")
        elif checker.name != "tokens":
            raise CannotExport(f"the built-in checker {checker.name}; the format knows only its default validator")
        if problem.interactor is not None:
            raise CannotExport("an interactor whose output is judged by a built-in checker; ship a checker with it")
        return
    if checker.convention is Convention.TESTLIB:
        _wrapped_checker(checker, problem.interactor, folder)
    else:
        _program(checker.program, "output_validator", folder)


def _wrapped_checker(checker: CheckerSpec, interactor: Source | None, folder: Folder) -> None:
    """A testlib checker, and interactor, behind our wrapper."""
    assert checker.program is not None
    target = "output_validator"
    lines = [_built(checker.program, "checker", folder, target)]
    if interactor is not None:
        lines.append(_built(interactor, "interactor", folder, target))
    folder.put(f"{target}/{_WRAPPER}", (_WRAPPERS / "checker.cpp").read_bytes())
    how = f"{_COMPILER.format(year=17)} {'-DINTERACTIVE ' if interactor is not None else ''}-o run {_WRAPPER}\n"
    folder.put(f"{target}/build", (_SHELL + "".join(lines) + how).encode(), is_executable=True)


def _wrapped_validator(program: Source, target: str, folder: Folder) -> None:
    target = target.removesuffix(PurePosixPath(target).suffix)
    line = _built(program, "validator", folder, target)
    folder.put(f"{target}/{_WRAPPER}", (_WRAPPERS / "validator.cpp").read_bytes())
    how = f"{_COMPILER.format(year=17)} -o run {_WRAPPER}\n"
    folder.put(f"{target}/build", (_SHELL + line + how).encode(), is_executable=True)


def _built(program: Source, name: str, folder: Folder, target: str) -> str:
    """Put a program's files into the folder; the line of its build script that makes it ``name``."""
    if code_of(program.language) not in ("c", "cpp"):
        raise CannotExport(f"{program.files[0].name}: a testlib program in {program.language}; only C++ can be wrapped")
    for file in program.files:
        folder.put(f"{target}/{file.name}", file.content)
    year = _YEAR.search(program.language)
    return f"{_COMPILER.format(year=year[0] if year else 17)} -o {name} {program.files[0].name}\n"


def _program(program: Source, target: str, folder: Folder) -> None:
    """A program that speaks the format's language already."""
    script = _scripts(program)
    is_alone = len(program.files) == 1 and script is None and PurePosixPath(target).name == program.files[0].name
    if not is_alone and len(PurePosixPath(target).parts) > 1:
        # A folder named like the file in it would be one too many.
        target = target.removesuffix(PurePosixPath(target).suffix)
    for file in program.files:
        path = target if is_alone else f"{target}/{file.name}"
        folder.put(path, file.content, is_executable=file.is_executable)
    if script is None:
        return
    build, run = script
    if build:
        folder.put(f"{target}/build", (_SHELL + build).encode(), is_executable=True)
        folder.note(f"{target}: is built by {build.split()[0]}, which not every judge has")
    folder.put(f"{target}/run", (_SHELL + run).encode(), is_executable=True)


def _scripts(program: Source) -> tuple[str, str] | None:
    """What ``build`` and ``run`` do for a program that has no form of its own in the format; None where it has."""
    names = [file.name for file in program.files]
    here = '"$(dirname "$0")'
    if code_of(program.language) in ("c", "cpp") or program.language == _SCRIPT:
        return None
    if code_of(program.language) == "python3":
        is_module = "__main__.py" in names and "__init__.py" in names
        if len(names) == 1 or is_module:
            return None
        main = program.entry_point or next((name for name in ("__main__.py", "main.py") if name in names), names[0])
        return "", f'exec python3 {here}/{main}" "$@"\n'
    if program.language == "java":
        main = program.entry_point or PurePosixPath(names[0]).stem
        return "javac -encoding UTF-8 -d . *.java\n", f'exec java -cp "$(dirname "$0")" {main} "$@"\n'
    raise CannotExport(f"{names[0]}: a validator in {program.language}, which the format does not know")


def _specification(package: Package, name: str, target: str, folder: Folder) -> None:
    """A validator that is no program: a description in a language that other tools run."""
    for place in ("input_validators", "input_format_validators"):
        path = package.path / place / name
        if path.is_file() and path.resolve().is_relative_to(package.path):
            folder.put(target, path.read_bytes())
            return
    folder.note(f"input validator {name} is left out: nothing of it can be run here")
