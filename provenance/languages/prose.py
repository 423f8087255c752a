"""Prose: tasks that people wrote for programmers, from which models can be asked for programs. Nothing compiles it.

    >>> LANGUAGE.paths[".docs/instructions.md"]
    'task'
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="prose",
    tier=Tier.TEXT,
    extensions={".task": "task"},
    # Exercism's tracks; other Markdown is documentation and no task.
    paths={".docs/instructions.md": "task"},
)
