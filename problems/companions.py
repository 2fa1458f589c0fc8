"""Reads what stands beside a test case: how it is run, and what people want to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from judge.models import KIB, Blob
from problems import document, flags
from problems.document import Document
from problems.findings import Findings
from problems.limits import Format
from problems.tree import Entry, Tree

MOST_FILES = 100

#: Files that only people look at; the last three show an interaction or what a statement prints instead.
_FOR_READERS = frozenset(
    {".hint", ".desc", ".png", ".jpg", ".jpeg", ".svg", ".md", ".txt", ".interaction", ".statement", ".download"}
)
#: Files of the formats after legacy that say how a case is run.
_FOR_RUNS = frozenset({".yaml", ".files", ".args"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Companions:
    """What the files beside a case say."""

    #: Its own ``.yaml``.
    source: Document | None = None
    #: Those of ``.args``; None: there is no such file.
    args: tuple[str, ...] | None = None
    #: Put into the submission's working directory, by relative path.
    files: Mapping[str, Blob] = field(default_factory=dict)
    paths: Mapping[Blob, Path] = field(default_factory=dict)


def is_one(entry: Entry, by_name: Mapping[str, Entry]) -> bool:
    """Whether a directory is a case's files rather than a directory of cases."""
    return entry.relative.suffix == ".files" and f"{entry.relative.stem}.in" in by_name


def read(tree: Tree, entry: Entry, by_name: Mapping[str, Entry], form: Format, findings: Findings) -> Companions | None:
    """What stands beside the case of that input; None, and an error found, if it cannot be used."""
    if form not in ("2025-09", "2023-07-draft"):
        return Companions()
    stem = entry.relative.stem
    configuration, words, folder = (by_name.get(f"{stem}{suffix}") for suffix in (".yaml", ".args", ".files"))
    source = None
    if configuration is not None and not configuration.is_directory:
        source = document.read(tree, configuration, findings)
        if source is None:
            return None
    args = None
    if words is not None and not words.is_directory:
        content = tree.read(words, most_bytes=64 * KIB)
        args = flags.split((content or b"").decode("utf-8", "replace"), str(words), findings)
    files, paths = _files(tree, folder) if folder is not None and folder.is_directory else ({}, {})
    if len(files) > MOST_FILES:
        findings.error(str(folder), f"more than {MOST_FILES} files for one test case")
        return None
    return Companions(source=source, args=args, files=files, paths=paths)


def report(entry: Entry, by_name: Mapping[str, Entry], form: Format, findings: Findings) -> None:
    """Say so if nobody reads a file of a directory of test data."""
    stem, suffix = entry.relative.stem, entry.relative.suffix
    is_legacy = form not in ("2025-09", "2023-07-draft")
    if suffix == ".ans" or (not is_legacy and suffix in (*_FOR_RUNS, ".out")):
        if f"{stem}.in" not in by_name:
            findings.warning(str(entry), f"ignored: there is no {stem}.in beside it")
    elif suffix in _FOR_RUNS:
        text = "ignored: it belongs to later formats; name one, such as `problem_format_version: 2025-09`"
        findings.warning(str(entry), text)
    elif suffix not in _FOR_READERS:
        findings.warning(str(entry), "ignored: neither .in nor .ans")


def _files(tree: Tree, folder: Entry) -> tuple[dict[str, Blob], dict[Blob, Path]]:
    """Everything below the directory, by path from there."""
    files: dict[str, Blob] = {}
    paths: dict[Blob, Path] = {}
    for entry in tree.below(folder, most=MOST_FILES + 1):
        blob = tree.blob(entry)
        if blob is not None:
            files[str(entry.relative.relative_to(folder.relative))] = blob
            paths[blob] = entry.real
    return files, paths
