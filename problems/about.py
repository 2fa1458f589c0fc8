"""Reads what a package says of itself that changes no verdict: names, people, source, license, embargo.

It comes out in the shape of the format 2025-09 whatever the format, for showing and for export. What is wrong here is
worth a warning and never a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from problems.document import Document, Plain
from problems.findings import Findings

TITLE_CHARS = 200
DEFAULT_LANGUAGE = "en"

_UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}:\d{2}Z?)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_AUTHORS_APART = re.compile(r",\s*|\s+and\s+|\s+&\s+")
_LICENSES = ("unknown", "public domain", "cc0", "cc by", "cc by-sa", "educational", "permission")
#: Under these nobody has to own anything.
_FREE = ("unknown", "public domain")
_CREDITS = frozenset({"authors", "contributors", "testers", "translators", "packagers", "acknowledgements"})


def titles(value: Plain, source: Document, findings: Findings, *, is_current: bool) -> Mapping[str, str]:
    """The problem's name by natural language, English first."""
    if isinstance(value, dict):
        named = {language: name for language, name in value.items() if isinstance(name, str)}
    else:
        named = {DEFAULT_LANGUAGE: value} if isinstance(value, str) else {}
    if value is not None and not isinstance(value, str | dict):
        findings.error(source.file, "name: must be a text, or a text for each language", line=source.line("name"))
    found = {}
    for language, name in sorted(named.items(), key=lambda item: (item[0] != DEFAULT_LANGUAGE, item[0])):
        title = name.strip()
        if len(title) > TITLE_CHARS or not title.isprintable():
            text = f"name: must be one line of at most {TITLE_CHARS} printable characters"
            findings.error(source.file, text, line=source.line("name", language))
        elif title:
            found[language] = title
        if is_current and not _LANGUAGE.fullmatch(language):
            text = f"name: {language[:20]!r} is no language code such as en or pt-BR"
            findings.warning(source.file, text, line=source.line("name", language))
    return found


def read(source: Document, findings: Findings, *, is_current: bool) -> Mapping[str, Plain]:
    """The keys of the format 2025-09 that are set, in its own shape."""
    values = source.values
    found: dict[str, Plain] = {
        "uuid": values.get("uuid"),
        "version": values.get("version"),
        "credits": values.get("credits", _authors(values.get("author"))),
        "source": _source(values),
        "license": values.get("license"),
        "rights_owner": values.get("rights_owner"),
        "embargo_until": values.get("embargo_until"),
        "keywords": _keywords(values.get("keywords")),
    }
    _check_id(found["uuid"], source, findings, is_current=is_current)
    _check_license(found, source, findings)
    _check_credits(found["credits"], source, findings)
    embargo = found["embargo_until"]
    if embargo is not None and not (isinstance(embargo, str) and _DATE.fullmatch(embargo)):
        text = "embargo_until: write a date such as 2026-05-31, or 2026-05-31T12:00:00Z"
        findings.warning(source.file, text, line=source.line("embargo_until"))
    return {key: value for key, value in ((key, _filled(value)) for key, value in found.items()) if value}


def _filled(value: Plain) -> Plain:
    """Without keys that are there and empty, as templates leave them."""
    if isinstance(value, dict):
        return {key: kept for key, inner in value.items() if (kept := _filled(inner))}
    if isinstance(value, list):
        return [kept for inner in value if (kept := _filled(inner))]
    return value


def _authors(author: Plain) -> Plain:
    """The legacy format's ``author``: names separated by commas or "and"."""
    names: list[Plain] = []
    for text in [author] if isinstance(author, str) else author if isinstance(author, list) else []:
        names += [name.strip() for name in _AUTHORS_APART.split(text) if name.strip()] if isinstance(text, str) else []
    return {"authors": names} if names else None


def _source(values: Mapping[str, Plain]) -> Plain:
    source, url = values.get("source"), values.get("source_url")
    return {"name": source, "url": url} if isinstance(source, str) and isinstance(url, str) else source


def _keywords(value: Plain) -> Plain:
    return [*value.split()] if isinstance(value, str) else value


def _check_id(uuid: Plain, source: Document, findings: Findings, *, is_current: bool) -> None:
    if uuid is None and is_current:
        findings.warning(source.file, "no uuid, which the format requires; make one with `uuidgen`")
    elif is_current and not (isinstance(uuid, str) and _UUID.fullmatch(uuid)):
        findings.warning(source.file, "uuid: is none; make one with `uuidgen`", line=source.line("uuid"))


def _check_license(about: Mapping[str, Plain], source: Document, findings: Findings) -> None:
    """License in the package formats: which there are, and when somebody has to own the rights."""
    license_name = about["license"] or "unknown"
    if license_name not in _LICENSES:
        text = f"license: {str(license_name)[:40]!r} is none of {', '.join(_LICENSES)}"
        findings.warning(source.file, text, line=source.line("license"))
    elif license_name == "public domain" and about["rights_owner"]:
        text = "rights_owner: nobody owns the rights of a problem in the public domain"
        findings.warning(source.file, text, line=source.line("rights_owner"))
    elif license_name not in _FREE and not (about["rights_owner"] or about["credits"] or about["source"]):
        text = f"license: {license_name} needs an owner; add rights_owner, credits or source"
        findings.warning(source.file, text, line=source.line("license"))


def _check_credits(people: Plain, source: Document, findings: Findings) -> None:
    if people is not None and not isinstance(people, str | dict):
        findings.warning(source.file, "credits: must be a text or a mapping", line=source.line("credits"))
    for role in people if isinstance(people, dict) else ():
        if role not in _CREDITS:
            text = f"credits: unknown key {role[:40]!r} is ignored"
            findings.warning(source.file, text, line=source.line("credits", role))
