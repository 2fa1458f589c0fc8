"""The calling convention of a package's own output validator: its arguments, and what its end means.

It is called as ``program /data/input /data/answer /feedback/ [flags...]`` with the output on standard input. Exit code
42 accepts and 43 rejects; anything else is the validator's own failure. In ``/feedback`` it may leave
``judgemessage.txt``, a text for judges. Whatever it writes is as hostile as a submission's output, which it may quote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from checkers.base import CheckerFailure, CheckOutcome

#: Names below /data of the files that the validator must be given.
INPUT = "input"
ANSWER = "answer"

ACCEPTED = 42
REJECTED = 43

JUDGE_MESSAGE = "judgemessage.txt"
MESSAGE_CHARS = 4000
#: Of a failed validator's standard error; its end says most.
STDERR_CHARS = 1000

#: Control characters but for newline and tab, and those that reorder or hide the text around them.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")

_LIMITS = {
    "cpu": "used more CPU time than limits.validation_time allows",
    "wall": "did not end in time",
    "memory": "used more memory than limits.validation_memory allows",
    "output": "wrote more output than limits.validation_output allows",
}


def argv(program_argv: Sequence[str], flags: Sequence[str]) -> tuple[str, ...]:
    """How to start the validator in its box, where the files are below /data and feedback goes to /feedback."""
    return (*program_argv, f"/data/{INPUT}", f"/data/{ANSWER}", "/feedback/", *flags)


def read(
    *, exit_code: int | None, signal: int | None, ended_by: str, feedback: Mapping[str, bytes], stderr: bytes
) -> CheckOutcome:
    """What the end of the validator's run says of the output.

    Args:
        exit_code: None where a signal ended it.
        signal: None where it exited.
        ended_by: "itself", or the limit that ended it: "cpu", "wall", "memory" or "output".
        feedback: the files it left in /feedback, by name.
        stderr: its standard error, as far as kept.

    Raises:
        CheckerFailure: it neither accepted nor rejected.
    """
    # Cut before decoding as well: feedback may be megabytes, and no character of UTF-8 has more than four bytes.
    message = _cleaned(feedback.get(JUDGE_MESSAGE, b"")[: 4 * MESSAGE_CHARS])[:MESSAGE_CHARS].strip()
    if ended_by == "itself" and exit_code in (ACCEPTED, REJECTED):
        return CheckOutcome(is_accepted=exit_code == ACCEPTED, message=message)
    text = f"output validator {_what_happened(exit_code, signal, ended_by)}"
    if message:
        text += f"\n{JUDGE_MESSAGE}: {message}"
    if stderr.strip():
        text += f"\nstandard error: {_cleaned(stderr[-4 * STDERR_CHARS :])[-STDERR_CHARS:].strip()}"
    raise CheckerFailure(text)


def _what_happened(exit_code: int | None, signal: int | None, ended_by: str) -> str:
    if ended_by != "itself":
        return _LIMITS.get(ended_by, f"was ended by the limit {ended_by!r}")
    if signal is not None:
        return f"was killed by signal {signal}"
    return f"exited with {exit_code}, which is neither {ACCEPTED} (accept) nor {REJECTED} (wrong answer)"


def _cleaned(content: bytes) -> str:
    return _UNSAFE.sub("", content.decode("utf-8", "replace"))
