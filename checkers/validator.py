"""The calling convention of a package's own output validator: its arguments, and what its end means.

It is called as ``program /data/input /data/answer /feedback/ [flags...]`` with the output on standard input. Exit code
42 accepts and 43 rejects; anything else is the validator's own failure. In ``/feedback`` it may leave
``judgemessage.txt``, a text for judges, ``teammessage.txt``, one for contestants, ``score.txt`` or
``score_multiplier.txt``, a number, and ``nextpass.in``, the input of another pass (package format 2025-09, "Output
Validator"). Whatever it writes is as hostile as a submission's output, which it may quote.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from checkers.base import CheckerFailure, CheckOutcome

#: Names below /data of the files that the validator must be given.
INPUT = "input"
ANSWER = "answer"

ACCEPTED = 42
REJECTED = 43

JUDGE_MESSAGE = "judgemessage.txt"
TEAM_MESSAGE = "teammessage.txt"
SCORE = "score.txt"
MULTIPLIER = "score_multiplier.txt"
#: What it may leave, but for the input of the next pass.
FEEDBACK = (JUDGE_MESSAGE, TEAM_MESSAGE, SCORE, MULTIPLIER)
NEXT_INPUT = "nextpass.in"
MESSAGE_CHARS = 4000
#: Of a failed validator's standard error; its end says most.
STDERR_CHARS = 1000

#: Control characters but for newline and tab, and those that reorder or hide the text around them.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")

#: A score written by people or programs: digits, maybe a fraction and an exponent.
_NUMBER = re.compile(rb"\s*[+-]?(\d{1,300}\.?\d{0,300}|\.\d{1,300})([eE][+-]?\d{1,3})?\s*")

LIMITS = {
    "cpu": "used more CPU time than limits.validation_time allows",
    "wall": "did not end in time",
    "memory": "used more memory than limits.validation_memory allows",
    "output": "wrote more output than limits.validation_output allows",
}


def argv(program_argv: Sequence[str], flags: Sequence[str]) -> tuple[str, ...]:
    """How to start the validator in its box, where the files are below /data and feedback goes to /feedback."""
    return (*program_argv, f"/data/{INPUT}", f"/data/{ANSWER}", "/feedback/", *flags)


def read(
    *,
    exit_code: int | None,
    signal: int | None,
    ended_by: str,
    feedback: Mapping[str, bytes],
    stderr: bytes,
    what: str = "output validator",
) -> CheckOutcome:
    """What the end of the validator's run says of the output.

    Args:
        exit_code: None where a signal ended it.
        signal: None where it exited.
        ended_by: "itself", or the limit that ended it: "cpu", "wall", "memory" or "output".
        feedback: the files it left in /feedback, by name.
        stderr: its standard error, as far as kept.
        what: what to call the program where it fails.

    Raises:
        CheckerFailure: it neither accepted nor rejected.
    """
    message = _text(feedback, JUDGE_MESSAGE)
    if ended_by == "itself" and exit_code in (ACCEPTED, REJECTED):
        multiplier = _number(feedback, MULTIPLIER, what)
        if multiplier is not None and not 0 <= multiplier <= 1:
            raise CheckerFailure(f"{what} wrote {multiplier:g} into {MULTIPLIER}; it must be from 0 to 1")
        return CheckOutcome(
            is_accepted=exit_code == ACCEPTED,
            message=message,
            team_message=_text(feedback, TEAM_MESSAGE),
            score=_number(feedback, SCORE, what),
            multiplier=multiplier,
        )
    text = f"{what} {_what_happened(exit_code, signal, ended_by)}"
    if message:
        text += f"\n{JUDGE_MESSAGE}: {message}"
    if stderr.strip():
        text += f"\nstandard error: {cleaned(stderr[-4 * STDERR_CHARS :])[-STDERR_CHARS:].strip()}"
    raise CheckerFailure(text)


def _text(feedback: Mapping[str, bytes], name: str) -> str:
    # Cut before decoding as well: feedback may be megabytes, and no character of UTF-8 has more than four bytes.
    return cleaned(feedback.get(name, b"")[: 4 * MESSAGE_CHARS])[:MESSAGE_CHARS].strip()


def _number(feedback: Mapping[str, bytes], name: str, what: str) -> float | None:
    content = feedback.get(name)
    if content is None:
        return None
    value = float(content) if _NUMBER.fullmatch(content) else math.nan
    if not math.isfinite(value) or value < 0:
        raise CheckerFailure(f"{what} wrote {content[:40]!r} into {name}; it must be a number from 0 up")
    return value


def _what_happened(exit_code: int | None, signal: int | None, ended_by: str) -> str:
    if ended_by != "itself":
        return LIMITS.get(ended_by, f"was ended by the limit {ended_by!r}")
    if signal is not None:
        return f"was killed by signal {signal}"
    return f"exited with {exit_code}, which is neither {ACCEPTED} (accept) nor {REJECTED} (wrong answer)"


def cleaned(content: bytes) -> str:
    """The bytes as text without characters that would forge or hide what stands around them."""
    return _UNSAFE.sub("", content.decode("utf-8", "replace"))
