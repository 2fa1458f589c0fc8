"""Finds the files that are laid over every submission before it is compiled (2025-09, "Included files").

include/<language>/   for submissions in one language, by its code in the format's table of languages
include/default/      for those in a language without a folder of its own
"""

from __future__ import annotations

from collections.abc import Mapping

from judge.models import SourceFile
from judge.recipes import languages
from problems import programs
from problems.constants import NONE
from problems.findings import Findings
from problems.programs import ProgramError
from problems.tree import Entry, Tree

FOLDER = "include"
DEFAULT = "default"


def read(
    tree: Tree, findings: Findings, *, constants: Mapping[str, str] = NONE
) -> Mapping[str, tuple[SourceFile, ...]]:
    """The files for each of our languages, by its id, and those for all others as ``default``."""
    top = tree.find(FOLDER)
    found: dict[str, tuple[SourceFile, ...]] = {}
    for folder in tree.entries(top) if top is not None and top.is_directory else ():
        if not folder.is_directory:
            findings.warning(str(folder), "ignored: files to include stand in folders such as include/cpp/")
            continue
        ids = [item.id for item in languages.by_code(folder.name)]
        if folder.name == DEFAULT:
            ids = [DEFAULT]
        if not ids:
            findings.warning(str(folder), "ignored: this judge has no language of that code")
            continue
        files = _files(tree, folder, constants, findings)
        if not files:
            findings.warning(str(folder), "is empty: nothing is included")
        found.update(dict.fromkeys(ids, files))
    return found


def _files(tree: Tree, folder: Entry, constants: Mapping[str, str], findings: Findings) -> tuple[SourceFile, ...]:
    try:
        return programs.plain_files(tree, programs.named_files(tree, folder), constants)
    except ProgramError as error:
        findings.error(str(folder), f"cannot be included: {error}")
        return ()
