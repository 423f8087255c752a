"""New names for the local data, constants and field symbols of ABAP methods and subroutines.

Only what a body itself declares and uses where nothing but data can stand. Left alone, name by name: structures declared
with ``BEGIN OF``, names used before their declaration, names that stand where a component, a parameter, a type or a column
may be meant, and names that occur in any literal. A body is left alone where it includes text, calls what may be a macro,
or assigns by a name that is computed.

    >>> text = "METHOD m.\\n  DATA lv_sum TYPE i.\\n  lv_sum = 1.\\nENDMETHOD.\\n"
    >>> RenameAbap().apply(Program("a.abap", text, False), 1).edits
    1
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from provenance.languages.abap import LANGUAGE
from provenance.languages.lexing import Kind, Token, code_of
from provenance.steps.augment.plain_names import PlainNamer
from provenance.steps.augment.source_text import columns_kept, read, renamed_text, words_of
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, seeded

_DECLARES = frozenset({"data", "statics", "constants", "field-symbols"})
_ENDS = {"method": "endmethod", "form": "endform"}
#: Words that are never the name of data, because nothing is: they start or shape statements.
_KNOWN = frozenset(word.lower() for word in LANGUAGE.reserved)
_NAMING = frozenset({
    "type", "catch", "raising", "key", "by", "fields", "method", "function", "perform", "form", "transporting", "comparing",
    "class", "interface", "event", "handler", "id", "for", "let", "init", "next", "groups", "of_type", "corresponding",
    "except", "mapping", "parameter", "parameters", "exceptions", "ranges", "begin", "end", "structure", "include",
    "association", "like_type", "dynpro", "transaction", "program", "report",
})  # fmt: skip
_COLUMNS = frozenset({"select", "with", "open", "update", "export", "import", "at", "provide", "endselect"})
_TESTS = frozenset({"if", "elseif", "while", "check", "assert"})
_CLAUSES = frozenset({"where", "key", "transporting", "comparing", "by", "fields"})
_COMPARES = frozenset({"=", "<>", "<", ">", "<=", ">=", "eq", "ne", "lt", "gt", "le", "ge", "in", "between", "is", "cp", "np",
                       "cs", "ns", "co", "cn", "ca", "na", "not"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class RenameAbap:
    """New names for local data."""

    name: ClassVar[str] = "rename-abap"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "abap"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """No options."""
        return {}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rename in one program."""
        tokens = read(program, self.language)
        if isinstance(tokens, Refusal):
            return tokens
        bodies, clear = _bodies(tokens)
        if not bodies:
            return Refusal("no-candidates") if clear else Refusal("no-safe-site: every body may hold macros or includes")
        literal = {word for token in tokens if token.kind in (Kind.STRING, Kind.EMBEDDED)
                   for word in re.findall(r"<?\w+>?", token.text.lower())}  # fmt: skip
        namer = PlainNamer(seeded(self, program, seed), words_of(tokens), LANGUAGE.reserved, snake=True)
        given: dict[str, str | None] = {}
        changes: dict[int, str] = {}
        seen: set[str] = set()
        for body in bodies:
            for old, places in _safe_names(tokens, body, literal, seen).items():
                if old not in given:
                    given[old] = namer.like(tokens[places[0]].text)
                new = given[old]
                if new:
                    changes.update(dict.fromkeys(places, new))
        if not changes:
            return Refusal(f"no-safe-site: {len(seen)} left alone" if seen else "no-candidates")
        text = renamed_text(tokens, columns_kept(tokens, changes), self.language)
        done = sum(new is not None for new in given.values())
        return Change(text, program.free_format, done) if text is not None else Refusal("other-code")


TRANSFORMS = (RenameAbap(),)


def _statements(tokens: list[Token]) -> list[list[int]]:
    """Indexes of the code tokens of each statement, without its period."""
    found: list[list[int]] = []
    statement: list[int] = []
    for index in code_of(tokens):
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        token = tokens[index]
        if token.text == "." and token.kind is Kind.SYMBOL and (after is None or after.kind is not Kind.WORD):
            if statement:
                found.append(statement)
            statement = []
        elif token.kind is not Kind.DIRECTIVE:
            statement.append(index)
    return [*found, statement] if statement else found


def _first(tokens: list[Token], statement: list[int]) -> str:
    """The first word of a statement, folded, with what a hyphen joins to it."""
    name = tokens[statement[0]].text.lower()
    at = 0
    while at + 2 < len(statement) and tokens[statement[at] + 1].text == "-" and statement[at + 2] == statement[at] + 2:
        name += "-" + tokens[statement[at + 2]].text.lower()
        at += 2
    return name


def _bodies(tokens: list[Token]) -> tuple[list[list[list[int]]], bool]:
    """Statements of each method and subroutine that can be read with certainty, and whether all could."""
    bodies: list[list[list[int]]] = []
    body: list[list[int]] | None = None
    ending = ""
    clear = sound = True
    for statement in _statements(tokens):
        first = _first(tokens, statement)
        if body is None:
            if first in _ENDS and len(statement) > 1:
                body, ending, sound = [], _ENDS[first], True
            continue
        if first == ending:
            if sound:
                bodies.append(body)
            body = None
            continue
        sound = sound and _certain(tokens, statement, first)
        clear = clear and sound
        body.append(statement)
    return bodies, clear


def _certain(tokens: list[Token], statement: list[int], first: str) -> bool:
    """Whether a statement is neither an inclusion, a macro, nor an access by a computed name."""
    texts = [tokens[index].text.lower() for index in statement]
    if first in ("include", "define", "generate") or any(tokens[index].kind is Kind.EMBEDDED for index in statement):
        return False
    if first == "assign" and "(" in texts[1:3]:
        return False
    if first in _KNOWN or first.split("-", 1)[0] in _KNOWN or first.startswith("<"):
        return True
    after = texts[1] if len(texts) > 1 else ""
    return after in ("=", "?=", "+=", "-=", "*=", "/=", "&&=", "&&", "->", "=>", "(", "-", "[", "~", "+")


def _safe_names(tokens: list[Token], body: list[list[int]], literal: set[str], seen: set[str]) -> dict[str, list[int]]:
    """Local names of one body -> every place to change."""
    declared: dict[str, int] = {}
    refused: set[str] = set(literal)
    for statement in body:
        _declarations(tokens, statement, declared, refused)
    seen.update(declared)
    places: dict[str, list[int]] = {name: [] for name in declared if name not in refused and name not in _KNOWN}
    for statement in body:
        first = _first(tokens, statement)
        for at, index in enumerate(statement):
            name = tokens[index].text.lower()
            if name in places and name not in refused:
                use = _use(tokens, statement, at, first, declared[name])
                if use is None:
                    refused.add(name)
                elif use:
                    places[name].append(index)
    return {name: where for name, where in places.items()
            if name not in refused and where and where[0] == declared[name]}  # fmt: skip


def _declarations(tokens: list[Token], statement: list[int], declared: dict[str, int], refused: set[str]) -> None:
    texts = [tokens[index].text.lower() for index in statement]
    for at, text in enumerate(texts[:-2]):
        if texts[at + 1] == "(" and statement[at + 1] == statement[at] + 1 and text in ("data", "final", "symbol"):
            declared.setdefault(texts[at + 2], statement[at + 2])
    first = _first(tokens, statement)
    if first not in _DECLARES or (len(texts) > 1 and texts[1] == "("):
        return
    if "begin" in texts or "end" in texts:
        refused.update(texts)
        return
    start = 3 if first == "field-symbols" else 1
    if texts[start : start + 1] == [":"]:
        start += 1
    depth = 0
    fresh = True
    for at in range(start, len(texts)):
        if fresh and tokens[statement[at]].kind is Kind.WORD:
            declared.setdefault(texts[at], statement[at])
        fresh = texts[at] == "," and depth == 0
        depth += (texts[at] == "(") - (texts[at] == ")")


def _use(tokens: list[Token], statement: list[int], at: int, first: str, declared: int) -> bool | None:
    """True: a use of the local name; False: another thing of that name; None: not certain."""
    index = statement[at]
    before = tokens[index - 1].text if index else ""
    after = tokens[index + 1].text if index + 1 < len(tokens) else ""
    if before in ("->", "=>", "~") or (before == "-" and index > 1 and not tokens[index - 2].text.isspace()):
        return False
    if after in ("(", "~", "=>"):
        return None
    if index == declared:
        return True
    previous = tokens[statement[at - 1]].text.lower() if at else ""
    following = tokens[statement[at + 1]].text.lower() if at + 1 < len(statement) else ""
    texts = [tokens[other].text.lower() for other in statement[:at]]
    if previous in _NAMING or (first in _COLUMNS and before != "@"):
        return None
    if first in _DECLARES and not (len(texts) > 1 and texts[1] == "("):
        kinds = [text for text in texts if text in ("type", "like", "value", ",")]
        return True if kinds and kinds[-1] in ("like", "value") else None
    if following == "=" and at:
        depth = texts.count("(") - texts.count(")")
        return True if first in _TESTS and depth == 0 and not {"exporting", "where"} & set(texts) else None
    clauses = [text for text in texts if text in _CLAUSES]
    if clauses and first not in _TESTS:
        return None if clauses[-1] not in ("where", "key") or following in _COMPARES else True
    return True
