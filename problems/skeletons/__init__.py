"""Whole small packages to begin a problem with: one folder for each kind, in the format 2025-09.

``write`` makes a package of one. Nothing else here is code of this program.
"""

from __future__ import annotations

import json
import runpy
import shutil
import uuid
from enum import StrEnum
from pathlib import Path
from string import Template

from judge.errors import UsageError

_FOLDER = Path(__file__).parent


class Kind(StrEnum):
    """What problem to begin with."""

    PLAIN = "plain"  # one right output, compared word by word
    VALIDATOR = "validator"  # several right outputs, judged by a program
    INTERACTIVE = "interactive"  # a talk with a program
    SCORING = "scoring"  # points for groups of tests


def write(kind: Kind, folder: Path, *, title: str) -> None:
    """Make ``folder``, a package that verifies as it stands.

    Raises:
        UsageError: there is something already, or the folder cannot be made.
    """
    try:
        shutil.copytree(_FOLDER / kind.value, folder, ignore=shutil.ignore_patterns("__pycache__"))
        metadata = folder / "problem.yaml"
        # JSON's rules for strings are among those of YAML, and a title may hold whatever means something there.
        filled = Template(metadata.read_text()).substitute(title=_quoted(title), uuid=uuid.uuid4())
        metadata.write_text(filled)
    except FileExistsError as error:
        raise UsageError(f"{folder} exists already; choose another name, or remove it") from error
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}") from error
    generator = folder / "generators" / "make.py"
    if generator.exists():
        runpy.run_path(str(generator))


def _quoted(title: str) -> str:
    return json.dumps(title, ensure_ascii=False)
