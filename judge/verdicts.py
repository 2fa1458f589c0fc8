"""The verdicts of a run and of a judging, and what each means for a contestant."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """A verdict's identifier, as the CCS specification's judgement types name it."""

    AC = "AC"  # accepted
    WA = "WA"  # the checker rejected the output
    TLE = "TLE"  # CPU time over the limit, or idle beyond the wall limit
    RTE = "RTE"  # ended by a signal or with a non-zero exit code
    MLE = "MLE"  # the kernel's OOM event, never a guess
    OLE = "OLE"  # more output than the limit
    CE = "CE"  # the compiler refused the source or was stopped by a limit
    JE = "JE"  # our own or the package's failure, never the contestant's

    @property
    def words(self) -> str:
        """The verdict in words, as pages show it."""
        return _WORDS[self]

    @property
    def is_penalised(self) -> bool:
        """Whether an ICPC scoreboard counts it as a rejected try (CCS requirements: CE and JE do not)."""
        return self not in (Verdict.AC, Verdict.CE, Verdict.JE)


_WORDS = {
    Verdict.AC: "Accepted",
    Verdict.WA: "Wrong answer",
    Verdict.TLE: "Time limit exceeded",
    Verdict.RTE: "Run-time error",
    Verdict.MLE: "Memory limit exceeded",
    Verdict.OLE: "Output limit exceeded",
    Verdict.CE: "Compile error",
    Verdict.JE: "Judge error",
}
