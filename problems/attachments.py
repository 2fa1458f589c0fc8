"""Finds the files that a package gives to contestants beside the statement: everything in ``attachments/``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from judge.models import MIB, Blob
from problems.findings import Findings
from problems.tree import Tree

FOLDER = "attachments"
MOST_FILES = 200
TOTAL_BYTES = 256 * MIB


def read(tree: Tree, findings: Findings) -> Mapping[str, tuple[Blob, Path]]:
    """Each file, by its path below the folder, with where its bytes are."""
    folder = tree.find(FOLDER)
    if folder is None or not folder.is_directory:
        return {}
    entries = tree.below(folder, most=MOST_FILES + 1)
    if len(entries) > MOST_FILES:
        findings.error(FOLDER, f"more than {MOST_FILES} files")
        return {}
    found = {}
    for entry in entries:
        blob = tree.blob(entry)
        if blob is not None:
            found[str(entry.relative.relative_to(folder.relative))] = (blob, entry.real)
    if sum(blob.size for blob, _ in found.values()) > TOTAL_BYTES:
        findings.error(FOLDER, f"larger than {TOTAL_BYTES // MIB} MiB in all")
    return found
