"""Reads what kind of problem a package says it is: ``type`` and, in the legacy format, ``validation``.

Both are a list or blank-separated words, which the specifications' own examples and DOMjudge use interchangeably.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from problems.document import Document
from problems.findings import Findings
from problems.tree import Tree

#: The legacy format's folder of output validators, and that of its successors.
VALIDATOR_FOLDERS = ("output_validators", "output_validator")

_TYPES = ("pass-fail", "scoring", "multi-pass", "interactive", "submit-answer")
_VALIDATIONS = ("default", "custom", "score", "interactive", "multi-pass")
_INCOMPATIBLE = (("pass-fail", "scoring"), ("submit-answer", "multi-pass"), ("submit-answer", "interactive"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How submissions are run and judged."""

    is_scoring: bool = False
    is_interactive: bool = False
    is_multi_pass: bool = False
    is_submit_answer: bool = False
    #: Whether output is judged by a program of the package's own; None where the file does not let us know.
    has_validator: bool | None = False
    #: Whether that program gives scores (legacy ``validation: custom score``).
    wants_scores: bool = False


#: Of a file that cannot be read: nothing may be concluded from it.
UNKNOWN = Kind(has_validator=None)


def read(
    tree: Tree, form: str, types: Sequence[str], validation: Sequence[str], source: Document, findings: Findings
) -> Kind:
    """The kind that these words say; words that contradict each other are errors."""
    _check_words("type", types, _TYPES, source, findings)
    _check_words("validation", validation, _VALIDATIONS, source, findings)
    for first, second in _INCOMPATIBLE:
        if first in types and second in types:
            text = f"type: a problem cannot be {first} and {second} at once"
            findings.error(source.file, text, line=source.line("type"))
    words = {*types, *validation}
    talks = words & {"interactive", "multi-pass"}
    folder = next((name for name in VALIDATOR_FOLDERS if _is_used(tree, name)), None)
    has_validator = _has_validator(form, validation, has_folder=folder is not None, talks=bool(talks))
    key = "type" if "type" in source.values else "validation"
    if talks and not has_validator:
        text = f"{' '.join(sorted(talks))} problems need a program of their own, in output_validator/"
        if "default" in validation:
            text = "either default, or custom with a program of the package's own"
        findings.error(source.file, f"{key}: {text}", line=source.line(key))
    if folder is not None and not has_validator:
        text = f"{folder}/ is not used, for `validation: custom` is not set"
        findings.warning(source.file, text, line=source.line("validation"))
    wants_scores = "score" in validation
    if wants_scores and "scoring" not in types:
        text = "validation: score means nothing without `type: scoring`"
        findings.warning(source.file, text, line=source.line("validation"))
    return Kind(
        is_scoring="scoring" in types,
        is_interactive="interactive" in words,
        is_multi_pass="multi-pass" in words,
        is_submit_answer="submit-answer" in types,
        has_validator=has_validator,
        wants_scores=wants_scores and "scoring" in types,
    )


def _check_words(key: str, words: Sequence[str], known: Sequence[str], source: Document, findings: Findings) -> None:
    line = source.line(key)
    for word in words:
        if word not in known:
            text = f"{key}: unknown word {word[:40]!r}; the format knows {', '.join(known)}"
            findings.error(source.file, text, line=line)
    if len(set(words)) < len(words):
        findings.error(source.file, f"{key}: a word is there twice", line=line)
    if "default" in words and len(words) > 1:
        findings.error(source.file, f"{key}: either default or custom", line=line)


def _is_used(tree: Tree, folder: str) -> bool:
    """Whether there is something in it: version control and editors leave empty folders behind."""
    entry = tree.find(folder)
    return entry is not None and entry.is_directory and bool(tree.entries(entry))


def _has_validator(form: str, validation: Sequence[str], *, has_folder: bool, talks: bool) -> bool:
    """Legacy packages say so; with the formats after it a validator is used because it exists."""
    if validation:
        return "default" not in validation
    # DOMjudge reads ``type: pass-fail interactive`` in packages that name no format, too.
    return has_folder and (talks or form in ("2023-07-draft", "2025-09"))
