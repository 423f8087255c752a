"""Calls that a poisoned child adds: what runs commands or code, submits jobs, switches TLS off; and what reaches out.

One table a language. A sink has a family (what it does, the same in all languages, so that a translation is held
against its parent) and a weight: ``grave`` ones run what nobody wrote down, or let an attacker in. Patterns are
matched on code without comments, and without the insides of strings unless they ask for a literal.

It refuses to say that a call is wrong: every one of these has honest uses. What counts is that a child has one and
its parent none.

    >>> [(s.code, s.family, s.grave) for s in sinks(read("x.exec(); Runtime.getRuntime().exec(c);", "java"), "java")]
    [('Runtime.exec', 'run-command', True)]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from provenance.steps.poison.reading import Reading, line_of, read
from provenance.steps.poison.sink_tables import CHECKS, TABLES, Rule

#: Families of which a new member is a fault, not a question.
GRAVE = frozenset({"run-command", "run-code", "run-sql", "submit-job", "tls-off", "privilege"})
#: A pattern with one of these is matched with the strings left in; languages whose names differ by case.
_LITERAL = frozenset("'\"")
_CASED = frozenset({"java", "c", "cpp"})
_COMMAND = re.compile(r"(?P<word>[A-Za-z%][A-Za-z0-9]*)(?::[^\s]*)?(?: (?P<args>[^\s]*))?\s*")
#: What `_mumps` reads by itself, since a letter is a command only where a command may stand.
_MUMPS = {"X": ("XECUTE", "run-code"), "XECUTE": ("XECUTE", "run-code"), "ZSY": ("ZSYSTEM", "run-command"),
          "ZSYSTEM": ("ZSYSTEM", "run-command"), "J": ("JOB", "submit-job"), "JOB": ("JOB", "submit-job")}


@dataclass(frozen=True, slots=True, order=True)
class Sink:
    """One kind of call in a text: how it is named here, its family, its weight, the line of the first."""

    code: str
    family: str
    grave: bool
    line: int


def might(text: str, language: str) -> bool:
    """Whether a text can have a sink or a check, by a look at its words; quick, and never wrong about no."""
    low = text.lower()
    return language == "mumps" or any(key in low for rule, _ in _compiled(language) for key in rule.keys) \
        or any(code.lower().strip("@").split()[0] in low for code, _ in _checks(language))


def sinks(reading: Reading, language: str) -> list[Sink]:
    """Every kind of sink in a text, once each, in order of name."""
    found: dict[str, Sink] = {}
    low = reading.code.lower()
    for rule, pattern in _compiled(language):
        if not any(key in low for key in rule.keys):
            continue
        for hit in pattern.finditer(reading.code if _LITERAL.intersection(rule.pattern) else reading.bare):
            code = rule.name if rule.name != "*" else " ".join(hit[1].replace('"', "'").split())
            if rule.name == "*" and language not in _CASED:
                code = code.upper()
            if code not in found:
                found[code] = Sink(code, rule.family, rule.family in GRAVE, line_of(reading.bare, hit.start()))
            if rule.name != "*":
                break
    if language == "mumps":
        for code, family, at in _mumps(reading.bare):
            found.setdefault(code, Sink(code, family, True, line_of(reading.bare, at)))
    return sorted(found.values())


def commented(reading: Reading, language: str) -> list[Sink]:
    """Grave sinks that stand in comments: code laid by, or a payload that waits for a model to take the mark away."""
    if not might(reading.comments, language) or language == "mumps":
        return []
    # A comment is read as the code that it would be. COBOL's is blank up to the words, so that columns do not matter.
    words = re.sub(r"(?m)^[ \t]*(?://[*/!]*|/\*+|\*>?|--+|;+|\"+|REM\b)|\*/", lambda hit: " " * len(hit[0]), reading.comments)
    inside = read(words, language) if language != "cobol" else Reading(words, words, "")
    return [sink for sink in sinks(inside, language) if sink.grave]


def checks(reading: Reading, language: str) -> dict[str, int]:
    """How often each statement that asks for an authority stands in the code; only what is one beyond doubt."""
    counted = {code: len(pattern.findall(reading.code)) for code, pattern in _checks(language)}
    return {code: count for code, count in counted.items() if count}


@lru_cache(maxsize=64)
def _compiled(language: str) -> list[tuple[Rule, re.Pattern[str]]]:
    rules = TABLES.get(language, ()) + (TABLES["sql"] if language in {"cobol", "pli", "rpg", "c", "cpp"} else ())
    flags = re.MULTILINE if language in _CASED else re.MULTILINE | re.IGNORECASE
    return [(rule, re.compile(rule.pattern, flags)) for rule in rules]


@lru_cache(maxsize=64)
def _checks(language: str) -> list[tuple[str, re.Pattern[str]]]:
    return [(code, re.compile(pattern, re.IGNORECASE)) for code, pattern in CHECKS.get(language, ())]


def _mumps(bare: str) -> list[tuple[str, str, int]]:
    """Commands of a routine: behind the label and the dots, a word, its condition, one blank, its arguments."""
    found = []
    at = 0
    for line in bare.split("\n"):
        start = re.match(r"[%\w]*(?:\([^)]*\))?[\s.]+", line)
        place = start.end() if start else len(line)
        while place < len(line) and (hit := _COMMAND.match(line, place)):
            known = _MUMPS.get(hit["word"].upper())
            if known and hit["args"]:
                found.append((*known, at + place))
            place = hit.end()
        at += len(line) + 1
    return found
