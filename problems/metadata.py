"""Reads ``problem.yaml`` of the legacy package format, as leniently as packages in the wild need.

Lenient where the meaning is plain: unknown keys, empty values, names by language, blank-separated words where a list is
meant. Strict where something would be judged differently from what its author meant: that is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from judge.models import KIB, MIB, Limits
from problems import document, domjudge
from problems.document import Document, Plain
from problems.findings import Findings
from problems.tree import Tree

FILE = "problem.yaml"

_FORMATS = ("legacy", "legacy-icpc", "2023-07-draft")
_TYPES = ("pass-fail",)
_VALIDATIONS = ("default", "custom")
#: What the format knows and this version does not judge: to be said so, not to be called unknown.
_KNOWN_WORDS = ("scoring", "score", "interactive", "multi-pass", "submit-answer")

#: Known keys that change nothing about judging a submission.
_IGNORED = frozenset(
    {
        "uuid",
        "author",
        "credits",
        "version",
        "source",
        "source_url",
        "license",
        "rights_owner",
        "grading",
        "keywords",
        "languages",
        "embargo_until",
    }
)
_IGNORED_LIMITS = frozenset(
    {"time_multiplier", "time_multipliers", "time_safety_margin", "time_resolution", "validation_passes"}
)

MOST_FLAGS = 64
TITLE_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a package says of itself, outside its test data."""

    title: str | None
    #: None where there is no time limit, which is an error found.
    limits: Limits | None
    #: Whether output is judged by a program of the package's own; None where the file does not let us know.
    has_validator: bool | None
    validator_flags: tuple[str, ...]


def read(tree: Tree, findings: Findings) -> Metadata:
    """The metadata; what is wrong with it becomes findings."""
    entry = tree.find(FILE)
    ini = domjudge.read(tree, findings)
    if entry is None and not ini.is_there:
        findings.error(FILE, "missing; a package needs one with at least `name` and `limits: {time_limit: ...}`")
    source = document.read(tree, entry, findings) if entry else Document(file=FILE, values={}, lines={})
    raw = _parsed(source, findings) if source else None
    if source is None or raw is None:
        return Metadata(title=None, limits=None, has_validator=None, validator_flags=())
    _refuse_unsupported(raw, source, findings)
    flags = _usable_flags(raw.validator_flags, source, findings)
    time_limit_s = _time_limit_s(raw.limits.time_limit, ini, findings)
    has_validator_folder = any(tree.find(name) for name in ("output_validators", "output_validator"))
    # The drafts after legacy dropped the key; there a validator is used because it exists.
    is_draft = raw.problem_format_version == "2023-07-draft"
    has_validator = "custom" in raw.validation or (not raw.validation and is_draft and has_validator_folder)
    if has_validator_folder and not has_validator:
        findings.warning(FILE, "output_validators/ is not used, for `validation: custom` is not set")
    return Metadata(
        title=_title(raw.name, findings, source) or ini.name,
        limits=None if time_limit_s is None else raw.limits.judged(time_limit_s),
        has_validator=has_validator,
        validator_flags=flags,
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


def are_usable_flags(flags: Sequence[str]) -> bool:
    """Whether flags can be handed to a program: not too much, and nothing invisible."""
    return len(flags) <= MOST_FLAGS and all(len(flag) <= 256 and flag.isprintable() for flag in flags)


Words: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(words)]
_Amount: TypeAlias = Annotated[float, Field(gt=0, le=1024 * 1024, allow_inf_nan=False)]


class _Raw(BaseModel):
    """Keys may be empty in the file, which means the same as their absence."""

    model_config = ConfigDict(extra="allow", frozen=True)


class _RawLimits(_Raw):
    """In the file's units: seconds, MiB, KiB."""

    time_limit: Annotated[float, Field(ge=0.001, le=3600, allow_inf_nan=False)] | None = None
    memory: _Amount = 2048
    output: Annotated[float, Field(gt=0, le=1024, allow_inf_nan=False)] = 8
    code: Annotated[float, Field(gt=0, le=1024 * 1024, allow_inf_nan=False)] = 128
    compilation_time: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = 60
    compilation_memory: _Amount = 2048
    validation_time: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = 60
    validation_memory: _Amount = 2048
    validation_output: Annotated[float, Field(gt=0, le=1024, allow_inf_nan=False)] = 8

    def judged(self, time_limit_s: float) -> Limits:
        time_ms = max(1, round(time_limit_s * 1000))
        return Limits(
            time_ms=time_ms,
            wall_ms=2 * time_ms + 1000,
            memory_bytes=round(self.memory * MIB),
            output_bytes=round(self.output * MIB),
            code_bytes=round(self.code * KIB),
            compile_time_ms=max(1, round(self.compilation_time * 1000)),
            compile_memory_bytes=round(self.compilation_memory * MIB),
            validation_time_ms=max(1, round(self.validation_time * 1000)),
            validation_memory_bytes=round(self.validation_memory * MIB),
            validation_output_bytes=round(self.validation_output * MIB),
        )


class _RawMetadata(_Raw):
    problem_format_version: str = "legacy"
    type: Words = ("pass-fail",)
    name: str | dict[str, str | None] | None = None
    limits: _RawLimits = _RawLimits()
    #: Empty where the key is missing.
    validation: Words = ()
    validator_flags: Words = ()


def _parsed(source: Document, findings: Findings) -> _RawMetadata | None:
    try:
        raw = _RawMetadata.model_validate(_without_nulls(source.values))
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False):
            # The last parts may name alternatives of ours rather than keys of the file.
            text = "Input should be a mapping" if item["type"] == "model_type" else item["msg"]
            findings.error(FILE, f"{_shown(item['loc'])}: {text}", line=source.line(*item["loc"]))
        return None
    for key in raw.model_extra or {}:
        if key not in _IGNORED:
            findings.warning(FILE, f"unknown key {key[:60]!r} is ignored", line=source.line(key))
    for key in raw.limits.model_extra or {}:
        if key not in _IGNORED_LIMITS:
            findings.warning(FILE, f"unknown limit {key[:60]!r} is ignored", line=source.line("limits", key))
    return raw


def _without_nulls(values: dict[str, Plain]) -> dict[str, Plain]:
    return {
        key: _without_nulls(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if value is not None
    }


def _shown(key: tuple[str | int, ...]) -> str:
    return ".".join(str(part)[:60] for part in key if part not in ("str", "dict[str,nullable[str]]"))


def _refuse_unsupported(raw: _RawMetadata, source: Document, findings: Findings) -> None:
    if raw.problem_format_version not in _FORMATS:
        text = f"format {raw.problem_format_version[:40]!r} is not supported; this version reads {', '.join(_FORMATS)}"
        findings.error(FILE, text, line=source.line("problem_format_version"))
    for key, given, allowed in (("type", raw.type, _TYPES), ("validation", raw.validation, _VALIDATIONS)):
        for word in given:
            if word in _KNOWN_WORDS:
                findings.error(FILE, f"{key}: {word} problems cannot be judged by this version", line=source.line(key))
            elif word not in allowed:
                text = f"{key}: unknown word {word[:40]!r}; this version knows {', '.join(allowed)}"
                findings.error(FILE, text, line=source.line(key))
    if len(raw.validation) > 1 and "default" in raw.validation:
        findings.error(FILE, "validation: either default or custom", line=source.line("validation"))


def _usable_flags(flags: tuple[str, ...], source: Document, findings: Findings) -> tuple[str, ...]:
    if are_usable_flags(flags):
        return flags
    text = f"validator_flags: at most {MOST_FLAGS} words of printable characters"
    findings.error(FILE, text, line=source.line("validator_flags"))
    return ()


def _time_limit_s(in_yaml: float | None, ini: domjudge.Extras, findings: Findings) -> float | None:
    """The limit of problem.yaml, else of the files that DOMjudge reads; two that disagree are one too many."""
    if in_yaml is not None:
        for file, other in ini.time_limits_s.items():
            if other != in_yaml:
                findings.error(file, f"says {other} s, but {FILE} says limits.time_limit: {in_yaml}; keep one of them")
        return in_yaml
    if len(set(ini.time_limits_s.values())) > 1:
        findings.error(FILE, f"the time limits of {' and '.join(ini.time_limits_s)} differ; keep one of them")
    for time_limit_s in ini.time_limits_s.values():
        return time_limit_s
    findings.error(FILE, "no time limit; add `limits: {time_limit: 2}` (in seconds): this version does not infer it")
    return None


def _title(name: str | dict[str, str | None] | None, findings: Findings, source: Document) -> str | None:
    """English first where there are several."""
    if isinstance(name, dict):
        names = {language: text for language, text in name.items() if text}
        name = names.get("en") or next(iter(names.values()), None)
    title = (name or "").strip()
    if len(title) > TITLE_CHARS or not title.isprintable():
        text = f"name: must be one line of at most {TITLE_CHARS} printable characters"
        findings.error(FILE, text, line=source.line("name"))
        return None
    return title or None
