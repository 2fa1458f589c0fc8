"""Writes ``data/``: test cases with what goes with them, configuration of groups, and cases that test validators."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from judge.models import Testcase
from problems.exporting import programs
from problems.exporting.folder import CannotExport, Folder, fit, words
from problems.exporting.layout import Layout

if TYPE_CHECKING:
    from problems.extra import ExtraCase
    from problems.package import Package


def write(package: Package, layout: Layout, folder: Folder) -> None:
    """Write all data, at the places that the layout gives it.

    Raises:
        CannotExport: a test case is run in a way that the format does not know.
        PackageError: data is missing that has yet to be made.
    """
    for note in layout.notes:
        folder.note(note)
    for name, config in layout.groups.items():
        folder.yaml(f"data/{name}/test_group.yaml", config)
    for testcase in package.problem.testcases:
        _testcase(package, testcase, layout, folder)
    for extra in package.extra_cases:
        _extra(extra, folder)


def _testcase(package: Package, testcase: Testcase, layout: Layout, folder: Folder) -> None:
    if testcase.named_flags:
        raise CannotExport(f"{testcase.name}: flags for one of several output validators")
    path = f"data/{layout.names[testcase.name]}"
    folder.copy(f"{path}.in", testcase.input)
    folder.copy(f"{path}.ans", testcase.answer)
    files = dict(testcase.files)
    if package.problem.input_file:
        files[package.problem.input_file] = testcase.input
    for name, blob in files.items():
        folder.copy(f"{path}.files/{name}", blob)
    config: dict[str, object] = {}
    if testcase.args:
        config["args"] = words(testcase.args)
    config |= _input_flags(package.input_flags.get(testcase.name, {}))
    flags = programs.checker_flags(package.problem, testcase.checker_flags) + layout.flags.get(testcase.name, ())
    if flags:
        config["output_validator_args"] = words(flags)
    if config:
        folder.yaml(f"{path}.yaml", config)


def _extra(extra: ExtraCase, folder: Folder) -> None:
    name = "-".join(fit(part) for part in PurePosixPath(extra.name).parts[1:]) or "case"
    path = f"data/{extra.kind}/{name}"
    folder.copy(f"{path}.in", extra.input)
    if extra.kind != "invalid_input":
        if extra.answer is not None:
            folder.copy(f"{path}.ans", extra.answer)
        else:
            folder.put(f"{path}.ans", b"")
        if extra.output is not None:
            folder.copy(f"{path}.out", extra.output)
    config = _input_flags(extra.input_flags)
    if extra.checker_flags and extra.kind != "invalid_input":
        config["output_validator_args"] = words(extra.checker_flags)
    if config:
        folder.yaml(f"{path}.yaml", config)


def _input_flags(flags: Mapping[str, tuple[str, ...]]) -> dict[str, object]:
    """Words for all input validators, or for each by its name."""
    if not any(flags.values()):
        return {}
    if set(flags) == {""}:
        return {"input_validator_args": words(flags[""])}
    return {"input_validator_args": {PurePosixPath(name).stem: words(some) for name, some in flags.items() if name}}
