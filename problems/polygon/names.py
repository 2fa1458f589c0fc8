"""Names and statements of a Polygon package, by natural language."""

from __future__ import annotations

from problems import statements
from problems.findings import Findings
from problems.polygon.markup import Element
from problems.polygon.paths import plain_path
from problems.statements import Statement
from problems.tree import Tree

TITLE_CHARS = 200
#: What is shown best comes first: LaTeX is shown as part of a page, PDF as it is.
_TYPES = ("application/x-tex", "application/pdf", "text/html")

#: ISO 639-1 codes of the languages that Polygon writes out.
_CODES = {
    "arabic": "ar",
    "armenian": "hy",
    "azerbaijani": "az",
    "belarusian": "be",
    "bengali": "bn",
    "bulgarian": "bg",
    "chinese": "zh",
    "croatian": "hr",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "estonian": "et",
    "farsi": "fa",
    "finnish": "fi",
    "french": "fr",
    "georgian": "ka",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hindi": "hi",
    "hungarian": "hu",
    "indonesian": "id",
    "italian": "it",
    "japanese": "ja",
    "kazakh": "kk",
    "korean": "ko",
    "kyrgyz": "ky",
    "latvian": "lv",
    "lithuanian": "lt",
    "macedonian": "mk",
    "mongolian": "mn",
    "norwegian": "no",
    "persian": "fa",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "serbian": "sr",
    "slovak": "sk",
    "slovene": "sl",
    "spanish": "es",
    "swedish": "sv",
    "tajik": "tg",
    "thai": "th",
    "turkish": "tr",
    "turkmen": "tk",
    "ukrainian": "uk",
    "uzbek": "uz",
    "vietnamese": "vi",
}


def titles(root: Element, findings: Findings) -> dict[str, str]:
    """The problem's name in each language, English first."""
    found: dict[str, str] = {}
    for element in sorted(root.all("names/name"), key=lambda element: element.get("language") != "english"):
        title = " ".join(element.get("value").split())
        code = _code(element.get("language"))
        if code is None or not title:
            continue
        if len(title) > TITLE_CHARS or not title.isprintable():
            text = f"a name must be at most {TITLE_CHARS} printable characters"
            findings.error("problem.xml", text, line=element.line)
            continue
        found.setdefault(code, title)
    return found


def read(tree: Tree, root: Element, findings: Findings) -> tuple[Statement, ...]:
    """One statement for each language: LaTeX where there is any, else PDF, else HTML."""
    found: dict[str, Statement] = {}
    for kind in _TYPES:
        for element in root.all("statements/statement"):
            code = _code(element.get("language"))
            path = plain_path(element.get("path"))
            if element.get("type") != kind or code is None or code in found or path is None:
                continue
            entry = tree.find(path)
            if entry is None or entry.is_directory:
                findings.warning(path, "a statement that problem.xml lists is not in the package")
                continue
            statement = statements.load(tree, entry, findings, language=code)
            if statement is not None:
                found[code] = statement
    if not found:
        findings.warning("problem.xml", "no statement can be shown")
    return tuple(found[code] for code in sorted(found))


def _code(language: str) -> str | None:
    """The code of a language, None for one that has no name here: a package may hold texts in ``other``."""
    return _CODES.get(language.strip().lower())
