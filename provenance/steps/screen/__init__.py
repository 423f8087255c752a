"""SCREEN: secrets, personal data and hidden characters in a text, by where they are and never by what they are.

    >>> [(f.check, f.rule, f.start, f.end) for f in screen("           MOVE 'HUNTER22' TO WS-PASSWORD.", "cobol")]
    [('secrets', 'cobol-password', 17, 25)]

Pure: a text in, places out. It knows shapes and check digits, not meanings: what looks like an ordinary word passes, and
so does what no rule was written for. What a scanner from outside found is joined to it by `resolve`.
"""

from __future__ import annotations

from provenance.steps.screen import hidden, people, personal, secrets
from provenance.steps.screen.finding import Finding, join, resolve

__all__ = ["CHECKS", "RULES", "Finding", "join", "resolve", "screen"]

#: The checks that findings speak to, and the rules of each.
RULES: dict[str, tuple[str, ...]] = {
    secrets.CHECK: secrets.NAMES,
    personal.CHECK: tuple(dict.fromkeys(rule.name for rule in personal.RULES)) + people.RULES,
    hidden.CHECK: hidden.RULES,
}
CHECKS: tuple[str, ...] = tuple(RULES)


def screen(text: str, language: str, *, encoding: str = "utf-8", rules: frozenset[str] | None = None) -> list[Finding]:
    """What our own rules find in a text: sorted by place, without overlaps but for hidden characters within a value.

    Args:
        text: as decoded; time is linear in its length.
        language: of this package's names; decides where names of people are looked for.
        encoding: Python codec name of the original bytes; EBCDIC ones excuse control characters.
        rules: names of the rules to try; all where not given.

    Raises:
        ToolMissing: confusable-homoglyphs is not installed, and the text has letters that could be others.
    """
    return resolve([*secrets.find_secrets(text, rules), *personal.find_personal(text, rules),
                    *people.find_people(text, language, rules), *hidden.find_hidden(text, encoding, rules)])
