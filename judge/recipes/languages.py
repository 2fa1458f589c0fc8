"""The languages of this judge: our recipes, and an organiser's beside them, checked once.

A recipe is a TOML file called after its language's id; ``recipe.py`` says what may stand in it. A process sets up
by its settings which folder is read beside ours, and which of the languages are offered for submissions.
"""

from __future__ import annotations

import difflib
import re
import shutil
import tempfile
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from judge.config import DEFAULT_LANGUAGES, Settings
from judge.errors import UnknownLanguage, UsageError
from judge.models import Source, SourceFile
from judge.recipes import java
from judge.recipes.recipe import Image, Language, java_class

#: Our own recipes.
FOLDER = Path(__file__).parents[2] / "languages"
#: What a file of images that several languages share is called; every other one is a language's.
IMAGES = "images.toml"

#: What a source file may be called: no path, no leading dash or dot, nothing a shell or a page would trip over.
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}")
_LANGUAGE_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
_RECIPE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every recipe of some folders."""

    images: Mapping[str, Image]
    #: By id: first those offered, in their order, then the others by id.
    languages: Mapping[str, Language]
    #: The folder that each language's recipe is in.
    folders: Mapping[str, Path]
    #: The language for each extension where none was named.
    by_extension: Mapping[str, Language]
    offered: tuple[str, ...]


@dataclass(slots=True)
class _Choice:
    """What the settings say of languages; one for the process, like its settings."""

    folder: Path | None = None
    offered: tuple[str, ...] = DEFAULT_LANGUAGES
    snapshot: datetime | None = None


_choice = _Choice()


def choose(settings: Settings) -> None:
    """Have this process read recipes of the settings' folder beside our own, and offer the settings' languages.

    Images are those of the settings' snapshot of Debian.

    Nothing is read before somebody asks for a language: many commands never do.
    """
    _choice.folder, _choice.offered = settings.languages_dir, settings.languages
    _choice.snapshot = settings.debian_snapshot
    _catalogue.cache_clear()


def read(folders: Sequence[Path], offered: Sequence[str] = DEFAULT_LANGUAGES) -> Catalogue:
    """The recipes of these folders; those of a later one win over an earlier one's of the same id.

    Raises:
        UsageError: everything that is wrong with them: file, key, and what to do.
    """
    files = [_File(path) for folder in folders for path in _recipe_files(folder)]
    mistakes = [mistake for file in files for mistake in file.mistakes]
    images = {name: image for file in files for name, image in file.images.items()}
    found = {file.language.id: (file.language, file.path) for file in files if file.language is not None}
    if not mistakes:
        mistakes = [*_missing_images(found.values(), images), *_doubled(found.values())]
    if unknown := [item for item in offered if item not in found]:
        mistakes += [f"setting languages: {item!r} is none; there are: {', '.join(sorted(found))}" for item in unknown]
    if mistakes:
        raise UsageError("\n".join(mistakes))
    # The organiser's folder is the last; what it claims is its own decision.
    ranked = sorted(found.values(), key=lambda pair: -folders.index(pair[1].parent))
    order = [*offered, *sorted(set(found) - set(offered))]
    return Catalogue(
        images=images,
        languages={key: found[key][0] for key in order},
        folders={key: path.parent for key, (_, path) in found.items()},
        by_extension=_by_extension([item for item, _ in ranked]),
        offered=tuple(key for key in offered if not found[key][0].is_internal),
    )


def check(recipe: Path, folder: Path) -> None:
    """Make sure that a recipe which is to be put into an organiser's ``folder`` would be understood there.

    Raises:
        UsageError: what is wrong with it, or with what is in the folder already.
    """
    with tempfile.TemporaryDirectory(prefix="judge-recipes-") as copied:
        for path in (*(_recipe_files(folder) if folder.is_dir() else ()), recipe):
            shutil.copy(path, copied)
        read([FOLDER, Path(copied)])


def catalogue() -> Catalogue:
    """What there is in this process."""
    return _catalogue()


def images() -> Mapping[str, Image]:
    """Every image, by name."""
    return _catalogue().images


def snapshot() -> datetime | None:
    """When Debian had the packages that images are made of; None means those of the day an image is built."""
    return _choice.snapshot


def languages() -> Mapping[str, Language]:
    """Every language, by id: first those offered, in their order."""
    return _catalogue().languages


def language(language_id: str) -> Language:
    """The language of that id.

    Raises:
        UnknownLanguage: there is none.
    """
    try:
        return languages()[language_id]
    except KeyError:
        known = (item.id for item in languages().values() if not item.is_internal)
        raise UnknownLanguage(
            "unknown language %(language_id)r; there are: %(known)s", language_id=language_id, known=", ".join(known)
        ) from None


def offered() -> Mapping[str, Language]:
    """The languages that submissions may be written in."""
    return {key: languages()[key] for key in _catalogue().offered}


def offered_language(language_id: str) -> Language:
    """The language of that id, if submissions may be written in it.

    Raises:
        UnknownLanguage: there is none.
    """
    found = offered().get(language_id)
    if found is None:
        raise UnknownLanguage(
            "unknown language %(language_id)r; there are: %(offered)s",
            language_id=language_id,
            offered=", ".join(offered()),
        )
    return found


def needed_images(language_ids: Collection[str] = ()) -> tuple[str, ...]:
    """The images that these languages are compiled and run in; by default those offered, and the internal ones."""
    wanted = [
        item
        for item in languages().values()
        if (item.id in language_ids if language_ids else item.is_internal or item.id in _catalogue().offered)
    ]
    return tuple(dict.fromkeys(name for item in wanted for name in (item.image, item.runs_in)))


def by_code(code: str) -> tuple[Language, ...]:
    """The languages that a code of the package format means, the newest last; ids of ours are codes too."""
    found = [item for item in languages().values() if not item.is_internal and code in (item.code, item.id)]
    return tuple(sorted(found, key=lambda item: item.is_newest))


def guess(file_names: Sequence[str], *, among: Collection[str] | None = None) -> Language:
    """The language that files of these names are most likely written in.

    Args:
        file_names: in the order in which they are looked at.
        among: ids of the languages that come into question; by default all.

    Raises:
        UnknownLanguage: no file has an extension of any language.
    """
    for name in file_names:
        extension = PurePosixPath(name).suffix[1:]
        found = _catalogue().by_extension.get(extension)
        if found is not None and among is not None and found.id not in among:
            others = (languages()[key] for key in among)
            found = next((item for item in others if extension in item.extensions), None)
        if found is not None:
            return found
    raise UnknownLanguage(
        "cannot tell the language of %(files)s; name it", files=", ".join(map(repr, file_names)) or "no files"
    )


def is_file_name(name: str) -> bool:
    """Whether a source file may be called so."""
    return _FILE_NAME.fullmatch(name) is not None


def pasted(language_id: str, content: bytes) -> Source:
    """A source that came without a file name: it gets the one its language expects."""
    recipe = language(language_id)
    name = recipe.main_name or f"main.{recipe.extensions[0]}"
    if recipe.entry == "java-class":
        name = f"{java.read(content).public_class or 'Main'}.{recipe.extensions[0]}"
    return Source(language=recipe.id, files=(SourceFile(name=name, content=content),))


def arranged(source: Source) -> Source:
    """The source with its files named as the compiler wants them: Java's are named after their public class."""
    recipe = language(source.language)
    if recipe.renames_main:
        return _with_main_named(source, recipe)
    if recipe.entry != "java-class":
        return source
    names = {file.name for file in source.files}
    files: list[SourceFile] = []
    for file in source.files:
        wanted = java.file_name(file.name, file.content)
        if wanted not in names and is_file_name(PurePosixPath(wanted).name):
            names = names - {file.name} | {wanted}
            files.append(replace(file, name=wanted))
        else:
            files.append(file)
    return replace(source, files=tuple(files))


def entry_point(source: Source) -> str:
    """What starts the program: a class in Java, else the main file (2025-09, "Static validator", "Invocation")."""
    recipe = language(source.language)
    return java_class(source) if recipe.entry == "java-class" else recipe.main_file(source).name


def _with_main_named(source: Source, recipe: Language) -> Source:
    main = recipe.main_file(source)
    if any(file.name == recipe.main_name for file in source.files):
        return source
    files = tuple(replace(file, name=recipe.main_name) if file is main else file for file in source.files)
    entry = recipe.main_name if source.entry_point == main.name else source.entry_point
    return replace(source, files=files, entry_point=entry)


@cache
def _catalogue() -> Catalogue:
    return read([FOLDER, *([_choice.folder] if _choice.folder else [])], _choice.offered)


class _File:
    """A file of recipes as far as it can be understood, and what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.images: dict[str, Image] = {}
        self.language: Language | None = None
        self.mistakes: list[str] = []
        document = self._read()
        if document is None:
            return
        tables = document.pop("images", {})
        if not isinstance(tables, dict):
            self._say("images", "has to be tables such as [images.NAME]")
            return
        for name, table in tables.items():
            try:
                image = Image.model_validate(table)
                texts = {place: (self.path.parent / file).read_text() for place, file in image.files.items()}
                self.images[name] = image.model_copy(update={"files": texts})
            except ValidationError as error:
                self._explain(error, f"images.{name}")
            except (OSError, UnicodeDecodeError) as error:
                self._say(f"images.{name}.files", f"{error}; a file beside the recipe is meant")
        if path.name != IMAGES:
            self._take(document)
        elif document:
            self._say(min(document), "is no image: a language has a file of its own, called ID.toml")

    def _read(self) -> dict[str, Any] | None:
        try:
            with self.path.open("rb") as file:
                return tomllib.loads(file.read(_RECIPE_BYTES).decode())
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self.mistakes.append(f"{self.path}: {error}")
            return None

    def _take(self, document: dict[str, Any]) -> None:
        key = self.path.stem
        if not _LANGUAGE_ID.fullmatch(key):
            self.mistakes.append(
                f"{self.path}: the file is called after the language's id: small letters, digits and dashes"
            )
        try:
            self.language = Language.model_validate({"code": key, **document, "id": key})
        except ValidationError as error:
            self._explain(error)

    def _explain(self, error: ValidationError, below: str = "") -> None:
        for item in error.errors():
            key = ".".join([*([below] if below else []), *map(str, item["loc"])])
            said = "is no key of a recipe" if item["type"] == "extra_forbidden" else item["msg"]
            self._say(key, said.removeprefix("Value error, "))

    def _say(self, key: str, what: str) -> None:
        self.mistakes.append(f"{self.path}: {key}: {what}" if key else f"{self.path}: {what}")


def _recipe_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError("setting languages_dir: %(folder)s is no folder", folder=folder)
    return sorted(folder.glob("*.toml"))


def _missing_images(found: Collection[tuple[Language, Path]], images: Mapping[str, Image]) -> Iterator[str]:
    for item, path in found:
        for key, name in (("image", item.image), ("run_image", item.runs_in)):
            if name not in images:
                close = difflib.get_close_matches(name, images, n=1)
                hint = f"did you mean {close[0]}? Else add" if close else "add"
                yield f"{path}: {key}: unknown image {name!r}; {hint} [images.{name}]"
                break


def _doubled(found: Collection[tuple[Language, Path]]) -> Iterator[str]:
    """What only one language of a folder can be, and several say they are."""
    claims: dict[tuple[Path, str, str], list[str]] = {}
    for item, path in found:
        for extension in item.default_for:
            claims.setdefault((path.parent, "default_for", extension), []).append(item.id)
        if item.is_newest:
            claims.setdefault((path.parent, "is_newest", item.code), []).append(item.id)
    for (folder, key, what), ids in claims.items():
        if len(ids) > 1:
            yield f"{folder}: {key}: {' and '.join(ids)} both claim {what!r}: only one can have it"


def _by_extension(ranked: Sequence[Language]) -> Mapping[str, Language]:
    """The first language that claims the extension, else the first that has it. Internal ones have none."""
    found: dict[str, Language] = {}
    for item in ranked:
        for extension in item.default_for:
            found.setdefault(extension, item)
    for item in ranked:
        for extension in item.extensions:
            found.setdefault(extension, item)
    return found
