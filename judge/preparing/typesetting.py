"""Makes HTML of a statement in LaTeX, by pandoc in a process of its own.

LaTeX is a language to program in, and statements are uploaded. So pandoc reads with ``--sandbox``, which leaves it no
file and no network, and is bounded in memory, processor time, time and output. What comes back is still to be
sanitised: a link may lead anywhere.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache

import pypandoc

from problems import latex

MEMORY_MIB = 512
CPU_S = 3
TIMEOUT_S = 10.0
OUTPUT_BYTES = 4 * 1024 * 1024
#: Nobody reads a longer one.
TEXT_CHARS = 300_000

MOST_COMPLAINTS = 20
COMPLAINT_CHARS = 200

_ARGUMENTS = (
    "--sandbox",
    "--from=latex",
    "--to=html5",
    "--mathml",
    "--wrap=none",
    "--syntax-highlighting=none",
    "--shift-heading-level-by=1",
    # So that it tells what it left out.
    "--verbose",
)
_SKIPPED = re.compile(r"\[INFO\] Skipped '(.+?) *' at line (\d+) column \d+$")
_WARNED = re.compile(r"\[WARNING\] (.+?)(?: at line (\d+) column \d+)?$")
_ERROR_PLACE = re.compile(r"\(line (\d+), column \d+\)")
#: What pandoc leaves out without any loss: braces of its own, and what places and sizes text.
_NOTHING_LOST = re.compile(
    r"\\(?:bgroup|egroup|centering|raggedright|vspace|hspace|smallskip|medskip|bigskip|newpage|pagebreak|clearpage|def"
    r"|tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge|noindent|par|selectfont|hfill|vfill"
    r"|setlength|linewidth|textwidth|arraystretch)\b.*"
    r"|\\begin\{(?:floated|minipage|multicols|samepage|spacing)\}.*|\\end\{.*"
)


class NotTypeset(Exception):
    """The statement cannot be shown as a page; the text is the converter's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Something of the statement that is not shown as it was meant."""

    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeset:
    """A statement as HTML that nobody has sanitised."""

    html: str
    complaints: tuple[Complaint, ...]


def typeset(text: str, *, language: str = "en") -> Typeset:
    """The statement as an HTML fragment, its formulas as MathML.

    Raises:
        NotTypeset: it is not LaTeX that can be read, or too much of it.
    """
    if len(text) > TEXT_CHARS:
        raise NotTypeset(f"the text is longer than {TEXT_CHARS} characters")
    html, said, code = _converted(latex.prepared(text, language=language).encode())
    if code != 0:
        raise NotTypeset(_failure(said, code))
    return Typeset(html=html, complaints=tuple(_complaints(said)))


def _converted(content: bytes) -> tuple[str, str, int]:
    """What pandoc wrote, what it said and its exit code."""
    with ExitStack() as stack:
        # In memory and bounded by the limit on files, so that no pipe has to be read while another is written.
        stdin, stdout, stderr = (
            stack.enter_context(os.fdopen(os.memfd_create(name), "w+b")) for name in ("stdin", "stdout", "stderr")
        )
        stdin.write(content)
        stdin.flush()
        stdin.seek(0)
        try:
            code = subprocess.run(
                (*_limits(), _pandoc(), "+RTS", f"-M{MEMORY_MIB}m", "-RTS", *_ARGUMENTS),
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                cwd="/",
                env={"LC_ALL": "C.UTF-8", "HOME": "/nonexistent"},
                timeout=TIMEOUT_S,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            raise NotTypeset(f"converting it takes longer than {TIMEOUT_S:g} s") from None
        except OSError as error:
            raise NotTypeset(f"the converter cannot be started: {error.strerror}") from error
        stdout.seek(0)
        stderr.seek(0)
        return stdout.read().decode("utf-8", "replace"), stderr.read(OUTPUT_BYTES).decode("utf-8", "replace"), code


def _limits() -> tuple[str, ...]:
    return ("prlimit", f"--cpu={CPU_S}", f"--fsize={OUTPUT_BYTES}", "--core=0", "--nofile=64", "--")


@cache
def _pandoc() -> str:
    return str(pypandoc.get_pandoc_path())


def _failure(said: str, code: int) -> str:
    lines = [line for line in said.splitlines() if not line.startswith(("[INFO]", "[WARNING]"))]
    text = " ".join(" ".join(lines[:3]).split())
    if code < 0 or not text or "heap" in text.lower():
        return "converting it takes too much time, memory or output"
    # The line that was put in front is not the author's.
    return _ERROR_PLACE.sub(lambda found: f"(line {int(found[1]) - 1})", text)[:COMPLAINT_CHARS]


def _complaints(said: str) -> Iterator[Complaint]:
    told: set[Complaint] = set()
    for line in said.splitlines():
        complaint = _complaint(line)
        if complaint is not None and complaint not in told:
            told.add(complaint)
            yield complaint
            if len(told) == MOST_COMPLAINTS:
                return


def _complaint(line: str) -> Complaint | None:
    skipped = _SKIPPED.match(line)
    if skipped:
        if _NOTHING_LOST.fullmatch(skipped[1]):
            return None
        return Complaint(
            text=f"left out, for it is not known: {skipped[1][:COMPLAINT_CHARS]}", line=int(skipped[2]) - 1
        )
    warned = _WARNED.match(line)
    if warned is None or warned[1].startswith("Macro '"):
        return None
    return Complaint(text=warned[1][:COMPLAINT_CHARS].rstrip(":"), line=int(warned[2]) - 1 if warned[2] else None)
