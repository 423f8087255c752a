"""Skeletons of batch work: complete COBOL programs around the record layouts of copybooks, by rules alone.

One small module a skeleton, each with a ``SKELETONS`` tuple; adding a file here adds its skeletons.

    >>> [skeleton.name for skeleton in ALL]
    ['control-break', 'file-merge', 'report', 'table-search', 'validation']
"""

from __future__ import annotations

import importlib
import pkgutil

from provenance.errors import PolicyError
from provenance.steps.generate.skeletons.layout import Field, Layout, layouts_of
from provenance.steps.generate.skeletons.skeleton import Skeleton

__all__ = ["ALL", "Field", "Layout", "Skeleton", "by_name", "layouts_of"]


def _found() -> tuple[Skeleton, ...]:
    names = sorted(name for _, name, _ in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    skeletons = [skeleton for module in modules for skeleton in getattr(module, "SKELETONS", ())]
    return tuple(sorted(skeletons, key=lambda skeleton: str(skeleton.name)))


#: Every skeleton, in order of name.
ALL: tuple[Skeleton, ...] = _found()


def by_name(name: str) -> Skeleton:
    """The skeleton of that name.

    Raises:
        PolicyError: there is none; the message names those that there are.
    """
    for skeleton in ALL:
        if skeleton.name == name:
            return skeleton
    raise PolicyError(name, "is not a skeleton", f"use one of {', '.join(skeleton.name for skeleton in ALL)}")
