"""What COBOL data descriptions say: level, PICTURE, USAGE, OCCURS, REDEFINES, VALUE and condition names, as a tree.

It reads a copybook, or the data division of a program, and never raises: what it does not know leaves a ``problem`` at the
entry, and an entry whose length is not certain has none. Lengths are GnuCOBOL's under ``-std=ibm`` (binary fields of 2,
4 or 8 bytes). It resolves no REPLACING and no SYNCHRONIZED.

    >>> data = read_data("       01  PAY.\\n           05  AMOUNT  PIC S9(5)V99 COMP-3.\\n           05  NOTE PIC X(8).")
    >>> data.entries[0].length, [(entry.name, entry.length) for entry in data.entries[0].children]
    (12, [('AMOUNT', 4), ('NOTE', 8)])
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import dropwhile

from provenance.languages.cobol_copy import referenced_members
from provenance.languages.cobol_picture import Picture, parse_picture
from provenance.languages.cobol_sentences import sentences
from provenance.languages.toolchain import Library

_CLAUSES = frozenset(("PIC", "PICTURE", "USAGE", "OCCURS", "REDEFINES", "VALUE", "VALUES", "SIGN", "LEADING", "TRAILING", "SYNC",
                      "SYNCHRONIZED", "JUST", "JUSTIFIED", "BLANK", "EXTERNAL", "GLOBAL", "CONSTANT", "RENAMES", "IS"))
#: Usage as written -> as said here.
_USAGES = {"COMP": "BINARY", "COMPUTATIONAL": "BINARY", "COMP-4": "BINARY", "COMPUTATIONAL-4": "BINARY", "BINARY": "BINARY",
           "COMP-5": "BINARY", "COMPUTATIONAL-5": "BINARY", "COMP-3": "PACKED", "COMPUTATIONAL-3": "PACKED",
           "PACKED-DECIMAL": "PACKED", "DISPLAY": "DISPLAY", "COMP-1": "FLOAT", "COMPUTATIONAL-1": "FLOAT",
           "FLOAT-SHORT": "FLOAT", "COMP-2": "DOUBLE", "COMPUTATIONAL-2": "DOUBLE", "FLOAT-LONG": "DOUBLE", "INDEX": "INDEX",
           "POINTER": "POINTER", "PROGRAM-POINTER": "POINTER", "PROCEDURE-POINTER": "POINTER", "BINARY-CHAR": "INT1",
           "BINARY-SHORT": "INT2", "BINARY-LONG": "INT4", "BINARY-DOUBLE": "INT8", "BINARY-LONG-LONG": "INT8",
           "DISPLAY-1": "DBCS", "NATIONAL": "NATIONAL", "COMP-X": "COMP-X", "COMP-6": "COMP-6", "COMP-N": "COMP-X"}
#: Bytes of usages that have no picture.
_FIXED = {"FLOAT": 4, "DOUBLE": 8, "INDEX": 4, "POINTER": 8, "INT1": 1, "INT2": 2, "INT4": 4, "INT8": 8}
_HEADERS = frozenset(("DATA", "FILE", "WORKING-STORAGE", "LOCAL-STORAGE", "LINKAGE", "FD", "SD"))
#: Words that move the listing and end no sentence.
_LISTING = frozenset({"EJECT", "SKIP1", "SKIP2", "SKIP3"})
_DEEPEST_COPY = 8


@dataclass(frozen=True, slots=True)
class Condition:
    """A level 88: its name and its literals as written; ``ranges`` where THRU stands among them."""

    name: str
    values: tuple[str, ...]
    ranges: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One data description entry with all that stands below it.

    Attributes:
        level: 1..49 or 77.
        name: in upper case; empty for FILLER.
        picture: None for groups, and for usages that have none.
        usage: "DISPLAY", "BINARY", "PACKED", "FLOAT" ... of the entry or of the group that it is in.
        occurs: most occurrences; ``depending``: the field that says how many there are.
        redefines: name of what it lies upon.
        value: literal of VALUE as written; empty where there is none.
        separate: the sign has a byte of its own.
        problem: why nothing should be done with it: a short code, optionally ": " and detail. Empty: it is known.
    """

    level: int
    name: str
    picture: Picture | None = None
    usage: str = "DISPLAY"
    occurs: int = 1
    depending: str = ""
    redefines: str = ""
    value: str = ""
    separate: bool = False
    conditions: tuple[Condition, ...] = ()
    children: tuple[Entry, ...] = ()
    problem: str = ""

    @property
    def length(self) -> int | None:
        """Bytes of one occurrence, or None where that is not certain."""
        if self.problem:
            return None
        if self.children:
            return _room(self.children)
        if self.usage in _FIXED:
            return _FIXED[self.usage]
        return _bytes(self.picture, self.usage, self.separate) if self.picture else None

    def walk(self) -> Iterator[Entry]:
        """The entry and all below it, in order of text."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Data:
    """What a text defines: records and single fields in order, and what in it is no data description."""

    entries: tuple[Entry, ...] = ()
    strange: tuple[str, ...] = ()


@dataclass(slots=True)
class _Node:
    entry: dict[str, object]
    children: list[_Node] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)


def read_data(text: str, members: Library | None = None) -> Data:
    """The data descriptions of a copybook or a program.

    Args:
        text: fixed or free format.
        members: copybooks that it may COPY, by name; a COPY that is not among them is ``strange``.
    """
    strange: list[str] = []
    tops: list[_Node] = []
    stack: list[_Node] = []
    constants: dict[str, int] = {}
    for sentence in _data_sentences(text, members or {}, strange, 0):
        level, rest = int(sentence[0]), sentence[1:]
        if level == 88:
            if stack:
                stack[-1].conditions.append(_condition(rest))
            continue
        if level == 78 or "CONSTANT" in (token.upper() for token in rest):
            if len(rest) > 1 and rest[-1].isdecimal():
                constants[rest[0].upper()] = int(rest[-1])
            continue
        if level == 66:  # RENAMES: another name for what is there
            continue
        node = _Node(_clauses(level, rest, constants))
        if level in (1, 77):
            stack.clear()
        while stack and int(str(stack[-1].entry["level"])) >= level:
            stack.pop()
        (stack[-1].children if stack else tops).append(node)
        stack.append(node)
    return Data(tuple(_frozen(node, "", None) for node in tops), tuple(strange))


def _data_sentences(text: str, members: Library, strange: list[str], depth: int) -> Iterator[list[str]]:
    for whole in sentences(text):
        sentence = list(dropwhile(lambda token: token.upper() in _LISTING, whole))
        head = sentence[0].upper() if sentence else ""
        if head.isdecimal() and len(head) <= 2 and (1 <= int(head) <= 49 or int(head) in (66, 77, 78, 88)):
            yield sentence
        elif head == "COPY" and len(sentence) == 2 and depth < _DEEPEST_COPY:
            found = referenced_members(f"           COPY {sentence[1]}.", members)
            if not found:
                strange.append(f"copy: {sentence[1]}")
            for member in list(found.values())[:1]:
                yield from _data_sentences(member, members, strange, depth + 1)
        elif head in ("PROCEDURE", "SCREEN", "REPORT"):
            return
        elif head and head not in _HEADERS:
            strange.append(" ".join(sentence[:3])[:60])


def _clauses(level: int, tokens: list[str], constants: dict[str, int]) -> dict[str, object]:
    said: dict[str, object] = {"level": level, "name": "", "problem": ""}
    at = 0
    if tokens and tokens[0].upper() not in _CLAUSES and tokens[0].upper() not in _USAGES:
        name = tokens[0].upper()
        said["name"] = "" if name == "FILLER" else name
        at = 1
        if not re.fullmatch(r"[A-Z0-9][A-Z0-9_-]*", name):
            said["problem"] = f"tagged-name: {name}"
    words = [token.upper() for token in tokens]
    while at < len(words) and not said["problem"]:
        at = _clause(words, tokens, at, said, constants)
    return said


def _clause(words: list[str], tokens: list[str], at: int, said: dict[str, object], constants: dict[str, int]) -> int:
    """Read the clause that begins at ``at``; where the next one begins."""
    word, rest = words[at], words[at + 1:]
    if word in ("PIC", "PICTURE") and rest:
        said["picture"] = parse_picture(rest[0])
        if said["picture"] is None:
            said["problem"] = f"unknown-picture: {rest[0]}"
        return at + 2
    if word in _USAGES:
        said["usage"] = _USAGES[word]
        return at + 1
    if word == "REDEFINES" and rest:
        said["redefines"] = rest[0]
        return at + 2
    if word in ("VALUE", "VALUES"):
        at += 2 if rest[:1] in (["IS"], ["ARE"]) else 1
        everything = words[at:at + 1] == ["ALL"]
        at += everything
        said["value"] = ("ALL " if everything else "") + (tokens[at] if at < len(tokens) else "")
        return at + 1
    if word == "OCCURS" and rest:
        return _occurs(words, at, said, constants)
    if word in ("SYNC", "SYNCHRONIZED"):
        said["problem"] = "synchronized"
        return at + 1
    if word in ("LEADING", "TRAILING", "SIGN", "USAGE", "IS", "GLOBAL", "JUST", "JUSTIFIED", "RIGHT", "BLANK", "WHEN",
                "ZERO", "ZEROS", "ZEROES", "CHARACTER", "UNSIGNED", "SIGNED", "EXTERNAL"):
        return at + 1
    if word == "SEPARATE":
        said["separate"] = True
        return at + 1
    said["problem"] = f"unknown-clause: {word}"
    return at + 1


def _occurs(words: list[str], at: int, said: dict[str, object], constants: dict[str, int]) -> int:
    number, at = words[at + 1], at + 2
    if words[at:at + 1] == ["TO"] and at + 1 < len(words):
        number, at = words[at + 1], at + 2
    if number.isdecimal() or number in constants:
        said["occurs"] = int(number) if number.isdecimal() else constants[number]
    else:
        said["problem"] = f"unknown-occurs: {number}"
    while at < len(words) and words[at] not in _CLAUSES - {"IS"} and words[at] not in _USAGES.keys() - {"INDEX"}:
        if words[at] == "DEPENDING":
            at += words[at + 1:at + 2] == ["ON"]
            said["depending"] = words[at + 1] if at + 1 < len(words) else "?"
        at += 1
    return at


def _condition(tokens: list[str]) -> Condition:
    words = [token.upper() for token in tokens]
    values = [token for token in tokens[1:] if token.upper() not in ("VALUE", "VALUES", "IS", "ARE", "THRU", "THROUGH")]
    return Condition(words[0] if words else "", tuple(values), "THRU" in words or "THROUGH" in words)


def _frozen(node: _Node, usage: str, separate: bool | None) -> Entry:
    said = dict(node.entry)
    # USAGE and SIGN of a group hold for all that is in it.
    usage = str(said.get("usage", usage))
    separate = bool(said.get("separate", separate))
    children = tuple(_frozen(child, usage, separate) for child in node.children)
    problem = str(said["problem"])
    if not problem and not children and said.get("picture") is None and usage not in _FIXED:
        problem = "no-picture"
    if not problem and children and said.get("picture") is not None:
        problem = "picture-of-a-group"
    return Entry(**{**said, "usage": usage or "DISPLAY", "separate": separate, "problem": problem},  # type: ignore[arg-type]
                 conditions=tuple(node.conditions), children=children)


def _room(children: tuple[Entry, ...]) -> int | None:
    total, last = 0, {"": 0}
    for child in children:
        length = child.length
        if length is None:
            return None
        size = length * child.occurs
        if child.redefines:
            # What lies upon another may be longer; only that adds to the group.
            under = last.get(child.redefines)
            if under is None:
                return None
            total += max(0, size - under)
            last[child.redefines] = max(size, under)
        else:
            total += size
        last[child.name] = size
    return total


def _bytes(picture: Picture, usage: str, separate: bool) -> int | None:
    if usage == "BINARY":
        return next((size for most, size in ((4, 2), (9, 4), (18, 8)) if picture.digits <= most), None)
    if usage == "PACKED":
        return picture.digits // 2 + 1
    if usage in ("DISPLAY", "NATIONAL", "DBCS"):
        wide = 2 if picture.category in ("national", "dbcs") else 1
        return picture.size * wide + (separate and picture.category == "numeric" and picture.signed)
    return None
