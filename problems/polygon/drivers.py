"""Files that are compiled and run together with every solution: drivers, the headers they bring, and data.

problem.xml lists them as resources with the asset ``solution``, and says in ``for-types`` for which languages they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from judge.models import SourceFile
from problems.findings import Findings
from problems.polygon.markup import Element
from problems.polygon.paths import plain_path
from problems.polygon.programs import NotUsable, Workshop, languages_for


def read(root: Element, workshop: Workshop, findings: Findings) -> Mapping[str, tuple[SourceFile, ...]]:
    """The files for each of our languages, by its id."""
    found: dict[str, dict[str, SourceFile]] = {}
    for resource in root.all("files/resources/file"):
        if all(asset.get("name").lower() != "solution" for asset in resource.all("assets/asset")):
            continue
        path = plain_path(resource.get("path"))
        try:
            if path is None:
                raise NotUsable(f"{resource.get('path')[:80]!r} is not a path within the package")
            file = workshop.read_part(path, resource.get("type"))
        except NotUsable as error:
            findings.error("problem.xml", f"solutions need a file that cannot be used: {error}", line=resource.line)
            continue
        for language in languages_for(resource.get("for-types")):
            found.setdefault(language, {})[file.name] = file
    return {language: tuple(files.values()) for language, files in found.items()}
