"""Which names of a Java or Apex text are its own, where each may be seen, and where it is used.

A name counts only where simple rules make it certain: locals, parameters, private fields and private methods. A name
is given up as a whole when one of its uses cannot be explained by one of its declarations, for all its uses change
together.

    >>> from provenance.languages.lexing import tokenise
    >>> from provenance.steps.augment.brace_tree import tree_of
    >>> tree = tree_of(tokenise("java", "class A { int f(int n) { return n + this.n; } }"), "java")
    >>> {name: uses for name, uses in own_names(tree, "java", True).items()}
    {'n': Uses(places=[7, 11], calls=False)}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from provenance.languages.apex import LANGUAGE as APEX
from provenance.languages.java import LANGUAGE as JAVA
from provenance.languages.lexing import Kind
from provenance.steps.augment.brace_tree import NO_TYPE, Tree

_RESERVED = {"java": JAVA.reserved, "apex": APEX.reserved}
_AFTER_NAME = frozenset({"=", ";", ":", ",", ")", "["})
_MAGIC = frozenset({
    "main", "value", "serialversionuid", "readobject", "writeobject", "readresolve", "writereplace", "readobjectnodata",
    "serialpersistentfields", "finalize", "clone",
})  # fmt: skip
_TYPE_LIKE = re.compile(r"[A-Z]\w*[a-z]\w*$|[A-Z]$")
#: Apex annotations behind which no one gives parameters by name.
_QUIET_ANNOTATIONS = frozenset({
    "@override", "@suppresswarnings", "@deprecated", "@istest", "@testsetup", "@future", "@testvisible",
})  # fmt: skip


class Scope(NamedTuple):
    """Where a declared name can be used: between two positions, in one class body."""

    start: int
    end: int
    owner: int
    is_field: bool


class Uses(NamedTuple):
    """Every position that a name must change at, and whether it is a method's."""

    places: list[int]
    calls: bool


@dataclass(slots=True)
class _Found:
    variables: dict[str, list[Scope]]
    methods: dict[str, set[int]]
    refused: set[str]


def own_names(tree: Tree, language: str, members: bool) -> dict[str, Uses]:
    """Names to change, in order of their first place; a method's key has ``()`` behind its name.

    Args:
        members: private fields and methods too, not only locals and parameters.
    """
    found = _Found({}, {}, set())
    for position in range(len(tree.text)):
        if tree.word(position) and tree.text[position].upper() not in _RESERVED[language]:
            _declared(tree, position, found, language, members)
    places: dict[str, list[int]] = {}
    for position, text in enumerate(tree.text):
        if tree.word(position):
            places.setdefault(text, []).append(position)
    names: dict[str, Uses] = {}
    for name, scopes in found.variables.items():
        if name not in found.refused and name.lower() not in _MAGIC and not _TYPE_LIKE.match(name):
            uses = _variable_uses(tree, name, places[name], scopes, language)
            if uses:
                names[name] = Uses(uses, False)
    for name, owners in found.methods.items():
        if name + "()" not in found.refused and name.lower() not in _MAGIC and len(owners) == 1:
            uses = _method_uses(tree, places[name], next(iter(owners)))
            if uses:
                names[name + "()"] = Uses(uses, True)
    return dict(sorted(names.items(), key=lambda item: item[1].places))


def _declared(tree: Tree, position: int, found: _Found, language: str, members: bool) -> None:
    """Note what is declared at this position, if anything is."""
    name, after = tree.text[position], tree.get(position + 1)
    if after == "->":
        _lambda_alone(tree, position, found)
        return
    start = tree.type_start(position - 1) if tree.get(position - 1) != "." else -1
    if start < 0:
        if after in (",", ")") and tree.get(position - 1) in ("(", ","):
            _lambda_listed(tree, position, found)
        return
    first, modifiers = tree.modifiers_start(start)
    around = tree.enclosing[position]
    if after == "(":
        if around in tree.classes:
            _method(tree, name, modifiers, around, found, members)
        return
    if after not in _AFTER_NAME:
        return
    before = tree.get(first - 1)
    if around >= 0 and tree.text[around] == "(":
        _in_parentheses(tree, position, before, first, found, language)
    elif around in tree.classes:
        if before in ("{", "}", ";"):
            _field(tree, position, modifiers, around, found, members)
    elif around >= 0 and tree.text[around] == "{" and before in ("{", "}", ";", ":"):
        end = tree.match[around]
        _add(found, name, Scope(position, end, tree.owner[position], False))
        for other in _more(tree, position):
            _add(found, tree.text[other], Scope(other, end, tree.owner[other], False))


def _add(found: _Found, name: str, scope: Scope) -> None:
    found.variables.setdefault(name, []).append(scope)


def _more(tree: Tree, position: int) -> list[int]:
    """Further names of ``int a = 1, b;``."""
    names: list[int] = []
    here = position + 1
    while here < len(tree.text) and tree.text[here] not in (";", ")", "}", "]", ":"):
        if tree.text[here] in ("(", "[", "{"):
            here = tree.match[here]
        elif tree.text[here] == "<":
            # Less than, or type arguments with commas of their own: not certain.
            return names
        elif tree.text[here] == "," and tree.word(here + 1) and tree.get(here + 2) in ("=", ",", ";", "["):
            names.append(here + 1)
        here += 1
    return names


def _method(tree: Tree, name: str, modifiers: frozenset[str], owner: int, found: _Found, members: bool) -> None:
    plain = not tree.classes[owner] & {"extends", "implements", "anonymous", "constant", "interface", "record", "enum"}
    annotated = any(modifier.startswith("@") and modifier.lower() != "@suppresswarnings" for modifier in modifiers)
    if members and plain and "private" in modifiers and not annotated and not modifiers & {"native", "webservice"}:
        found.methods.setdefault(name, set()).add(owner)
    else:
        found.refused.add(name + "()")


def _field(tree: Tree, position: int, modifiers: frozenset[str], owner: int, found: _Found, members: bool) -> None:
    annotated = any(modifier.startswith("@") and modifier.lower() != "@suppresswarnings" for modifier in modifiers)
    head = tree.classes[owner]
    plain = not head & {"extends", "anonymous", "constant", "interface"}
    if not members or not plain or "private" not in modifiers or annotated or "webservice" in modifiers:
        return
    for each in (position, *_more(tree, position)):
        _add(found, tree.text[each], Scope(owner, tree.match[owner], owner, True))


def _in_parentheses(tree: Tree, position: int, before: str, first: int, found: _Found, language: str) -> None:
    """Headers of for, try and catch, parameters of methods and lambdas."""
    opening = tree.enclosing[position]
    closing = tree.match[opening]
    head = tree.get(opening - 1)
    name = tree.text[position]
    after = tree.get(closing + 1)
    owner = tree.owner[position]
    if head in ("for", "try", "catch"):
        if before in ("(", ";") or (before == "|" and head == "catch"):
            end = tree.statement_end(closing + 1) if head == "for" else tree.match[closing + 1] if after == "{" else -1
            for each in (position, *(_more(tree, position) if head == "for" else ())):
                _add(found, tree.text[each], Scope(each, end, owner, False))
        return
    if before not in ("(", ","):
        return
    if after == "->":
        _add(found, name, Scope(position, tree.expression_end(closing + 2), owner, False))
        return
    if tree.enclosing[opening] not in tree.classes or not tree.word(opening - 1):
        return
    start = tree.type_start(opening - 2)
    _, modifiers = tree.modifiers_start(start if start >= 0 else opening - 1)
    if tree.get(opening - 2) == "record":
        found.refused.add(name)
        return
    outside = language == "apex" and (
        modifiers & {"webservice", "global"} or any(m[0] == "@" and m not in _QUIET_ANNOTATIONS for m in modifiers)
    )
    if outside:
        # Callers outside the platform give parameters by name.
        found.refused.add(name)
        return
    body = next((here for here in range(closing + 1, min(closing + 80, len(tree.text))) if tree.text[here] in "{;"), -1)
    if body == closing + 1 or after == "throws":
        end = tree.match[body] if tree.text[body] == "{" else body
        _add(found, name, Scope(position, end, owner, False))


def _lambda_alone(tree: Tree, position: int, found: _Found) -> None:
    before, around = tree.get(position - 1), tree.enclosing[position]
    inside = around >= 0 and tree.text[around] == "("
    if before in ("(", "=", "return", "->", "?", ":") or (before == "," and inside):
        if before == ":" and not inside:
            return
        end = tree.expression_end(position + 2)
        _add(found, tree.text[position], Scope(position, end, tree.owner[position], False))


def _lambda_listed(tree: Tree, position: int, found: _Found) -> None:
    """One of ``(a, b) -> ...``."""
    opening = tree.enclosing[position]
    if opening < 0 or tree.text[opening] != "(" or tree.get(tree.match[opening] + 1) != "->" or tree.word(opening - 1):
        return
    inside = range(opening + 1, tree.match[opening])
    if all(tree.word(here) if (here - opening) % 2 else tree.text[here] == "," for here in inside):
        end = tree.expression_end(tree.match[opening] + 2)
        _add(found, tree.text[position], Scope(position, end, tree.owner[position], False))


def _variable_uses(tree: Tree, name: str, places: list[int], scopes: list[Scope], language: str) -> list[int]:
    """Every place to change, or nothing where one place is not certain."""
    fields = {scope.owner for scope in scopes if scope.is_field}
    uses: list[int] = []
    for position in places:
        before, after = tree.get(position - 1), tree.get(position + 1)
        if before in (".", "?.", "::"):
            if before == "::" or after == "(" or not fields:
                continue
            if before == "." and tree.get(position - 2) == "this" and tree.owner[position] in fields:
                uses.append(position)
                continue
            return []
        if after == "(":
            if before == "new":
                return []
            continue
        if not _plain_use(tree, position, before, after, language):
            return []
        if not any(scope.start <= position <= scope.end and scope.owner == tree.owner[position] for scope in scopes):
            return []
        uses.append(position)
    return uses


def _plain_use(tree: Tree, position: int, before: str, after: str, language: str) -> bool:
    """Whether a word can be nothing but the name of a variable here."""
    if before in ("@", "case", "break", "continue", "goto", "new", "instanceof", "when", "class", "extends", "implements"):
        return False
    if tree.word(position + 1) and after not in ("instanceof", "and", "or"):
        return False
    if after == ":" and before in ("{", "}", ";"):
        return False
    around = tree.enclosing[position]
    if around >= 0 and tree.text[around] == "(":
        opener = tree.get(around - 1)
        if tree.get(around - 2) == "@":
            return False
        if language == "apex" and after == "=" and opener not in ("for", "if", "while", "(", "try", "return"):
            # "new Account(Name = x)" names a field of the object.
            return False
    label = tree.text[max(0, position - 12) : position]
    # "case A, B ->": one of several labels is a constant of an enumeration.
    return not (before == "," and "case" in label and not {":", "->", ";", "{", "("} & set(label[label.index("case") :]))


def _method_uses(tree: Tree, places: list[int], owner: int) -> list[int]:
    uses: list[int] = []
    for position in places:
        before, after = tree.get(position - 1), tree.get(position + 1)
        mine = tree.owner[position] == owner
        if before == "::":
            if tree.get(position - 2) != "this" or not mine:
                return []
        elif after != "(":
            continue
        elif not mine or before == "new" or (before in (".", "?.") and tree.get(position - 2) != "this"):
            return []
        elif tree.enclosing[position] in tree.classes and tree.kind[position - 1] is Kind.WORD and before in NO_TYPE:
            # A constructor, or something else that only looks like the method.
            return []
        uses.append(position)
    return uses
