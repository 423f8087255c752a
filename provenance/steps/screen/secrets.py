"""Secrets in a text, by our own rules: keys, tokens, and passwords where languages, databases and jobs put them.

    >>> [(f.rule, f.start, f.end) for f in find_secrets("           MOVE 'HUNTER22' TO WS-PASSWORD.")]
    [('cobol-password', 17, 25)]
    >>> find_secrets("           MOVE SPACES TO WS-PASSWORD.  *> password: see the safe")
    []

It answers with places and names of rules, never with what it found. A finding is certain unless the value is one that
a manual prints for everybody ("tiger", "changeit"), or a plain word where the place alone does not make it a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.steps.screen.finding import Finding
from provenance.steps.screen.places import around, lowered
from provenance.steps.screen.secret_rules import NAMES, RULES, SecretRule

CHECK = "secrets"
#: Values that manuals and installers print for everybody, in lower case. To find one is no leak; to see many is a habit.
PUBLISHED = frozenset((
    "admin", "administrator", "bar", "change_on_install", "changeit", "changeme", "db2admin", "db2inst1", "default", "demo",
    "guest",
    "guest123", "hr", "ibmuser", "letmein", "manager", "mypass", "mypassword", "oe", "oracle", "pass", "pass123", "passw0rd",
    "password", "password1", "password123", "passwort", "postgres", "qwerty", "root", "sample", "scott", "secret", "sys1",
    "system",
    "test", "test123", "tester", "tiger", "user", "wallet", "welcome", "welcome1", "xyz", "yourpassword"))
#: What a value of a made secret has and a word has not.
_MADE = re.compile(r"\d|[^\W\d_][^\w\s'.,:;/-]|[^\w\s'.,:;/-][^\W\d_]")
#: Names of things where a value could be: keys of messages, addresses, names of variables and types, formats.
_NAME_OF = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)+|[a-z]+://\S*|file:\S*|[A-Z][A-Za-z]+(?:Api|API|Endpoint|Key|Id"
                      r"|Name|Password)\w*"
                      r"|(?:[A-Z]{2,}[0-9]?[A-Z]*-?[0-9]*-?[0-9]*(?:LE|BE))|[\w.-]*\.(?:txt|xml|json|html?|properties|jks|p12)"
                      r"|[\w-]*(?:password|passwd|credential)[\w-]*|\S*%[sd]\S*|\S*\$\{\S*|(\S)\1*", re.IGNORECASE)
#: Most characters between the first and the last line of a key in a text.
_KEY_LENGTH = 20_000


def find_secrets(text: str, rules: frozenset[str] | None = None) -> list[Finding]:
    """Every secret that the rules see, each once; may overlap.

    Args:
        text: of any language, and of any length: time is linear in it.
        rules: names of the rules to try; all where not given.
    """
    kept: dict[tuple[int, int], Finding] = {}
    for found in _all(text, rules):
        # The same value by two rules is one finding: of the first that is certain, else of the first.
        at = found.start, found.end
        if at not in kept or (found.certain and not kept[at].certain):
            kept[at] = found
    return list(kept.values())


def first_secret(text: str) -> str:
    """The name of the first rule, in order of the rules, that finds something; empty where none does."""
    return next((found.rule for found in _all(text, None)), "")


def _all(text: str, names: frozenset[str] | None) -> Iterator[Finding]:
    small = lowered(text)
    # Many rules share their words, so where these are is asked once.
    known: dict[tuple[tuple[str, ...], int, int], list[tuple[int, int]]] = {}
    for rule in RULES:
        if names is None or rule.name in names:
            key = (rule.words, rule.before, rule.after)
            if key not in known:
                known[key] = around(small, *key)
            for region in known[key]:
                yield from _found(rule, text, *region)


def _found(rule: SecretRule, text: str, begin: int, stop: int) -> Iterator[Finding]:
    for match in rule.pattern.finditer(text, begin, stop):
        groups = match.groupdict()
        name = next(name for name in ("v", "w", "b", "u") if groups.get(name) is not None)
        start, end = match.span(name)
        value = match[name]
        if rule.name == "private-key":
            end = _end_of_key(text, end)
        elif not rule.strict and _NAME_OF.fullmatch(value) and value.lower() not in PUBLISHED:
            continue
        yield Finding(start, end, CHECK, rule.name, rule.kind, _certain(rule, value, groups.get("n") or ""))


def _certain(rule: SecretRule, value: str, user: str) -> bool:
    plain = value.lower()
    if plain in PUBLISHED or plain == user.lower() or "example" in plain:
        return False
    return rule.strict or bool(_MADE.search(value))


def _end_of_key(text: str, end: int) -> int:
    closing = text.find("-----END ", end, end + _KEY_LENGTH)
    if closing < 0:
        return end
    last = text.find("-----", closing + 9, closing + 100)
    return last + 5 if last >= 0 else closing


__all__ = ["CHECK", "NAMES", "PUBLISHED", "find_secrets", "first_secret"]
