"""What everything that is found out by running depends on, beside what is run: so that it need not be run again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sandbox.cell import launcher_path

#: Where a change may change a finding.
_WRITTEN = (
    *("judge/*.py", "judge/pipeline/*.py", "judge/preparing/*.py", "judge/recipes/*.py"),
    *("checkers/**/*.py", "sandbox/**/*.py"),
)


def key_of(*parts: object) -> str:
    """A digest of what all parts print as: equal for equal parts in equal places only."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = repr(part).encode()
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()


def surroundings(isolation: str) -> str:
    """What every finding depends on beside its key: the walls, the launcher, and what this program is written like."""
    root = Path(__file__).parents[2]
    written = sorted(path for pattern in _WRITTEN for path in root.glob(pattern))
    launcher = launcher_path().read_bytes()
    return key_of(isolation, hashlib.sha256(launcher).hexdigest(), *(path.read_bytes() for path in written))
