"""Modes of generation: one module a mode, each with a ``MODE``; adding a file here adds the mode.

    >>> by_name("version").role
    'source'
"""

from __future__ import annotations

import importlib
import pkgutil

from provenance.errors import PolicyError
from provenance.steps.generate.mode import Mode

__all__ = ["ALL", "by_name"]


def _found() -> tuple[Mode, ...]:
    names = sorted(name for _, name, _ in pkgutil.iter_modules(__path__))
    found = [mode for name in names if (mode := getattr(importlib.import_module(f"{__name__}.{name}"), "MODE", None))]
    return tuple(sorted(found, key=lambda mode: str(mode.name)))


#: Every mode, in order of name.
ALL: tuple[Mode, ...] = _found()


def by_name(name: str) -> Mode:
    """The mode of that name.

    Raises:
        PolicyError: there is none; the message names those that there are.
    """
    for mode in ALL:
        if mode.name == name:
            return mode
    raise PolicyError(name, "is not a mode of generation", f"use one of {', '.join(mode.name for mode in ALL)}")
