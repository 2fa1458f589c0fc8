"""Writes ``problem.yaml`` ("Problem metadata" in the package format 2025-09)."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from judge.models import KIB, MIB, Limits, Problem
from judge.recipes.languages import languages
from problems.exporting.folder import Folder, Word

if TYPE_CHECKING:
    from problems.package import Package

#: Of our own, so that the same content gets the same uuid wherever it is exported.
_NAMESPACE = uuid.UUID("7d2a54f1-5e0c-4c59-9a63-1f0a7a4e9d35")


def code_of(language_id: str) -> str:
    """What the format's table of languages calls a language of ours; itself where we have none of that id."""
    recipe = languages().get(language_id)
    return recipe.code if recipe is not None else language_id


def write(package: Package, names: Mapping[str, str], folder: Folder) -> None:
    """Write it, with these names by the languages of the statements."""
    problem = package.problem
    document: dict[str, object] = {
        "problem_format_version": "2025-09",
        "type": _types(problem),
        "name": {language: Word(name) for language, name in names.items()},
        "uuid": Word(package.about.get("uuid") or identity(package)),
    }
    for key in ("version", "credits", "source", "license", "rights_owner", "embargo_until", "keywords"):
        if package.about.get(key):
            document[key] = package.about[key]
    document["limits"] = _limits(package, problem.limits)
    if problem.languages is not None:
        codes = {code_of(language) for language in problem.languages if language in languages()}
        document["languages"] = sorted(codes)
    if problem.allows_file_writing:
        document["allow_file_writing"] = True
    if "version" in document:
        document["version"] = Word(document["version"])
    folder.yaml("problem.yaml", document)


def identity(package: Package) -> str:
    """A uuid that follows from what the problem is: its name, and its tests."""
    parts = [package.name, package.title]
    for testcase in package.problem.testcases:
        parts += [testcase.name, testcase.input.hex, testcase.answer.hex]
    return str(uuid.uuid5(_NAMESPACE, "\0".join(parts)))


def _types(problem: Problem) -> list[str]:
    is_scoring = problem.grading is not None and problem.grading.is_scoring
    types = ["scoring" if is_scoring else "pass-fail"]
    if problem.is_interactive:
        types.append("interactive")
    if problem.limits.passes > 1:
        types.append("multi-pass")
    if problem.is_submit_answer:
        types.append("submit-answer")
    return types


def _limits(package: Package, limits: Limits) -> dict[str, object]:
    timing = package.timing
    found: dict[str, object] = {}
    if not timing.is_inferred:
        found["time_limit"] = limits.time_ms / 1000
    found["time_multipliers"] = {
        # The format wants them to be at least 1.
        "ac_to_time_limit": max(1.0, timing.ac_to_limit),
        "time_limit_to_tle": max(1.0, timing.limit_to_tle),
    }
    if timing.is_inferred:
        found["time_resolution"] = timing.resolution_ms / 1000
    found |= {
        "memory": math.ceil(limits.memory_bytes / MIB),
        "output": math.ceil(limits.output_bytes / MIB),
        "code": math.ceil(limits.code_bytes / KIB),
        "compilation_time": math.ceil(limits.compile_time_ms / 1000),
        "compilation_memory": math.ceil(limits.compile_memory_bytes / MIB),
        "validation_time": math.ceil(limits.validation_time_ms / 1000),
        "validation_memory": math.ceil(limits.validation_memory_bytes / MIB),
        "validation_output": math.ceil(limits.validation_output_bytes / MIB),
    }
    if limits.passes > 1:
        found["validation_passes"] = limits.passes
    return found
