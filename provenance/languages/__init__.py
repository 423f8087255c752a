"""LANGUAGES: one module a language, each with one ``LANGUAGE`` constant. Adding a file here adds the language.

    >>> by_extension("PAYROLL.CBL").name
    'cobol'
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from provenance.languages.language import Language


@cache
def all_languages() -> dict[str, Language]:
    """Every known language by name, in order of name."""
    found = {}
    for module in sorted(name for _, name, _ in pkgutil.iter_modules(__path__)):
        language = getattr(importlib.import_module(f"{__name__}.{module}"), "LANGUAGE", None)
        if isinstance(language, Language):
            found[language.name] = language
    return dict(sorted(found.items()))


@cache
def _by_extension() -> dict[str, tuple[Language, str]]:
    return {ext: (lang, kind) for lang in all_languages().values() for ext, kind in lang.extensions.items()}


def by_extension(path: str) -> Language | None:
    """The language of a path by its extension (case does not matter), or None."""
    found = _by_extension().get(_extension(path))
    return found[0] if found else None


def kind_of(path: str) -> str:
    """The kind of file a path is by its extension ("program", "copybook" ...); "file" where unknown."""
    found = _by_extension().get(_extension(path))
    return found[1] if found else "file"


def _extension(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
