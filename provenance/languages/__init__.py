"""LANGUAGES: one module a language, each with one ``LANGUAGE`` constant. Adding a file here adds the language.

    >>> by_extension("PAYROLL.CBL").name
    'cobol'
"""

from __future__ import annotations

import importlib
import pkgutil
from fnmatch import fnmatchcase
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
def _by_path() -> tuple[tuple[str, Language, str], ...]:
    return tuple((pattern, lang, kind) for lang in all_languages().values() for pattern, kind in lang.paths.items())


@cache
def _by_extension() -> dict[str, tuple[Language, str]]:
    return {ext: (lang, kind) for lang in all_languages().values() for ext, kind in lang.extensions.items()}


def by_extension(path: str) -> Language | None:
    """The language of a path by its extension (case does not matter), or None; some paths tell more than an extension."""
    found = _found(path)
    return found[0] if found else None


def _found(path: str) -> tuple[Language, str] | None:
    for pattern, language, kind in _by_path():
        if fnmatchcase(f"/{path}", f"*/{pattern}"):
            return language, kind
    return _by_extension().get(_extension(path))


def kind_of(path: str) -> str:
    """The kind of file a path is ("program", "copybook", "test" ...), by its name where the language has a pattern for
    that, else by its extension; "file" where unknown.

    >>> kind_of("src/test/java/LuhnTest.java"), kind_of("src/main/java/Contest.java")
    ('test', 'program')
    """
    found = _found(path)
    if not found:
        return "file"
    name = path.rsplit("/", 1)[-1]
    for pattern, kind in found[0].name_kinds.items():
        if fnmatchcase(f"/{path}", f"*/{pattern}") if "/" in pattern else fnmatchcase(name, pattern):
            return kind
    return found[1]


def _extension(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
