"""Input validators, run on every input of the package ("Input validators" in the package format).

An input of a test case must be accepted by all of them, one of ``data/invalid_input`` rejected by at least one. Each
runs in a judge's cell.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from judge.models import Blob, Source
from judge.pipeline.checking import validation_limits
from judge.pipeline.compiling import clean, environment, prepared
from judge.pipeline.surroundings import key_of
from judge.recipes.languages import language
from judge.verifying.desk import Desk
from judge.verifying.memory import Said
from problems.package import Package
from problems.validators import InputValidator
from sandbox import bundle
from sandbox.cell import Cell
from sandbox.outcome import EndedBy, Outcome
from sandbox.pool import Slot
from sandbox.spec import RunSpec

#: Inputs checked in one cell before other slots may help.
CHUNK = 250
_VALID = 42
#: By testlib's convention, which Polygon's validators follow.
_VALID_TESTLIB = 0
#: Shown of what a validator said; setters who want all of it run it by hand.
_SAID_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An input, and how validators are called for it."""

    name: str
    blob: Blob
    #: By name of the validator; "" for those that are not named.
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    args: tuple[str, ...] = ()
    files: Mapping[str, Blob] = field(default_factory=dict)
    must_be_invalid: bool = False

    def words(self, validator: InputValidator) -> tuple[str, ...]:
        """What the validator is called with: its flags, then the submission's words."""
        return (*self.flags.get(validator.name, self.flags.get("", ())), *self.args)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some inputs for one validator: as much as is done at a time on one slot."""

    validator: InputValidator
    source: Source
    inputs: tuple[Input, ...]


def inputs_of(package: Package) -> list[Input]:
    """Every input of the package."""
    found = [
        Input(
            name=case.name,
            blob=case.input,
            flags=package.input_flags.get(case.name, {}),
            args=case.args,
            files=case.files,
        )
        for case in package.problem.testcases
    ]
    found += [
        Input(
            name=extra.name,
            blob=extra.input,
            flags=extra.input_flags,
            must_be_invalid=extra.kind == "invalid_input",
        )
        for extra in package.extra_cases
    ]
    return found


def parts(package: Package) -> list[Part]:
    """The work to do; validators that are no programs have none."""
    inputs = inputs_of(package)
    return [
        Part(validator=validator, source=validator.source, inputs=tuple(inputs[at : at + CHUNK]))
        for validator in package.input_validators
        if validator.source is not None
        for at in range(0, len(inputs), CHUNK)
    ]


async def check(part: Part, package: Package, desk: Desk, slot: Slot) -> list[Said]:
    """What the validator says of each input; found in the memory, or asked in a cell."""
    keys = [_key(part, item, package, desk) for item in part.inputs]
    said = {key: known for key in dict.fromkeys(keys) if (known := desk.checks.find(key)) is not None}
    missing = {key: item for key, item in zip(keys, part.inputs, strict=True) if key not in said}
    if missing:
        async with prepared(
            part.source,
            package.problem.limits,
            desk.bench.programs,
            pool=desk.bench.pool,
            slot=slot,
            shows_data=True,
            is_packages=True,
        ) as ready:
            if ready.cell is None:
                text = f"does not compile:\n{ready.compilation.output}"
                return [Said(is_accepted=False, text=text, is_failure=True)] * len(keys)
            for key, item in missing.items():
                said[key] = desk.checks.keep(key, await _ask(ready.cell, part, item, package, desk))
    return [said[key] for key in keys]


def complaints(package: Package, answered: Iterable[tuple[Part, Sequence[Said]]]) -> list[str]:
    """What is wrong with the data, or with the validators, each ``file: text``."""
    errors: list[str] = []
    rejected: set[str] = set()
    for part, said in answered:
        name = part.validator.name
        broken = next((item.text for item in said if item.is_failure and item.text.startswith("does not")), None)
        if broken is not None:
            errors.append(f"input validator {name}: {broken}")
            continue
        for item, answer in zip(part.inputs, said, strict=True):
            if answer.is_failure:
                errors.append(f"{place(package, item.name)}: input validator {name} failed: {answer.text}")
            elif not answer.is_accepted and item.must_be_invalid:
                rejected.add(item.name)
            elif not answer.is_accepted:
                errors.append(f"{place(package, item.name)}: rejected by input validator {name}: {answer.text}")
    errors += [
        f"{place(package, item.name)}: is meant to be invalid, and no input validator rejects it"
        for item in inputs_of(package)
        if item.must_be_invalid and item.name not in rejected
    ]
    return errors


def place(package: Package, name: str) -> str:
    """The file that the input of a test case is in."""
    return name if package.format == "polygon" else f"data/{name}.in"


def _key(part: Part, item: Input, package: Package, desk: Desk) -> str:
    files = tuple(sorted((name, blob.hex) for name, blob in item.files.items()))
    program = desk.bench.programs.key(part.source)
    limits = repr(validation_limits(part.source, package.problem.limits))
    return key_of("input", program, item.blob.hex, item.words(part.validator), files, limits)


async def _ask(cell: Cell, part: Part, item: Input, package: Package, desk: Desk) -> Said:
    limits = package.problem.limits
    recipe = language(part.source.language)
    if item.files:
        await _lay_out(cell, part.source, item.files, desk)
    argv = recipe.run_argv(part.source, memory_bytes=limits.validation_memory_bytes)
    outcome = await cell.run(
        RunSpec(
            argv=(*argv, *item.words(part.validator)),
            env=environment(recipe),
            stdin=await desk.bench.data.path(item.blob),
            limits=validation_limits(part.source, limits),
        )
    )
    with cell.open_stdout() as stdout:
        text = _said(outcome, stdout.read(4 * _SAID_CHARS))
    if outcome.ended_by is not EndedBy.ITSELF:
        return Said(is_accepted=False, text=f"it passed its limit of {outcome.ended_by.value}", is_failure=True)
    if outcome.signal is not None:
        return Said(is_accepted=False, text=f"it was killed by signal {outcome.signal}; {text}", is_failure=True)
    valid = _VALID_TESTLIB if package.format == "polygon" else _VALID
    return Said(is_accepted=outcome.exit_code == valid, text=f"exit code {outcome.exit_code}; {text}")


async def _lay_out(cell: Cell, source: Source, files: Mapping[str, Blob], desk: Desk) -> None:
    """Put the test case's files beside the program ("Working directory")."""
    programs = desk.bench.programs
    program = await asyncio.to_thread(programs.kept, programs.key(source)) or b""
    beside = {name: (await desk.bench.data.path(blob)).read_bytes() for name, blob in files.items()}
    await cell.load(program + bundle.pack(beside))


def _said(outcome: Outcome, stdout: bytes) -> str:
    """What the validator said, on one line."""
    words = clean(outcome.stderr or stdout).split()
    return " ".join(words)[:_SAID_CHARS] or "it said nothing"
