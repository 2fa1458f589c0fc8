"""Reads ``problem.yaml`` of every format, as leniently as packages in the wild need.

Lenient where the meaning is plain: empty values, names by language, blank-separated words where a list is meant, and
before the format 2025-09 unknown keys. Strict where something would be judged differently from what its author meant:
that is refused, with its line. ``kinds.py``, ``limits.py`` and ``about.py`` know the larger keys.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from judge.models import Limits
from problems import about, document, domjudge, kinds
from problems import limits as limit_keys
from problems.document import Document, Plain
from problems.findings import Findings
from problems.kinds import Kind
from problems.limits import AnyLimits, CurrentLimits, DraftLimits, Format, LegacyLimits
from problems.timing import Timing
from problems.tree import Tree

FILE = "problem.yaml"
MOST_FLAGS = 64

#: What a file may call its format, and which rules that means.
_FORMATS: Mapping[str, Format] = {
    "legacy": "legacy",
    "legacy-icpc": "legacy-icpc",
    "2023-07": "2023-07-draft",
    "2023-07-draft": "2023-07-draft",
    "2025-09": "2025-09",
    "2025-09-draft": "2025-09",
    "draft": "2025-09",
}
_ABOUT = frozenset({"uuid", "version", "credits", "source", "license", "rights_owner", "embargo_until", "keywords"})
#: Where the format 2025-09 has what its predecessors had elsewhere.
_MOVED = {
    "author": "credits",
    "source_url": "source: {name: ..., url: ...}",
    "validation": "type, and a program in output_validator/",
    "validator_flags": "output_validator_args in data/secret/test_group.yaml",
    "grading": "test_group.yaml",
}
MOST_CONSTANTS = 1000
CONSTANT_CHARS = 1000
_CONSTANT = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
#: What early drafts called kinds of validation.
_OLD_WORDS = {"multipass": "multi-pass", "scoring": "score"}
_YES, _NO = ("true", "yes", "on", "y"), ("false", "no", "off", "n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a package says of itself, outside its test data."""

    format: Format
    #: The name by natural language, English first.
    titles: Mapping[str, str] = field(default_factory=dict)
    #: None where there is an error, which was found.
    limits: Limits | None = None
    timing: Timing = field(default_factory=Timing)
    kind: Kind = kinds.UNKNOWN
    #: Given to every output validator, before those of groups (legacy format).
    validator_flags: tuple[str, ...] = ()
    #: The checker of this judge's that the package names; None: the format's default.
    checker: str | None = None
    is_smaller_better: bool = False
    #: ``grading`` itself: packages older than the legacy format have there what is in ``data/testdata.yaml`` since.
    grading: Document | None = None
    #: The codes of the languages allowed, in the format's words; None: all.
    languages: tuple[str, ...] | None = None
    allows_file_writing: bool = False
    #: What ``{{name}}`` and ``{{name.variant}}`` stand for.
    constants: Mapping[str, str] = field(default_factory=dict)
    #: The rest, in the shape of the format 2025-09.
    about: Mapping[str, Plain] = field(default_factory=dict)


def read(tree: Tree, findings: Findings) -> Metadata:
    """The metadata; what is wrong with it becomes findings."""
    entry = tree.find(FILE)
    ini = domjudge.read(tree, findings)
    if entry is None and not ini.is_there:
        findings.error(FILE, "missing; a package needs one with at least `name` and `limits: {time_limit: ...}`")
    source = document.read(tree, entry, findings) if entry else Document(file=FILE, values={}, lines={})
    form = _format(source, ini, findings) if source else "legacy"
    raw = _parsed(source, form, findings) if source else None
    if source is None or raw is None:
        return Metadata(format=form)
    is_current = form == "2025-09"
    # Keys of older formats, which are errors found: nothing further is to be said of them.
    validation, validator_flags = ((), ()) if is_current else (raw.validation, raw.validator_flags)
    kind = kinds.read(tree, form, raw.type, validation, source, findings)
    limits, timing = limit_keys.read(raw.limits, ini, kind, source, findings)
    titles = about.titles(source.values.get("name"), source, findings, is_current=is_current)
    return Metadata(
        format=form,
        titles=titles or ({about.DEFAULT_LANGUAGE: ini.name} if ini.name else {}),
        limits=limits,
        timing=timing,
        checker=ini.checker,
        kind=kind,
        validator_flags=_usable_flags(validator_flags, source, findings),
        is_smaller_better=_is_smaller_better(raw.grading, source, findings),
        grading=Document(file=FILE, values=raw.grading, lines=source.below("grading")),
        languages=None if raw.languages == ("all",) else raw.languages,
        allows_file_writing=raw.allow_file_writing,
        constants=_constants(raw.constants, source, findings),
        about=about.read(source, findings, is_current=is_current),
    )


def words(value: Plain) -> Sequence[Plain]:
    """A list, or a text split at blanks, which packages use interchangeably."""
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list):
        return tuple(value)
    raise ValueError("should be a text or a list of texts")


def flag_words(text: str) -> tuple[str, ...]:
    """The words of a text of flags. Quotes hold blanks together; an apostrophe without its like is only that."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    try:
        return tuple(lexer)
    except ValueError:
        return tuple(text.split())


def _flags(value: Plain) -> Sequence[Plain]:
    return flag_words(value) if isinstance(value, str) else words(value)


def _validation_words(value: Plain) -> Sequence[Plain]:
    """Words, or a mapping of early drafts in which each of them is true or false."""
    if not isinstance(value, dict):
        return words(value)
    return ("custom", *(_OLD_WORDS.get(word, word) for word, given in value.items() if _yes_or_no(given)))


def are_usable_flags(flags: Sequence[str]) -> bool:
    """Whether flags can be handed to a program: not too much, and nothing invisible."""
    return len(flags) <= MOST_FLAGS and all(len(flag) <= 256 and flag.isprintable() for flag in flags)


def _yes_or_no(value: Plain) -> bool:
    """A boolean, in any of YAML's spellings."""
    if isinstance(value, str) and value.lower() in (*_YES, *_NO):
        return value.lower() in _YES
    raise ValueError("should be true or false")


Words: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(words)]


class _Raw(BaseModel):
    """Keys may be empty in the file, which means the same as their absence. Unknown ones are kept to be reported."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: Words = ("pass-fail",)
    limits: AnyLimits
    #: Empty where the key is missing.
    validation: Annotated[tuple[str, ...], BeforeValidator(_validation_words)] = ()
    validator_flags: Annotated[tuple[str, ...], BeforeValidator(_flags)] = ()
    grading: dict[str, Any] = {}
    languages: Words = ("all",)
    allow_file_writing: Annotated[bool, BeforeValidator(_yes_or_no)] = False
    constants: dict[str, Any] = {}


class _Legacy(_Raw):
    limits: LegacyLimits = LegacyLimits()


class _Draft(_Raw):
    limits: DraftLimits = DraftLimits()


class _Current(_Raw):
    limits: CurrentLimits = CurrentLimits()


_MODELS: Mapping[str, type[_Raw]] = {"2023-07-draft": _Draft, "2025-09": _Current}
_KNOWN = frozenset({*_Raw.model_fields, *_ABOUT, "problem_format_version", "name"})


def _format(source: Document, ini: domjudge.Extras, findings: Findings) -> Format:
    named = source.values.get("problem_format_version") or "legacy"
    form = _FORMATS.get(named) if isinstance(named, str) else None
    line = source.line("problem_format_version")
    if form is None:
        known = ", ".join(dict.fromkeys(_FORMATS.values()))
        findings.error(FILE, f"format {str(named)[:40]!r} is not supported; this version reads {known}", line=line)
        return "legacy"
    if form != named:
        findings.warning(FILE, f"format {named!r} is read as {form}", line=line)
    return "domjudge" if form == "legacy" and ini.is_there else form


def _parsed(source: Document, form: Format, findings: Findings) -> _Raw | None:
    try:
        raw = _MODELS.get(form, _Legacy).model_validate(_without_nulls(source.values))
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False):
            text = "Input should be a mapping" if item["type"] == "model_type" else item["msg"]
            findings.error(FILE, f"{_shown(item['loc'])}: {text}", line=source.line(*item["loc"]))
        return None
    _report_unknown(raw, source, form, findings)
    return raw


def _report_unknown(raw: _Raw, source: Document, form: Format, findings: Findings) -> None:
    """Unknown keys are errors in the format 2025-09; before, packages are full of them."""
    is_current = form == "2025-09"
    say = findings.error if is_current else findings.warning
    ending = "" if is_current else " is ignored"
    old = frozenset(_MOVED)
    for key in source.values:
        if key not in _KNOWN | old or (is_current and key in old):
            hint = f"; the format {form} has {_MOVED[key]} for it" if key in old else ""
            say(FILE, f"unknown key {key[:60]!r}{ending}{hint}", line=source.line(key))
    for limit in raw.limits.model_extra or {}:
        say(FILE, f"unknown limit {limit[:60]!r}{ending}", line=source.line("limits", limit))
    multipliers = raw.limits.time_multipliers
    for factor in (multipliers.model_extra or {}) if multipliers else ():
        line = source.line("limits", "time_multipliers", factor)
        say(FILE, f"unknown factor {factor[:60]!r}{ending}", line=line)


def _without_nulls(values: dict[str, Plain]) -> dict[str, Plain]:
    return {
        key: _without_nulls(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if value is not None
    }


def _shown(key: tuple[str | int, ...]) -> str:
    return ".".join(str(part)[:60] for part in key)


def _usable_flags(flags: tuple[str, ...], source: Document, findings: Findings) -> tuple[str, ...]:
    if are_usable_flags(flags):
        return flags
    text = f"validator_flags: at most {MOST_FLAGS} words of printable characters"
    findings.error(FILE, text, line=source.line("validator_flags"))
    return ()


def _is_smaller_better(grading: Mapping[str, Plain], source: Document, findings: Findings) -> bool:
    objective = grading.get("objective", "max")
    if objective not in ("max", "min"):
        findings.error(FILE, "grading.objective: must be max or min", line=source.line("grading", "objective"))
    return objective == "min"


def _constants(given: Mapping[str, Plain], source: Document, findings: Findings) -> Mapping[str, str]:
    """Names and values; a value with variants gives ``name`` (its ``value``) and ``name.variant``."""
    found: dict[str, str] = {}
    for name, value in given.items():
        variants = value if isinstance(value, dict) else {"value": value}
        for variant, text in variants.items():
            full_name = name if variant == "value" else f"{name}.{variant}"
            wrong = _what_is_wrong(name, variant, text)
            if wrong:
                line = source.line("constants", name, variant)
                findings.error(FILE, f"constants: {full_name[:60]!r} {wrong}", line=line)
            elif isinstance(text, str):
                found[full_name] = text
                if variant == "value" and isinstance(value, dict):
                    found[f"{name}.value"] = text
    if len(found) > MOST_CONSTANTS:
        findings.error(FILE, f"constants: more than {MOST_CONSTANTS} values", line=source.line("constants"))
    return found


def _what_is_wrong(name: str, variant: str, text: Plain) -> str:
    if not (_CONSTANT.fullmatch(name) and _CONSTANT.fullmatch(variant)):
        return "is no name: letters, digits and underscores, the first no digit"
    if not isinstance(text, str):
        return "has no value; it must be a number or a text"
    if any("\ud800" <= char <= "\udfff" for char in text):
        # YAML can write halves of characters, which no file can hold.
        return "has a value that is no text"
    return "" if len(text) <= CONSTANT_CHARS else f"is longer than {CONSTANT_CHARS} characters"
