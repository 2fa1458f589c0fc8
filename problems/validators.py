"""Finds the program that judges a problem's output."""

from __future__ import annotations

from judge.models import CheckerSpec, Source
from problems import programs
from problems.findings import Findings
from problems.programs import ProgramError
from problems.tree import Entry, Tree

#: The legacy format's folder, and that of its successors.
FOLDERS = ("output_validators", "output_validator")

#: The format's default output validator.
DEFAULT = CheckerSpec(name="tokens")


def read(tree: Tree, findings: Findings) -> CheckerSpec | None:
    """The package's own output validator; None, and an error found, if there is not exactly one that can be used."""
    found = [(name, folder) for name in FOLDERS if (folder := tree.find(name)) is not None and folder.is_directory]
    if not found:
        findings.error("problem.yaml", "validation is custom, but there is no directory output_validators/")
        return None
    folder = found[0][1]
    try:
        return CheckerSpec(name="program", program=_program(tree, folder))
    except ProgramError as error:
        findings.error(f"{folder}/", str(error))
        return None


def _program(tree: Tree, folder: Entry) -> Source:
    """The one program in the folder: a file, a file with headers beside it, or a directory."""
    entries = tree.entries(folder)
    directories = [entry for entry in entries if entry.is_directory]
    sources = [entry for entry in entries if not entry.is_directory and programs.is_source(entry)]
    if len(directories) + len(sources) > 1:
        raise ProgramError("holds several programs; this version uses exactly one output validator")
    if directories:
        entries = tree.entries(directories[0])
        if any(entry.is_directory for entry in entries):
            raise ProgramError("the validator's directory holds directories; put its files side by side")
    if any(entry.name in ("build", "run") for entry in entries):
        raise ProgramError("build and run scripts are not supported; leave only the source files")
    if not entries:
        raise ProgramError("holds no program")
    return programs.source_of(tree, entries)
