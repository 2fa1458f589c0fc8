"""The settings, as commands get them."""

from __future__ import annotations

from judge import config
from judge.config import Settings
from judge.recipes import languages


class Lazy:
    """The settings, read when a command wants them: --help works with broken ones."""

    @property
    def settings(self) -> Settings:
        settings = config.load()
        languages.choose(settings)
        return settings
