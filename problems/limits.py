"""Reads ``limits`` of ``problem.yaml``: what each format knows, in its units, and what we can hold to.

A limit that could not be honoured exactly refuses the package, as the format 2025-09 asks ("Limits" there): the largest
values below are those that a judgehost can be held to.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from judge.models import KIB, MIB, Limits
from problems import domjudge
from problems.document import Document, Plain
from problems.findings import Findings
from problems.kinds import Kind
from problems.timing import PROVISIONAL_MS, Timing

_FILE = "problem.yaml"

_MOST_S = 3600
_MOST_MIB = 64 * 1024
_MOST_OUTPUT_MIB = 1024
_MOST_KIB = 64 * 1024
MOST_PASSES = 1000

_Seconds: TypeAlias = Annotated[float, Field(ge=0.001, le=_MOST_S, allow_inf_nan=False)]
#: Less than a byte would be none at all.
_Mebibytes: TypeAlias = Annotated[float, Field(ge=1 / MIB, le=_MOST_MIB, allow_inf_nan=False)]
_OutputMebibytes: TypeAlias = Annotated[float, Field(ge=1 / MIB, le=_MOST_OUTPUT_MIB, allow_inf_nan=False)]
_Kibibytes: TypeAlias = Annotated[float, Field(ge=1 / KIB, le=_MOST_KIB, allow_inf_nan=False)]
_Factor: TypeAlias = Annotated[float, Field(ge=1, le=1000, allow_inf_nan=False)]
#: Legacy packages calibrate with whatever they like, and calibrating is all these are for.
_LooseFactor: TypeAlias = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


def _mapping_or_nothing(value: Plain) -> Plain:
    """The key is the later formats'; in a legacy file a number there is a slip that DOMjudge and Kattis pass over."""
    return value if isinstance(value, dict) else None


class _Strict(BaseModel):
    """Unknown keys are kept, to be reported with their lines."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Multipliers(_Strict):
    """``time_multipliers`` of the format 2025-09."""

    ac_to_time_limit: _Factor = 2.0
    time_limit_to_tle: _Factor = 1.5


class _Common(_Strict):
    """In the file's units: seconds, MiB, KiB."""

    time_limit: _Seconds | None = None
    memory: _Mebibytes = 2048
    output: _OutputMebibytes = 8
    code: _Kibibytes = 128
    compilation_time: _Seconds = 60
    compilation_memory: _Mebibytes = 2048
    validation_time: _Seconds = 60
    validation_memory: _Mebibytes = 2048
    validation_output: _OutputMebibytes = 8
    validation_passes: Annotated[int, Field(ge=2, le=MOST_PASSES)] = 2

    def judged(self, time_ms: int, *, is_multi_pass: bool) -> Limits:
        return Limits(
            time_ms=time_ms,
            wall_ms=2 * time_ms + 1000,
            memory_bytes=round(self.memory * MIB),
            output_bytes=round(self.output * MIB),
            code_bytes=round(self.code * KIB),
            compile_time_ms=_ms(self.compilation_time),
            compile_memory_bytes=round(self.compilation_memory * MIB),
            validation_time_ms=_ms(self.validation_time),
            validation_memory_bytes=round(self.validation_memory * MIB),
            validation_output_bytes=round(self.validation_output * MIB),
            passes=self.validation_passes if is_multi_pass else 1,
        )


class LegacyLimits(_Common):
    """As the legacy format has them, with DOMjudge's ``time_limit`` and what later formats' packages carry along."""

    time_multiplier: _LooseFactor = 5.0
    time_safety_margin: _LooseFactor = 2.0
    time_multipliers: Annotated[Multipliers | None, BeforeValidator(_mapping_or_nothing)] = None
    time_resolution: _Seconds = 1.0

    def timing(self, *, is_inferred: bool) -> Timing:
        given = self.time_multipliers
        return Timing(
            ac_to_limit=given.ac_to_time_limit if given else self.time_multiplier,
            limit_to_tle=given.time_limit_to_tle if given else self.time_safety_margin,
            resolution_ms=_ms(self.time_resolution),
            is_inferred=is_inferred,
        )


class DraftLimits(_Common):
    """As 2023-07-draft has them; early ones still had the factors' old names, and one of these for both."""

    time_multiplier: _LooseFactor | None = None
    time_safety_margin: _LooseFactor | None = None
    time_multipliers: Multipliers = Multipliers()
    time_resolution: _Seconds = 1.0

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, values: object) -> object:
        if isinstance(values, dict) and isinstance(values.get("time_multiplier"), dict):
            values = {**values, "time_multipliers": values["time_multiplier"], "time_multiplier": None}
        return values

    def timing(self, *, is_inferred: bool) -> Timing:
        return Timing(
            ac_to_limit=self.time_multiplier or self.time_multipliers.ac_to_time_limit,
            limit_to_tle=self.time_safety_margin or self.time_multipliers.time_limit_to_tle,
            resolution_ms=_ms(self.time_resolution),
            is_inferred=is_inferred,
        )


class CurrentLimits(_Common):
    """As the format 2025-09 has them: whole numbers but for times."""

    memory: Annotated[int, Field(gt=0, le=_MOST_MIB)] = 2048
    output: Annotated[int, Field(gt=0, le=_MOST_OUTPUT_MIB)] = 8
    code: Annotated[int, Field(gt=0, le=_MOST_KIB)] = 128
    compilation_time: Annotated[int, Field(gt=0, le=_MOST_S)] = 60
    compilation_memory: Annotated[int, Field(gt=0, le=_MOST_MIB)] = 2048
    validation_time: Annotated[int, Field(gt=0, le=_MOST_S)] = 60
    validation_memory: Annotated[int, Field(gt=0, le=_MOST_MIB)] = 2048
    validation_output: Annotated[int, Field(gt=0, le=_MOST_OUTPUT_MIB)] = 8
    time_multipliers: Multipliers = Multipliers()
    time_resolution: _Seconds = 1.0

    def timing(self, *, is_inferred: bool) -> Timing:
        return Timing(
            ac_to_limit=self.time_multipliers.ac_to_time_limit,
            limit_to_tle=self.time_multipliers.time_limit_to_tle,
            resolution_ms=_ms(self.time_resolution),
            is_inferred=is_inferred,
        )


AnyLimits: TypeAlias = LegacyLimits | DraftLimits | CurrentLimits

Format: TypeAlias = Literal["legacy", "legacy-icpc", "2023-07-draft", "2025-09", "polygon", "domjudge"]


def read(
    given: AnyLimits, ini: domjudge.Extras, kind: Kind, source: Document, findings: Findings
) -> tuple[Limits, Timing]:
    """The limits, with a provisional time limit where no file gives one."""
    time_limit_s = _time_limit_s(given.time_limit, ini, findings)
    timing = given.timing(is_inferred=time_limit_s is None)
    if "validation_passes" in given.model_fields_set and not kind.is_multi_pass:
        text = "limits.validation_passes means nothing without `type: multi-pass`"
        findings.warning(source.file, text, line=source.line("limits", "validation_passes"))
    time_ms = PROVISIONAL_MS if time_limit_s is None else max(1, round(time_limit_s * 1000))
    if time_limit_s is not None and abs(time_limit_s * 1000 - time_ms) > 1e-6:
        text = f"limits.time_limit: {time_limit_s} s is finer than a clock; {time_ms} ms are used"
        findings.warning(source.file, text, line=source.line("limits", "time_limit"))
    return given.judged(time_ms, is_multi_pass=kind.is_multi_pass), timing


def _time_limit_s(in_yaml: float | None, ini: domjudge.Extras, findings: Findings) -> float | None:
    """The limit of problem.yaml, else that of the files that DOMjudge reads, in its order; None: nothing gives one."""
    counting = {_FILE: in_yaml} if in_yaml is not None else {}
    counting.update(ini.time_limits_s)
    if not counting:
        return domjudge.DEFAULT_TIME_LIMIT_S if ini.is_there else None
    file, time_limit_s = next(iter(counting.items()))
    for other, other_s in counting.items():
        if other_s == time_limit_s:
            continue
        text = f"says {other_s} s, but {file} says {time_limit_s} s"
        if file == _FILE and other == domjudge.TIME_LIMIT:
            findings.error(other, f"{text}; keep one of them")
        else:
            findings.warning(other, f"{text}, which counts")
    return time_limit_s


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
