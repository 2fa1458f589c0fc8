"""Frames and fields of the launcher's protocol, version 3; ``launcher/PROTOCOL.md`` is its specification.

What comes from a launcher is checked like any other input: a program that broke out of its box could have written it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from judge.errors import CellDied
from sandbox.spec import STDERR_BYTES, RunSpec

VERSION = 3
#: A launcher never sends more than this at once: a report with its standard error and feedback files.
MOST_BYTES = 4 * 1024 * 1024


class Message(IntEnum):
    """What a frame is about: the first byte of its body."""

    HELLO = ord("H")
    LOAD = ord("L")
    RUN = ord("R")
    SAVE = ord("S")
    DONE = ord("D")
    OPENED = ord("O")
    STOP = ord("X")
    REPORT = ord("r")
    REFUSED = ord("E")


class Field(IntEnum):
    """Tags of fields; the comments of ``launcher.h`` group them the same way."""

    VERSION = 1
    CGROUP = 2
    TEXT = 3
    BOUNDED = 4
    REPORTING = 5
    LANDLOCK = 6
    NAME = 10
    MAX_BYTES = 11
    ARGUMENT = 20
    VARIABLE = 21
    STDIN = 22
    STDOUT = 23
    WORK_WRITABLE = 24
    FEEDBACK = 25
    STDIN_PIPE = 26
    STDOUT_PIPE = 27
    FEEDBACK_FROM = 28
    FEEDBACK_TO = 29
    CPU_MS = 30
    WALL_MS = 31
    MEMORY = 32
    OUTPUT = 33
    STDERR = 34
    PROCESSES = 35
    TMP = 36
    STDIN_LINK = 37
    STDOUT_LINK = 38
    STACK = 39
    ENDED_BY = 40
    EXIT_CODE = 41
    SIGNAL = 42
    EXEC_ERRNO = 43
    LEFT_AT_NS = 44
    OPENED_AT_NS = 45
    FEEDBACK_KEPT = 46
    CPU_NS = 50
    WALL_NS = 51
    BOX_NS = 52
    PEAK_RSS = 53
    STDOUT_BYTES = 54
    STDERR_TEXT = 55
    SWITCHES = 60
    MAJOR_FAULTS = 61
    MINOR_FAULTS = 62
    OOM_KILLS = 63
    CGROUP_PEAK = 64
    CGROUP_START = 65
    WAITED_NS = 66
    THROTTLED_NS = 67
    STEAL_NS = 68
    STALLED_NS = 69
    FILE_NAME = 70
    FILE_DATA = 71
    DENIED_CALL = 80
    DENIED_TIMES = 81


#: Numbers end up in the database, which has no room for all that eight bytes may say.
_MOST_NUMBER = 2**62
_MOST = {Field.EXIT_CODE: 255, Field.SIGNAL: 64, Field.EXEC_ERRNO: 4095}
_TEXTS = frozenset((Field.TEXT, Field.STDERR_TEXT, Field.FILE_NAME, Field.FILE_DATA, Field.DENIED_CALL))


def most(field: Field) -> int:
    """The largest number that this field may say."""
    return _MOST.get(field, _MOST_NUMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A launcher's message, parsed."""

    message: Message
    numbers: dict[Field, int]
    texts: dict[Field, bytes]
    files: dict[str, bytes]
    #: Refused calls that are evidence, and how often each was tried.
    denied: dict[str, int]

    def number(self, field: Field) -> int:
        """That field's number.

        Raises:
            CellDied: the message lacks it.
        """
        try:
            return self.numbers[field]
        except KeyError:
            raise CellDied(f"the launcher's {self.message.name} lacks {field.name}") from None


def parse(body: bytes) -> Reply:
    """One frame's body.

    Raises:
        CellDied: it is not of this protocol.
    """
    try:
        message = Message(body[0])
        numbers: dict[Field, int] = {}
        texts: dict[Field, bytes] = {}
        files: dict[str, bytes] = {}
        denied: dict[str, int] = {}
        for field, data in _fields(body):
            if field is Field.FILE_DATA:
                files[texts.pop(Field.FILE_NAME).decode()] = data
            elif field in _TEXTS:
                texts[field] = data
            elif len(data) != 8:
                raise ValueError(f"{field.name} is no number")
            elif field is Field.DENIED_TIMES:
                denied[texts.pop(Field.DENIED_CALL).decode()] = int.from_bytes(data, "big")
            elif (number := int.from_bytes(data, "big")) > most(field):
                raise ValueError(f"{field.name} is {number}")
            else:
                numbers[field] = number
    except (ValueError, IndexError, KeyError) as error:
        raise CellDied(f"the launcher broke the protocol: {error!r}") from error
    return Reply(message=message, numbers=numbers, texts=texts, files=files, denied=denied)


def _fields(body: bytes) -> Iterator[tuple[Field, bytes]]:
    at = 1
    while at < len(body):
        if len(body) - at < 5:
            raise ValueError("truncated field")
        size = int.from_bytes(body[at + 1 : at + 5], "big")
        data = body[at + 5 : at + 5 + size]
        if len(data) != size:
            raise ValueError("truncated field")
        yield Field(body[at]), data
        at += 5 + size


def _frame(message: Message, fields: Iterable[tuple[Field, int | str]]) -> bytes:
    body = bytearray([message])
    for field, value in fields:
        data = value.to_bytes(8, "big") if isinstance(value, int) else value.encode()
        body += bytes([field]) + len(data).to_bytes(4, "big") + data
    return len(body).to_bytes(4, "big") + bytes(body)


def load(bundle: str) -> bytes:
    """A request to unpack a bundle of the exchange directory into a fresh /work."""
    return _frame(Message.LOAD, [(Field.NAME, bundle)])


def save(bundle: str, max_bytes: int) -> bytes:
    """A request to pack what is in /work into a bundle."""
    return _frame(Message.SAVE, [(Field.NAME, bundle), (Field.MAX_BYTES, max_bytes)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the files and pipes of one run are called in the exchange directory; None: there is no such."""

    #: In ``in``: a file.
    stdin: str | None = None
    #: In ``out``: a file.
    stdout: str | None = None
    #: FIFOs, the first in ``in`` and the second in ``out``: both or neither.
    stdin_pipe: str | None = None
    stdout_pipe: str | None = None
    #: Bundles: in ``in`` what /feedback begins with, in ``out`` what it ends with.
    feedback_from: str | None = None
    feedback_to: str | None = None


def run(spec: RunSpec, names: Names) -> bytes:
    """A request to run ``spec`` in a new box, with its streams in files and pipes of these names."""
    limits = spec.limits
    texts: list[tuple[Field, str | None]] = [
        *((Field.ARGUMENT, word) for word in spec.argv),
        *((Field.VARIABLE, f"{name}={value}") for name, value in spec.env.items()),
        *((Field.FEEDBACK, name) for name in spec.feedback),
        (Field.STDIN, names.stdin),
        (Field.STDOUT, names.stdout),
        (Field.STDIN_PIPE, names.stdin_pipe),
        (Field.STDOUT_PIPE, names.stdout_pipe),
        (Field.FEEDBACK_FROM, names.feedback_from),
        (Field.FEEDBACK_TO, names.feedback_to),
        (Field.STDIN_LINK, spec.stdin_name or None),
        (Field.STDOUT_LINK, spec.stdout_name or None),
    ]
    numbers = [
        (Field.WORK_WRITABLE, int(spec.is_work_writable)),
        (Field.CPU_MS, limits.cpu_ms),
        (Field.WALL_MS, limits.wall_ms),
        (Field.MEMORY, limits.memory_bytes),
        (Field.OUTPUT, limits.output_bytes),
        (Field.STDERR, STDERR_BYTES),
        (Field.PROCESSES, limits.processes),
        (Field.TMP, limits.tmp_bytes),
        (Field.STACK, limits.stack_bytes),
    ]
    return _frame(Message.RUN, [*((tag, text) for tag, text in texts if text is not None), *numbers])


def stop() -> bytes:
    """The end, by our wish, of a run that talks; nothing where there is none any more."""
    return _frame(Message.STOP, [])
