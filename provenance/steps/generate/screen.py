"""SCREEN: does a text hold a secret? Asked of every prompt before it is sent, and of every answer before it is kept.

    >>> secret_in("           MOVE 'HUNTER22' TO WS-PASSWORD.")
    'cobol-password'
    >>> secret_in("           MOVE SPACES TO WS-PASSWORD.  *> password: see the safe")
    ''

It answers with the name of a rule and never with what it found, so that nothing can be logged by mistake. A hit costs
a subject; a miss costs a secret: everything counts that the rules of `provenance.steps.screen.secrets` find, also
what that judge would only warn of. They know shapes, not meanings: run a scanner of your own over the sources as well.
"""

from __future__ import annotations

from provenance.steps.screen.secrets import NAMES, first_secret

#: Every name that `secret_in` can answer with.
RULES: tuple[str, ...] = NAMES


def secret_in(text: str) -> str:
    """The name of the first rule that finds something, or empty. Never the thing itself."""
    return first_secret(text)
