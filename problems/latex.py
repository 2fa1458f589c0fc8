"""Makes a statement in LaTeX ready for a converter that knows LaTeX, but not the class that the text is written for.

That is the environment of the problem package format (2025-09, "LaTeX environment and supported subset") or Polygon's
olymp.sty. What a macro can say is said by macros in one line in front of the text, so that lines keep their numbers but
for that one; what it cannot is replaced in the text. Nothing is executed: this is text to text, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

#: Where the next sample, and where all that are left are to be shown. Private characters stand in no honest text.
NEXT_SAMPLE = "\ue000next\ue000"
REMAINING_SAMPLES = "\ue000remaining\ue000"
#: In place of a drawing that only TeX can make.
FIGURE_NOT_SHOWN = "\ue000figure\ue000"
#: The class of what stands at the right, with text around it.
FLOATED = "floated"

TITLE_CHARS = 200
#: What constants may add.
_MOST_GROWN_CHARS = 1024 * 1024

_CODE = ("verbatim", "verbatim*", "lstlisting", "Verbatim", "minted", "alltt")
_FORMULAS = ("equation", "align", "gather", "multline", "eqnarray", "displaymath", "math", "equation*", "align*")
_DRAWINGS = ("tikzpicture", "pspicture", "asy", "picture")
#: Polygon's samples, which the page shows from the test data.
_EXAMPLES = ("example", "examplewide", "examplethree")

#: What begins something other than running text; escaped characters match too, so as to begin nothing.
_OPENER = re.compile(
    r"\\begin\{(?P<name>[A-Za-z]+\*?)\}"
    r"|\\(?:verb|lstinline)\*?(?P<bar>[^A-Za-z\s*])"
    r"|\\(?:texttt|t|tt)[ ]*(?P<brace>\{)"
    r"|(?P<math>\\\[|\\\(|\$\$|\$)"
    r"|(?P<comment>%)"
    r"|\\[^A-Za-z]",
)
_CLOSERS = {"\\[": "\\]", "\\(": "\\)", "$$": "$$", "$": "$"}
_WRAPPED = re.compile(r"\\begin\{wrapfigure\}(?:\[[^\]\n]*\])?\{[^{}\n]*\}(?:\[[^\]\n]*\])?(?:\{[^{}\n]*\})?")
_PROBLEM_NAME = re.compile(r"\\problemname\b[ \t]*")
_PLAIN_NAME = re.compile(r"^[ \t]*%%[ \t]*plainproblemname:(.*)$", re.MULTILINE)
_POLYGON = re.compile(r"\\begin\{(problem|tutorial)\}")
_ILLUSTRATION_WIDTH = re.compile(r"\\illustration[ ]*\{[ ]*(\.\d+)[ ]*\}")
_CONSTANT = re.compile(r"\\constant[ ]*\{([a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z0-9_]+)?)\}")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)

#: In English and in Russian, which most statements of Polygon are in.
_HEADINGS = {
    "InputFile": ("Input", "Входные данные"),
    "OutputFile": ("Output", "Выходные данные"),
    "Input": ("Input", "Входные данные"),
    "Output": ("Output", "Выходные данные"),
    "Interaction": ("Interaction", "Протокол взаимодействия"),
    "Scoring": ("Scoring", "Система оценки"),
    "Note": ("Note", "Замечание"),
    "Notes": ("Notes", "Замечания"),
    "Explanation": ("Explanation", "Пояснение"),
    "Explanations": ("Explanations", "Пояснения"),
    "Specification": ("Specification", "Спецификация"),
    "Constraints": ("Constraints", "Ограничения"),
}
_ENVIRONMENTS = ("Input", "Output", "Interaction")
_FIGURE = r"\begin{figure}\includegraphics[width=#1\textwidth]{#2}\caption{#3}\end{figure}"
_MACROS = (
    rf"\newcommand{{\illustration}}[3]{{\begin{{{FLOATED}}}{_FIGURE}\end{{{FLOATED}}}}}",
    rf"\newcommand{{\nextsample}}{{\par {NEXT_SAMPLE}\par}}",
    rf"\newcommand{{\remainingsamples}}{{\par {REMAINING_SAMPLES}\par}}",
    r"\newcommand{\epigraph}[2]{\begin{quote}#1\\--- #2\end{quote}}",
    r"\renewcommand{\t}[1]{\texttt{#1}}",
    r"\renewcommand{\cline}[1]{}",
    r"\newcommand{\Example}{}",
    r"\newcommand{\Examples}{}",
)


def title(text: str) -> str | None:
    r"""The title: that of a comment ``%% plainproblemname:``, else of ``\problemname`` or Polygon's environment."""
    plain = _PLAIN_NAME.search(text)
    if plain:
        return _as_title(plain[1])
    text = re.sub(r"(?<!\\)%[^\n]*", "", text)
    command = re.search(r"\\problemname[ \t]*(?=\{)|\\begin\{problem\}\s*(?=\{)", text)
    return _as_title(_argument(text, command.end())[0]) if command else None


def with_constants(text: str, constants: Mapping[str, str]) -> str:
    r"""The text with ``\constant{name}`` replaced where the name is known, and as long as it does not grow too much."""
    parts: list[str] = []
    at = grown = 0
    for command in _CONSTANT.finditer(text):
        value = constants.get(command[1])
        if value is None or grown + len(value) > _MOST_GROWN_CHARS:
            continue
        parts += (text[at : command.start()], value)
        at = command.end()
        grown += len(value)
    return "".join((*parts, text[at:]))


def prepared(text: str, *, language: str = "en") -> str:
    """The text as plain LaTeX, one line longer at its beginning."""
    text = _PRIVATE.sub("", text)
    for name in _EXAMPLES:
        text = _replaced(text, name, "")
    for name in _DRAWINGS:
        text = _replaced(text, name, FIGURE_NOT_SHOWN)
    text = _WRAPPED.sub(rf"\\begin{{{FLOATED}}}\\begin{{figure}}", text)
    text = text.replace(r"\end{wrapfigure}", rf"\end{{figure}}\end{{{FLOATED}}}")
    text = _ILLUSTRATION_WIDTH.sub(r"\\illustration{0\1}", text)
    text = _without_title(text)
    return f"{_prelude(text, language=language)}\n{_with_quotes(text)}"


def _prelude(text: str, *, language: str) -> str:
    polygon = _POLYGON.search(text)
    is_russian = language.partition("-")[0] == "ru"
    macros = list(_MACROS)
    for name, titles in _HEADINGS.items():
        heading = rf"\section*{{{titles[is_russian]}}}"
        if name in _ENVIRONMENTS and (not polygon or rf"\begin{{{name}}}" in text):
            macros.append(rf"\newenvironment{{{name}}}{{{heading}}}{{}}")
        elif polygon:
            macros.append(rf"\newcommand{{\{name}}}{{{heading}}}")
    if polygon:
        # Versions of olymp.sty differ in how many arguments the environment takes.
        macros.append(rf"\newenvironment{{{polygon[1]}}}[{_arguments(text, polygon.end())}]{{}}{{}}")
    return "".join(macros)


def _replaced(text: str, environment: str, mark: str) -> str:
    """The text with the mark in place of the environment. Comments stand in for its lines, so that none is lost."""
    begin, end = rf"\begin{{{environment}}}", rf"\end{{{environment}}}"
    parts: list[str] = []
    at = 0
    while (start := text.find(begin, at)) >= 0 and (stop := text.find(end, start)) >= 0:
        parts += (text[at:start], mark, "%\n" * text.count("\n", start, stop))
        at = stop + len(end)
    return "".join((*parts, text[at:]))


def _without_title(text: str) -> str:
    r"""Without ``\problemname``, whose argument may be missing: the page has the title."""
    parts: list[str] = []
    at = 0
    for command in _PROBLEM_NAME.finditer(text):
        end = _argument(text, command.end())[1]
        if end == command.end() and text.startswith("{", end):
            break  # Braces that stay open; those of later ones would too.
        parts.append(text[at : command.start()])
        at = end
    return "".join((*parts, text[at:]))


def _with_quotes(text: str) -> str:
    """2025-09 counts ``<< >>`` to the quotes; in formulas, code and comments they are what they are."""
    parts: list[str] = []
    at = 0
    for start, end in _set_aside(text):
        parts += (_quotes(text[at:start]), text[start:end])
        at = end
    return "".join((*parts, _quotes(text[at:])))


def _quotes(text: str) -> str:
    return text.replace("<<", "\u00ab").replace(">>", "\u00bb")


def _set_aside(text: str) -> Iterator[tuple[int, int]]:
    """Where formulas, code and comments begin and end. What is never closed is none, and looked for once."""
    unclosed: set[str] = set()
    at = 0
    while opener := _OPENER.search(text, at):
        at = opener.end()
        closer = _closer(opener)
        if closer is None or closer in unclosed:
            continue
        end = text.find(closer, at)
        if end < 0:
            unclosed.add(closer)
            continue
        yield opener.start(), end + len(closer)
        at = end + len(closer)


def _closer(opener: re.Match[str]) -> str | None:
    if opener["name"]:
        return rf"\end{{{opener['name']}}}" if opener["name"] in (*_CODE, *_FORMULAS) else None
    if opener["bar"]:
        return opener["bar"]
    if opener["brace"]:
        return "}"
    if opener["comment"]:
        return "\n"
    return _CLOSERS.get(opener["math"] or "")


def _argument(text: str, start: int) -> tuple[str, int]:
    """What the braces at ``start`` hold, and where they end; nothing where there are none or they stay open."""
    if text[start : start + 1] != "{":
        return "", start
    depth = 0
    for found in _BRACES.finditer(text, start, start + 4 * TITLE_CHARS):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return text[start + 1 : found.end() - 1], found.end()
    return "", start


def _arguments(text: str, start: int) -> int:
    """How many arguments in braces follow, up to the nine that TeX knows; they may stand on lines of their own."""
    for count in range(9):
        while text[start : start + 1].isspace():
            start += 1
        _, end = _argument(text, start)
        if end == start:
            return count
        start = end
    return 9


def _as_title(text: str) -> str | None:
    """One printable line without the commonest commands, or nothing."""
    text = re.sub(r"\\(?:emph|textbf|textit|texttt|text|mathrm)\{([^{}]*)\}", r"\1", text[: 4 * TITLE_CHARS])
    text = text.replace("~", " ").replace("``", "\u201c").replace("''", "\u201d").replace("$", "")
    text = " ".join(re.sub(r"\\([#%&_{}])", r"\1", text).split())
    return text if text and len(text) <= TITLE_CHARS and text.isprintable() else None
