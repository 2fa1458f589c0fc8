"""A package being written: files below one folder, and notes on what did not come along as it was."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from judge.errors import PackageError
from judge.models import Blob

_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")


class Word(str):
    """A text that YAML has to quote: one that looks like a number must not become one."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Knows ``Word``, and writes no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - The signature is PyYAML's.
        return True


_Dumper.add_representer(
    Word, lambda dumper, word: dumper.represent_scalar("tag:yaml.org,2002:str", str(word), style='"')
)


class CannotExport(Exception):
    """Something that the format 2025-09 cannot express."""


@dataclass(slots=True)
class Folder:
    """Where the package is written."""

    path: Path
    #: Where the bytes of each blob are.
    files: Mapping[Blob, Path]
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Tell of something that is not as it was; each text once."""
        if text not in self.notes:
            self.notes.append(text)

    def put(self, name: str, content: bytes, *, is_executable: bool = False) -> None:
        """Write a file at a path below the package."""
        target = self._target(name)
        target.write_bytes(content)
        target.chmod(0o755 if is_executable else 0o644)

    def copy(self, name: str, blob: Blob) -> None:
        """Write a file with the bytes of a blob."""
        if blob not in self.files:
            raise PackageError([f"{name}: its content has not been made yet; complete the package first"])
        shutil.copyfile(self.files[blob], self._target(name))

    def yaml(self, name: str, document: Mapping[str, object]) -> None:
        """Write a document, its keys in the order given."""
        text = yaml.dump(dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
        self.put(name, text.encode())

    def _target(self, name: str) -> Path:
        target = self.path / name
        if ".." in Path(name).parts or not target.is_relative_to(self.path):
            raise PackageError([f"{name}: is not a path within a package"])
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


def words(values: tuple[str, ...]) -> list[Word]:
    """Texts for a list in YAML, quoted."""
    return [Word(value) for value in values]


def fit(name: str) -> str:
    """A name that the format allows, as close to this one as it gets."""
    return _UNFIT.sub("_", name).lstrip("-.")[:200] or "_"
