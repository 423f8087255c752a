"""Program transforms: each makes a new record from a human one without a model, and can be checked by running both.

One module a family, each with a ``TRANSFORMS`` tuple; adding a file here adds its transforms. Options are set by
making a new value: ``RenameDataNames(same_length=True)``, ``dataclasses.replace(by_name("split-move"), share=50)``.

    >>> by_name("expand-copy").needs
    frozenset({'expanded'})
"""

from __future__ import annotations

import importlib
import pkgutil

from provenance.errors import PolicyError
from provenance.steps.augment.transform import Change, Program, Refusal, Transform

__all__ = ["ALL", "Change", "Program", "Refusal", "Transform", "by_name"]


def _found() -> tuple[Transform, ...]:
    names = sorted(name for _, name, _ in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    transforms = [transform for module in modules for transform in getattr(module, "TRANSFORMS", ())]
    return tuple(sorted(transforms, key=lambda transform: str(transform.name)))


#: Every transform with its default options, in order of name.
ALL: tuple[Transform, ...] = _found()


def by_name(name: str) -> Transform:
    """The transform of that name, with default options.

    Raises:
        PolicyError: there is none; the message names those that there are.
    """
    for transform in ALL:
        if transform.name == name:
            return transform
    raise PolicyError(name, "is not a transform", f"use one of {', '.join(transform.name for transform in ALL)}")
