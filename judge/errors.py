"""Errors of our own making: bad input at an edge, or infrastructure that failed.

A contestant's failure is a verdict, and a broken checker is the verdict JE; neither is ever raised as an error.

    JudgeError
    ├── UsageError            a command, form or setting that cannot be meant as given
    │   ├── UnknownLanguage
    │   └── RejectedSource    a submitted source refused before it reaches the queue
    ├── PackageError          a problem package that cannot be judged as it stands
    ├── NotFound              a row or file that is not there
    ├── LeaseLost             the judging was given to somebody else, or is over
    ├── BlobDamaged           bytes that the object store has lost, or has others for
    ├── StoreUnreachable      the object store does not answer, or refuses; the same may succeed later
    ├── BrokerError           the broker does not do what it is there for
    └── SandboxError          the sandbox failed, not the program in it
        ├── CellDied          the cell ended by itself or broke the protocol
        ├── Refused           a cell will not do what it was asked, and goes on
        └── ImageMissing      the language's image has not been built
"""

from __future__ import annotations


class JudgeError(Exception):
    """Base of all errors below.

    Args:
        message: what is wrong, in English; ``%(name)s`` stands for a value. Pages may say it in another language.
        values: by their names.
    """

    def __init__(self, message: str = "", /, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class UsageError(JudgeError):
    """A command, form or setting that cannot be meant as given."""


class UnknownLanguage(UsageError):
    """No enabled language has that id or extension."""


class RejectedSource(UsageError):
    """A submitted source refused before it reaches the queue."""


class PackageError(JudgeError):
    """A problem package that cannot be judged as it stands.

    Args:
        problems: one line for each thing wrong, each ``file[:line]: what is wrong``.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class NotFound(JudgeError):
    """A row or file that is not there."""


class LeaseLost(JudgeError):
    """The judging was given to somebody else, or is over; what was found must be thrown away."""


class BlobDamaged(JudgeError):
    """Bytes that the object store has lost, or has others for."""


class StoreUnreachable(JudgeError):
    """The object store does not answer, or refuses; the same may succeed later."""


class BrokerError(JudgeError):
    """The broker cannot be reached, or did not take a message."""


class SandboxError(JudgeError):
    """The sandbox failed, not the program in it."""


class CellDied(SandboxError):
    """The cell ended by itself or broke the protocol."""


class Refused(SandboxError):
    """A cell will not do what it was asked, and goes on."""


class ImageMissing(SandboxError):
    """The language's image has not been built on this host."""
