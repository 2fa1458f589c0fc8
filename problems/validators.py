"""Finds a package's own programs that judge: output and input validators, the static validator, the grader.

    output_validators/       legacy: a program for each file or directory; all of them must accept
    output_validator/        since 2023-07: the files of one program, or its directory
    input_validators/        a program, .ctd or .viva for each file or directory (input_format_validators/ of old)
    static_validator/        2025-09: as output_validator/
    graders/                 legacy: one program

The folders' names are read in every format, and leniently: what lies directly in a folder may be one program with its
headers or several programs, and a folder meant for one program may hold a directory with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal, TypeVar

from judge.models import CheckerSpec, Source, SourceFile
from judge.recipes import languages
from problems import includes, programs
from problems.constants import NONE
from problems.findings import Findings
from problems.programs import ProgramError
from problems.tree import Entry, Tree

#: The legacy format's folder, and that of its successors.
FOLDERS = ("output_validators", "output_validator")
INPUT_FOLDERS = ("input_validators", "input_format_validators")
STATIC_FOLDER = "static_validator"
GRADER_FOLDER = "graders"

#: The format's default output validator.
DEFAULT = CheckerSpec(name="tokens")

MOST_VALIDATORS = 50
_HEADERS = frozenset({".h", ".hpp", ".hh", ".hxx"})
_SPECIFICATIONS: Mapping[str, Literal["checktestdata", "viva"]] = {".ctd": "checktestdata", ".viva": "viva"}

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputValidator:
    """What says whether an input is as the statement promises."""

    #: Of its file, with the extension, or of its directory.
    name: str
    kind: Literal["program", "checktestdata", "viva"]
    #: None where there is nothing that this judge can run.
    source: Source | None
    #: Why it cannot be run; empty where it can.
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    """A program's files, by the names they get in its source."""

    name: str
    #: Where it stands, for messages.
    place: str
    files: Mapping[str, Entry]


def read(
    tree: Tree, findings: Findings, *, form: str = "legacy", constants: Mapping[str, str] = NONE
) -> CheckerSpec | None:
    """The package's own output validators; None, and an error found, if there is none that can be used."""
    folder = _folder(tree, FOLDERS)
    if folder is None:
        findings.error("problem.yaml", "validation is custom, but there is no directory output_validators/")
        return None
    try:
        # DOMjudge puts all files of its one validator together.
        found = _programs(tree, folder, is_one=folder.name == FOLDERS[1] or form == "domjudge")
    except ProgramError as error:
        findings.error(f"{folder}/", str(error))
        return None
    if not found:
        findings.error(f"{folder}/", "holds no program")
        return None
    if len(found) > 1 and form == "2025-09":
        findings.warning(f"{folder}/", "holds several programs; each of them has to accept")
    # What is wrong with these is found when they are read for submissions.
    included = includes.read(tree, Findings(), constants=constants)
    specs: list[CheckerSpec] = []
    for program in found:
        source = _source(tree, program, constants, findings)
        if source is not None:
            specs.append(_spec(program.name, _with_headers(source, included)))
    if len(specs) < len(found):
        return None
    return replace(specs[0], others=tuple(specs[1:]))


def input_validators(
    tree: Tree, findings: Findings, *, constants: Mapping[str, str] = NONE
) -> tuple[InputValidator, ...]:
    """All input validators, by name; those that cannot be run have a note instead of a source."""
    found: dict[str, InputValidator] = {}
    for name in INPUT_FOLDERS:
        folder = tree.find(name)
        if folder is None or not folder.is_directory:
            continue
        for validator in _input_validators(tree, folder, constants):
            if validator.note:
                findings.warning(f"{folder}/{validator.name}", f"is not run: {validator.note}")
            found.setdefault(validator.name, validator)
    return tuple(found[name] for name in sorted(found))


def static_validator(tree: Tree, findings: Findings, *, constants: Mapping[str, str] = NONE) -> Source | None:
    """The static validator; None if there is none, or none that can be used, which is an error found."""
    return _only(tree, STATIC_FOLDER, constants, findings)


def grader(tree: Tree, findings: Findings, *, constants: Mapping[str, str] = NONE) -> Source | None:
    """The grader; None if there is none, or none that can be used, which is an error found."""
    return _only(tree, GRADER_FOLDER, constants, findings)


def named(flags: Mapping[str, _T], name: str) -> _T | None:
    """What is given to the program of that name: packages write a file's name with its extension, or without."""
    return flags[name] if name in flags else flags.get(PurePosixPath(name).stem)


def _spec(name: str, source: Source) -> CheckerSpec:
    return CheckerSpec(name="program", program=source, program_name=name)


def _folder(tree: Tree, names: Sequence[str]) -> Entry | None:
    """The first of these folders that holds something, else the first that there is."""
    folders = [entry for name in names if (entry := tree.find(name)) is not None and entry.is_directory]
    return next((folder for folder in folders if tree.entries(folder)), next(iter(folders), None))


def _only(tree: Tree, name: str, constants: Mapping[str, str], findings: Findings) -> Source | None:
    folder = _folder(tree, (name,))
    if folder is None or not tree.entries(folder):
        return None
    try:
        found = _programs(tree, folder, is_one=True)
    except ProgramError as error:
        findings.error(f"{folder}/", str(error))
        return None
    if len(found) != 1:
        text = "holds several programs, of which there may be one" if found else "holds no program"
        findings.error(f"{folder}/", text)
        return None
    return _source(tree, found[0], constants, findings)


def _programs(tree: Tree, folder: Entry, *, is_one: bool) -> list[_Program]:
    """The programs in a folder.

    Args:
        tree: the package.
        folder: where they are.
        is_one: whether source files directly in the folder are together one program, with all that is below.

    Raises:
        ProgramError: there are too many files, or too many programs.
    """
    entries = tree.entries(folder)
    plain = {entry.name: entry for entry in entries if not entry.is_directory}
    sources = [name for name in plain if programs.is_source(name)]
    has_scripts = any(name in plain for name in programs.SCRIPTS)
    if has_scripts or "__main__.py" in plain or (is_one and sources):
        name = sources[0] if len(sources) == 1 and len(entries) == 1 else folder.name
        return [_Program(name=name, place=str(folder), files=programs.named_files(tree, folder))]
    beside = {name: entry for name, entry in plain.items() if name not in sources}
    found = [
        _Program(name=name, place=str(plain[name]), files={name: plain[name], **_companions(name, beside)})
        for name in sources
    ]
    found += [
        _Program(name=entry.name, place=str(entry), files=files)
        for entry in entries
        if entry.is_directory and (files := programs.named_files(tree, entry))
    ]
    if not found and plain:
        raise ProgramError(programs.no_language(list(plain)))
    if len(found) > MOST_VALIDATORS:
        raise ProgramError(f"holds more than {MOST_VALIDATORS} programs")
    return found


def _companions(name: str, beside: Mapping[str, Entry]) -> dict[str, Entry]:
    """Headers beside a source, for programs that may include them."""
    if languages.guess([name]).code not in ("c", "cpp"):
        return {}
    return {other: entry for other, entry in beside.items() if PurePosixPath(other).suffix in _HEADERS}


def _source(tree: Tree, program: _Program, constants: Mapping[str, str], findings: Findings) -> Source | None:
    try:
        return programs.source_of(tree, program.files, has_scripts=True, constants=constants)
    except ProgramError as error:
        findings.error(program.place, str(error))
        return None


def _input_validators(tree: Tree, folder: Entry, constants: Mapping[str, str]) -> list[InputValidator]:
    found: list[InputValidator] = []
    for entry in tree.entries(folder):
        kind = _SPECIFICATIONS.get(entry.relative.suffix)
        if kind is not None and not entry.is_directory:
            found.append(InputValidator(name=entry.name, kind=kind, source=None, note=f"this judge has no {kind}"))
    try:
        found += [_input_validator(tree, item, constants) for item in _programs(tree, folder, is_one=False)]
    except ProgramError as error:
        # A folder with nothing but specifications is whole.
        if not found:
            found.append(InputValidator(name=folder.name, kind="program", source=None, note=str(error)))
    return found


def _input_validator(tree: Tree, program: _Program, constants: Mapping[str, str]) -> InputValidator:
    try:
        source = programs.source_of(tree, program.files, has_scripts=True, constants=constants)
    except ProgramError as error:
        kinds = {_SPECIFICATIONS.get(PurePosixPath(name).suffix) for name in program.files} - {None}
        kind = kinds.pop() if len(kinds) == 1 else None
        note = f"this judge has no {kind}" if kind else str(error)
        return InputValidator(name=program.name, kind=kind or "program", source=None, note=note)
    return InputValidator(name=program.name, kind="program", source=source, note="")


def _with_headers(source: Source, included: Mapping[str, tuple[SourceFile, ...]]) -> Source:
    """The program with those files to include that are headers: what both sides read is kept once."""
    ids = (source.language,) if source.language != programs.SCRIPT else (programs.newest("cpp"), "c")
    names = {file.name for file in source.files}
    offered = next((included[key] for key in (*ids, includes.DEFAULT) if key in included), ())
    extra = [file for file in offered if PurePosixPath(file.name).suffix in _HEADERS and file.name not in names]
    return replace(source, files=(*source.files, *extra))
