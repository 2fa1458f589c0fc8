"""Compile and run recipes: data from ``languages.toml``, checked once, then turned into argument vectors.

The file's own header explains the placeholders. Everything a recipe may say is a field of ``Language`` or ``Image``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, ValidationError

from judge import java
from judge.errors import UnknownLanguage, UsageError
from judge.java import JavaFile
from judge.models import MIB, Source, SourceFile

RECIPES = Path(__file__).with_name("languages.toml")

#: What a source file may be called: no path, no leading dash or dot, nothing a shell or a page would trip over.
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}")

_JAVA_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Image(_Strict):
    """A Docker image: the Debian packages it holds beside the essential ones, or without these."""

    packages: tuple[str, ...]
    bare: bool = False


class Language(_Strict):
    """How sources in one language become a running program."""

    id: str
    #: What the package format's table of languages calls it; several versions of a language share one code.
    code: str
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
    #: For programs of packages only: nobody can choose it for a submission.
    is_internal: bool = False
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
        main = self.main_file(source)
        values = {
            "main": main.name,
            "main_stem": PurePosixPath(main.name).stem,
            "main_class": _main_class(source) if self.code == "java" else "",
            "memory_mib": str(memory_bytes // MIB),
        }
        argv: list[str] = []
        for word in vector:
            if word == "{sources}":
                argv.extend("./" + file.name for file in source.files if self._is_source(file))
            else:
                argv.append(word.format_map(values))
        return tuple(argv)

    def main_file(self, source: Source) -> SourceFile:
        """The entry point where that is a file; else a single file, else the one called main, else the first by name.

        That is the order of the package format and of problemtools. Python's ``__main__`` goes before ``main``. Files
        that the problem includes take part only if they are called so ("Included Code").
        """
        files = [file for file in source.files if self._is_source(file)] or list(source.files)
        files.sort(key=lambda file: (file.name.count("/"), file.name))
        named = {file.name: file for file in source.files}
        if source.entry_point in named:
            return named[source.entry_point]
        by_stem = {PurePosixPath(file.name).stem.lower(): file for file in reversed(files)}
        first = next((file for file in files if not file.is_included), files[0])
        return by_stem.get("__main__") or by_stem.get("main") or first

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


def offered() -> Mapping[str, Language]:
    """The languages that submissions may be written in."""
    return {key: item for key, item in languages().items() if not item.is_internal}


def offered_language(language_id: str) -> Language:
    """The language of that id, if submissions may be written in it.

    Raises:
        UnknownLanguage: there is none.
    """
    found = offered().get(language_id)
    if found is None:
        raise UnknownLanguage(f"unknown language {language_id!r}; there are: {', '.join(offered())}")
    return found


def by_code(code: str) -> tuple[Language, ...]:
    """The languages that a code of the package format means, in the file's order; ids of ours are codes too."""
    return tuple(item for item in offered().values() if code in (item.code, item.id))


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
    if recipe.code == "java":
        stem = java.read(content).public_class or "Main"
    name = f"{stem}.{recipe.extensions[0]}"
    return Source(language=recipe.id, files=(SourceFile(name=name, content=content),))


def arranged(source: Source) -> Source:
    """The source with its files named as the compiler wants them: Java's are named after their public class."""
    if language(source.language).code != "java":
        return source
    names = {file.name for file in source.files}
    files: list[SourceFile] = []
    for file in source.files:
        wanted = _java_name(file)
        if wanted not in names:
            names = names - {file.name} | {wanted}
            files.append(replace(file, name=wanted))
        else:
            files.append(file)
    return replace(source, files=tuple(files))


def entry_point(source: Source) -> str:
    """What starts the program: a class in Java, else the main file (2025-09, "Static validator", "Invocation")."""
    recipe = language(source.language)
    return _main_class(source) if recipe.code == "java" else recipe.main_file(source).name


def _recipes() -> tuple[Mapping[str, Image], Mapping[str, Language]]:
    try:
        document = tomllib.loads(RECIPES.read_text())
        all_images = {name: Image.model_validate(value) for name, value in document["images"].items()}
        all_languages = {
            key: Language.model_validate({"id": key, "code": key, **value})
            for key, value in document["languages"].items()
        }
    except (tomllib.TOMLDecodeError, ValidationError, KeyError) as error:
        raise UsageError(f"{RECIPES.name}: {error}") from error
    for item in all_languages.values():
        for image in (item.image, item.runs_in):
            if image not in all_images:
                raise UsageError(f"{RECIPES.name}: language {item.id} names an unknown image {image!r}")
    return all_images, all_languages


def _java_name(file: SourceFile) -> str:
    path = PurePosixPath(file.name)
    public = java.read(file.content).public_class if path.suffix == ".java" else None
    wanted = f"{public}.java"
    return str(path.with_name(wanted)) if public and is_file_name(wanted) else file.name


def _main_class(source: Source) -> str:
    """The Java class to start, within its package: the entry point, else Main, else the first that has a main."""
    files = {file.name: java.read(file.content) for file in source.files if file.name.endswith(".java")}
    wanted = source.entry_point.removesuffix(".java")
    if source.entry_point in files:
        files = {source.entry_point: files[source.entry_point]}
    elif _JAVA_NAME.fullmatch(wanted):
        return _full_name(wanted, files.values())
    startable = [(found, item) for found in files.values() for item in found.classes if item.has_main]
    startable.sort(key=lambda pair: (pair[1].name != "Main", not pair[1].is_public))
    if startable:
        return startable[0][0].full_name(startable[0][1].name)
    first = next(iter(files), source.files[0].name)
    stem = PurePosixPath(first).stem
    return files[first].full_name(stem) if first in files else stem


def _full_name(name: str, files: Iterable[JavaFile]) -> str:
    """A class's name with its package, which whoever names an entry point may leave out."""
    for file in files:
        if any(item.name == name for item in file.classes):
            return file.full_name(name)
    return name
