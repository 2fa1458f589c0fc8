"""Reads the arguments that group files and test cases give to submissions and validators, and their inheritance.

    legacy     input_validator_flags, output_validator_flags: one text, or a mapping for one validator of several
    2025-09    args, input_validator_args, output_validator_args: lists, or a mapping by input validator
    drafts     either

A group without a key takes that of the nearest group around it. The format 2025-09 says so of a test case within its
group only; but arguments at ``data/secret``, where there are no test cases beside groups, can mean nothing else.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from problems import metadata
from problems.document import Document, Plain
from problems.findings import Findings
from problems.limits import Format

LEGACY_KEYS = frozenset(
    {
        *("on_reject", "grading", "grader_flags", "accept_score", "reject_score", "range"),
        *("input_validator_flags", "output_validator_flags"),
    }
)
_ARGS = frozenset(
    {
        *("args", "input_validator_args", "output_validator_args", "input_visualizer_args", "output_visualizer_args"),
        "full_feedback",
    }
)
CASE_KEYS = frozenset({*_ARGS, "hint", "description"})
GROUP_KEYS = frozenset(
    {
        *("max_score", "score_aggregation", "static_validation_score", "static_validator_args", "require_pass"),
        *_ARGS,
    }
)
_DRAFT_KEYS = frozenset({*LEGACY_KEYS, *GROUP_KEYS, *CASE_KEYS, "scoring", "static_validation"})

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What is said on command lines for one test case."""

    #: To the submission.
    args: Words = ()
    #: To every output validator, without the problem's own flags.
    checker: Words = ()
    #: To one output validator, by its name.
    named: Mapping[str, Words] = field(default_factory=dict)
    #: To input validators by name; "" is all of them.
    input: Mapping[str, Words] = field(default_factory=dict)


def report_unknown(source: Document, form: Format, findings: Findings, *, is_case: bool = False) -> None:
    """Unknown keys are errors in the format 2025-09; before, they are ignored."""
    known = {"2025-09": CASE_KEYS if is_case else GROUP_KEYS, "2023-07-draft": _DRAFT_KEYS}.get(form, LEGACY_KEYS)
    if form == "2025-09" and not is_case:
        # The directories of invalid and valid data describe all their test cases in one file.
        known |= {"description", "hint"}
    for key in source.values:
        if key in known:
            continue
        if form == "2025-09":
            hint = f"; the format has {key.replace('_flags', '_args')}" if key.endswith("r_flags") else ""
            findings.error(source.file, f"unknown key {key[:60]!r}{hint}", line=source.line(key))
        else:
            findings.warning(source.file, f"unknown key {key[:60]!r} is ignored", line=source.line(key))


def overlaid(around: Flags, source: Document, form: Format, findings: Findings) -> Flags:
    """Those of the file, and those around it where it says nothing."""
    found = around
    if form != "2025-09":
        found = _legacy(found, source, findings)
    if form in ("2025-09", "2023-07-draft"):
        found = _current(found, source, findings)
    return found


def with_args(around: Flags, args: Words | None) -> Flags:
    """With other words for the submission, where there are some."""
    return around if args is None else replace(around, args=args)


def split(text: str, file: str, findings: Findings) -> Words:
    """The words of an ``.args`` file of 2023-07-draft, which may be quoted."""
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        findings.error(file, f"cannot be split into words: {error}")
        return ()
    if not metadata.are_usable_flags(words):
        findings.error(file, f"must be at most {metadata.MOST_FLAGS} printable words")
        return ()
    return words


def _legacy(around: Flags, source: Document, findings: Findings) -> Flags:
    found = around
    given = source.values.get("output_validator_flags")
    if isinstance(given, dict):
        named = _by_validator(given, source, "output_validator_flags", findings)
        found = replace(found, checker=(), named=named)
    elif given is not None:
        words = _words(given, source, "output_validator_flags", findings)
        if words is not None:
            found = replace(found, checker=words, named={})
    given = source.values.get("input_validator_flags")
    if isinstance(given, dict):
        found = replace(found, input=_by_validator(given, source, "input_validator_flags", findings))
    elif given is not None:
        words = _words(given, source, "input_validator_flags", findings)
        found = replace(found, input={"": words}) if words is not None else found
    return found


def _by_validator(given: dict[str, Plain], source: Document, key: str, findings: Findings) -> Mapping[str, Words]:
    """``{name: V, flags: ...}``, as the specification has it, or ``{V: ...}``, as packages do."""
    name = given.get("name")
    if isinstance(name, str) and set(given) <= {"name", "flags"}:
        given = {name: given.get("flags")}
    found = {}
    for validator, flags in given.items():
        words = _words(flags if flags is not None else "", source, key, findings)
        if words is not None:
            found[validator] = words
    return found


def _current(around: Flags, source: Document, findings: Findings) -> Flags:
    found = around
    for key, name in (("args", "args"), ("output_validator_args", "checker")):
        if source.values.get(key) is not None:
            words = _words(source.values[key], source, key, findings, may_be_list=True)
            if words is not None and name == "args":
                found = replace(found, args=words)
            elif words is not None:
                found = replace(found, checker=words, named={})
    given = source.values.get("input_validator_args")
    if isinstance(given, dict):
        by_name = {
            name: _words(flags, source, "input_validator_args", findings, may_be_list=True)
            for name, flags in given.items()
        }
        found = replace(found, input={name: words for name, words in by_name.items() if words is not None})
    elif given is not None:
        words = _words(given, source, "input_validator_args", findings, may_be_list=True)
        found = replace(found, input={"": words}) if words is not None else found
    return found


def _words(value: Plain, source: Document, key: str, findings: Findings, *, may_be_list: bool = False) -> Words | None:
    """The words of a text, or of a list where that is meant; None, and an error found, for anything else.

    A list's items are words as they are: blanks in them are theirs.
    """
    items: Iterable[Plain] = metadata.flag_words(value) if isinstance(value, str) else ()
    if may_be_list and isinstance(value, list):
        items = value
    elif not isinstance(value, str):
        items = (None,)
    words = tuple(item for item in items if isinstance(item, str))
    if len(words) < len(tuple(items)) or not metadata.are_usable_flags(words):
        what = "a list of" if may_be_list else "one text of"
        text = f"{key}: must be {what} at most {metadata.MOST_FLAGS} printable words"
        findings.error(source.file, text, line=source.line(key))
        return None
    return words
