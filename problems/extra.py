"""Finds data that tests validators and is never judged: ``data/invalid_input``, ``invalid_output``, ``valid_output``.

"Invalid test cases" and "Valid output" in the package format 2025-09; packages of older formats have them as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from judge.models import Blob

Kind: TypeAlias = Literal["invalid_input", "invalid_output", "valid_output"]

#: Folders below ``data/``, those of early drafts included.
FOLDERS: Mapping[str, Kind] = {
    "invalid_input": "invalid_input",
    "invalid_inputs": "invalid_input",
    "invalid_output": "invalid_output",
    "invalid_outputs": "invalid_output",
    "valid_output": "valid_output",
    "valid_outputs": "valid_output",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraCase:
    """An input, maybe with an answer and an output, and what validators have to say of it."""

    #: The path below ``data/`` without extension: ``invalid_input/negative``.
    name: str
    #: "invalid_input": some input validator must reject the input. "invalid_output" and "valid_output": the output
    #: validator must reject, or accept, the output.
    kind: Kind
    input: Blob
    answer: Blob | None = None
    output: Blob | None = None
    #: For the output validator.
    checker_flags: tuple[str, ...] = ()
    #: For input validators by name; "" is all of them. As in ``Package.input_flags``.
    input_flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
