"""Compile and run recipes: data from ``languages.toml``, checked once, then turned into argument vectors.

The file's own header explains the placeholders. Everything a recipe may say is a field of ``Language`` or ``Image``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, ValidationError

from judge.errors import UnknownLanguage, UsageError
from judge.models import MIB, Source, SourceFile

RECIPES = Path(__file__).with_name("languages.toml")

#: What a source file may be called: no path, no leading dash or dot, nothing a shell or a page would trip over.
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}")

_JAVA_MAIN = re.compile(rb"\bpublic\s+static\s+void\s+main\s*\(|\bstatic\s+public\s+void\s+main\s*\(")
_JAVA_PACKAGE = re.compile(rb"^\s*package\s+([A-Za-z0-9_.]+)\s*;", re.MULTILINE)
_JAVA_PUBLIC_CLASS = re.compile(
    rb"^\s*public\s+(?:(?:final|abstract|strictfp|sealed)\s+)*(?:class|record|enum|interface)\s+(\w+)", re.MULTILINE
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Image(_Strict):
    """A Docker image: the Debian packages it holds beside the essential ones, or without these."""

    packages: tuple[str, ...]
    bare: bool = False


class Language(_Strict):
    """How sources in one language become a running program."""

    id: str
    name: str
    extensions: tuple[str, ...]
    #: Extensions for which this language is taken where none was named.
    default_for: tuple[str, ...] = ()
    #: Where sources are compiled; programs run there too unless ``run_image`` names another.
    image: str
    run_image: str | None = None
    compile: tuple[str, ...]
    run: tuple[str, ...]
    version: tuple[str, ...]
    #: Granted on top of the problem's memory limit, for a virtual machine's own needs.
    memory_extra_mib: int = 0
    #: Processes and threads allowed at once where the language needs more than the problem's own limit.
    processes: int = 0

    @property
    def runs_in(self) -> str:
        """The image that programs run in."""
        return self.run_image or self.image

    def compile_argv(self, source: Source) -> tuple[str, ...]:
        return self._fill(self.compile, source, memory_bytes=0)

    def run_argv(self, source: Source, *, memory_bytes: int) -> tuple[str, ...]:
        return self._fill(self.run, source, memory_bytes=memory_bytes)

    def _fill(self, vector: Sequence[str], source: Source, *, memory_bytes: int) -> tuple[str, ...]:
        main = _main_file(source)
        values = {
            "main": main.name,
            "main_stem": PurePosixPath(main.name).stem,
            "main_class": _main_class(source) if self.id == "java" else "",
            "memory_mib": str(memory_bytes // MIB),
        }
        argv: list[str] = []
        for word in vector:
            if word == "{sources}":
                argv.extend("./" + file.name for file in source.files if self._is_source(file))
            else:
                argv.append(word.format_map(values))
        return tuple(argv)

    def _is_source(self, file: SourceFile) -> bool:
        return PurePosixPath(file.name).suffix[1:] in self.extensions


@cache
def images() -> Mapping[str, Image]:
    """Every image, by name."""
    return _recipes()[0]


@cache
def languages() -> Mapping[str, Language]:
    """Every language, by id, in the file's order."""
    return _recipes()[1]


def language(language_id: str) -> Language:
    """The language of that id.

    Raises:
        UnknownLanguage: there is none.
    """
    try:
        return languages()[language_id]
    except KeyError:
        raise UnknownLanguage(f"unknown language {language_id!r}; there are: {', '.join(languages())}") from None


def guess(file_names: Sequence[str]) -> Language:
    """The language that files of these names are most likely written in.

    Raises:
        UnknownLanguage: no file has an extension of any language.
    """
    for name in file_names:
        extension = PurePosixPath(name).suffix[1:]
        known = [item for item in languages().values() if extension in item.extensions]
        if known:
            return next((item for item in known if extension in item.default_for), known[0])
    raise UnknownLanguage(f"cannot tell the language of {', '.join(map(repr, file_names)) or 'no files'}; name it")


def is_file_name(name: str) -> bool:
    """Whether a source file may be called so."""
    return _FILE_NAME.fullmatch(name) is not None


def pasted(language_id: str, content: bytes) -> Source:
    """A source that came without a file name: it gets the one its language expects."""
    recipe = language(language_id)
    stem = "main"
    if recipe.id == "java":
        found = _JAVA_PUBLIC_CLASS.search(content)
        stem = found.group(1).decode() if found else "Main"
    name = f"{stem}.{recipe.extensions[0]}"
    return Source(language=recipe.id, files=(SourceFile(name=name, content=content),))


def _recipes() -> tuple[Mapping[str, Image], Mapping[str, Language]]:
    try:
        document = tomllib.loads(RECIPES.read_text())
        all_images = {name: Image.model_validate(value) for name, value in document["images"].items()}
        all_languages = {
            key: Language.model_validate({"id": key, **value}) for key, value in document["languages"].items()
        }
    except (tomllib.TOMLDecodeError, ValidationError, KeyError) as error:
        raise UsageError(f"{RECIPES.name}: {error}") from error
    for item in all_languages.values():
        for image in (item.image, item.runs_in):
            if image not in all_images:
                raise UsageError(f"{RECIPES.name}: language {item.id} names an unknown image {image!r}")
    return all_images, all_languages


def _main_file(source: Source) -> SourceFile:
    """A single file; else the one called main in any case; else the first by name (problemtools' rule)."""
    by_name = sorted(source.files, key=lambda file: file.name)
    return next((file for file in by_name if PurePosixPath(file.name).stem.lower() == "main"), by_name[0])


def _main_class(source: Source) -> str:
    """The Java class to start: that of the first file with a main method, within its package."""
    java = [file for file in source.files if file.name.endswith(".java")]
    with_main = [file for file in java if _JAVA_MAIN.search(file.content)]
    chosen = next((file for file in with_main if file.name == "Main.java"), (with_main or java)[0])
    package = _JAVA_PACKAGE.search(chosen.content)
    stem = PurePosixPath(chosen.name).stem
    return f"{package.group(1).decode()}.{stem}" if package else stem
