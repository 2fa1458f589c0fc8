"""Finds what contestants are shown of samples where that is not their test data.

    X.interaction                   a dialogue instead of input and answer, also where there is no X.in
    X.in.statement                  instead of X.in
    X.ans.statement, else X.out     instead of X.ans

The rules are those of the format 2025-09, "Samples shown in the problem statement", and for interactive problems those
of the legacy format, "Interactive Problems": there, input and answer are never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from judge.models import KIB
from problems.findings import Findings
from problems.tree import Entry, Tree

FOLDER = "data/sample"
FILE_BYTES = 256 * KIB
MOST_SAMPLES = 100

_INTERACTION = ".interaction"
_ENDINGS = (_INTERACTION, ".in.statement", ".ans.statement", ".out", ".in", ".ans")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSample:
    """What is shown of one sample in place of its test data; nothing at all where all three are None."""

    #: Of the test case, or as it would be called.
    name: str
    input: bytes | None = None
    answer: bytes | None = None
    #: Lines after ``>`` are said by the submission and those after ``<`` to it; ``---`` is between passes.
    interaction: bytes | None = None


def read(tree: Tree, findings: Findings, *, hides_data: bool = False) -> tuple[ShownSample, ...]:
    """Samples that are shown otherwise than by their test data, by name.

    Args:
        tree: the package.
        findings: what cannot be shown.
        hides_data: whether a sample without ``.interaction`` is not shown at all.
    """
    # What is odd about the names there was told when the test data was read.
    tree = Tree(tree.root.real, Findings())
    folder = tree.find(FOLDER)
    if folder is None or not folder.is_directory:
        return ()
    files: dict[str, dict[str, Entry]] = {}
    for entry in tree.below(folder, most=MOST_SAMPLES * len(_ENDINGS)):
        ending = next((it for it in _ENDINGS if entry.name.endswith(it) and entry.name != it), None)
        if ending is not None:
            path = str(entry.relative.relative_to("data")).removesuffix(ending)
            files.setdefault(path, {})[ending] = entry
    shown = (_shown(name, files[name], findings, hides_data=hides_data) for name in sorted(files)[:MOST_SAMPLES])
    return tuple(sample for sample in shown if sample is not None)


def _shown(name: str, files: Mapping[str, Entry], findings: Findings, *, hides_data: bool) -> ShownSample | None:
    if _INTERACTION in files:
        return ShownSample(name=name, interaction=_dialogue(files[_INTERACTION], findings))
    if hides_data:
        findings.warning(f"data/{name}.in", "not shown, for the problem is interactive; add an .interaction to show")
        return ShownSample(name=name)
    if ".in" not in files or not files.keys() & {".in.statement", ".ans.statement", ".out"}:
        return None
    answer = next((files[it] for it in (".ans.statement", ".out", ".ans") if it in files), None)
    return ShownSample(
        name=name,
        input=_content(files.get(".in.statement", files[".in"]), findings),
        answer=b"" if answer is None else _content(answer, findings),
    )


def _dialogue(entry: Entry, findings: Findings) -> bytes | None:
    content = _content(entry, findings)
    for number, line in enumerate((content or b"").splitlines(), start=1):
        if line.strip() and not line.startswith((b"<", b">")) and line.strip() != b"---":
            findings.warning(str(entry), "a line begins with > or <, or is --- alone", line=number)
            break
    return content


def _content(entry: Entry, findings: Findings) -> bytes | None:
    return entry.content(FILE_BYTES, lambda why: findings.warning(str(entry), f"not shown: {why}"))
