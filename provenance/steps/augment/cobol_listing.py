"""Reads the symbol tables and cross-reference of a GnuCOBOL listing: ``cobc -fsyntax-only -T x.lst --tsymbols -Xref``.

The compiler is the oracle of what a name is; this module only reads what it printed. It refuses nothing: a line that it
cannot read is left out, so an item that is not here is an item that nobody may touch. cobc cuts names at 30 characters
and prints neither index names nor constants (level 78); it repeats both tables for every program in a file.

    >>> parse_listing('''SIZE  TYPE           LVL  NAME                           PICTURE
    ...
    ...       WORKING-STORAGE SECTION
    ...
    ... 00004 NUMERIC        77   WS-A                           S9(5)V99 COMP-3
    ... ''').data[0].picture
    'S9(5)V99 COMP-3'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_HEADS = {
    "SIZE  TYPE": "symbols",
    "NAME  ": "cross",
    "LABEL  ": "labels",
    "FUNCTION  ": "",
    "Error/Warning": "",
}
_SECTION = re.compile(r"\s+(?P<name>[A-Z-]+) SECTION$")
_CROSS = re.compile(r"(?:(?P<kind>[SPE]) )?(?P<name>\S+)\s+(?P<defined>\d+)(?:\s+(?P<rest>\S.*))?$")
# A leading "*" marks a line that changes the item; "x15" at the end of a row is only a count.
_LINES = re.compile(r"(?<![^\s*])\d+(?!\S)")
_PAGE = re.compile(r"\f|GnuCOBOL \d")
_REDEFINES = re.compile(r"REDEFINES (\S+)")


@dataclass(frozen=True, slots=True)
class DataName:
    """One data description entry that the compiler knows.

    Attributes:
        name: as spelt in the listing (cut at 30 characters).
        kind: the compiler's class: NUMERIC, ALPHANUMERIC, GROUP, FILE, CONDITIONAL, INDEX, POINTER ...
        level: level number, 0 for a file.
        picture: picture and usage, as printed; empty where there is none.
        section: "FILE", "WORKING-STORAGE", "LINKAGE" ...
        record: name of the level 01 or 77 item (or file) above it, or its own.
        redefines: name that it redefines, or empty.
        defined: line of its definition, in its own file, or None.
        references: lines that use it.
    """

    name: str
    kind: str
    level: int
    picture: str
    section: str
    record: str
    redefines: str
    defined: int | None = None
    references: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """One procedure name: a "section", a "paragraph" or a program "entry"."""

    name: str
    kind: str
    defined: int
    references: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """What the compiler knows about the names of one source file."""

    data: tuple[DataName, ...] = ()
    labels: tuple[Label, ...] = ()

    def only(self, name: str) -> DataName | None:
        """The one item of that name (case does not matter), or None where there is none or more than one."""
        found = [item for item in self.data if item.name.upper() == name.upper()]
        return found[0] if len(found) == 1 else None


def parse_listing(text: str) -> Listing:
    """Every data name and label that can be read in a listing, in the order of the listing."""
    tables = _tables(text)
    lines: dict[str, list[Label]] = {}
    for entry in _entries(tables["cross"]):
        lines.setdefault(entry.name, []).append(entry)
    data = []
    for item in _symbols(tables["symbols"]):
        # Both tables list items of one name in one order; a name that is missing in the second has no lines.
        cross = lines[item.name].pop(0) if lines.get(item.name) else None
        data.append(replace(item, defined=cross.defined, references=cross.references) if cross else item)
    labels = (label for label in _entries(tables["labels"]) if label.kind)
    return Listing(tuple(data), tuple(labels))


def _tables(text: str) -> dict[str, list[str]]:
    """The lines of each table, without heads and page breaks."""
    tables: dict[str, list[str]] = {"symbols": [], "cross": [], "labels": []}
    current = ""
    for line in map(str.rstrip, text.split("\n")):
        if _PAGE.match(line):
            continue
        head = next((name for prefix, name in _HEADS.items() if line.startswith(prefix)), None)
        if head is not None:
            current = head
        elif current:
            tables[current].append(line)
    return tables


def _symbols(lines: list[str]) -> Iterator[DataName]:
    section = "FILE"
    record = ""
    for line in lines:
        found = _SECTION.match(line)
        if found:
            section = found["name"]
            continue
        if line.strip().startswith("PROGRAM "):
            section = "FILE"
            continue
        # Columns, not blanks, part these fields: a file has no level, a condition no size.
        kind, level, name, picture = (
            line[6:20].strip(),
            line[21:23].strip(),
            line[26:56].strip(),
            line[56:].strip(),
        )
        if not (kind and name and (level.isdecimal() or kind == "FILE") and " " not in name):
            continue
        number = int(level or 0)
        record = name if number in (0, 1, 77) else record
        if name.upper() != "FILLER":
            redefines = _REDEFINES.search(picture)
            yield DataName(
                name,
                kind,
                number,
                picture,
                section,
                record,
                redefines[1] if redefines else "",
            )


def _entries(lines: list[str]) -> Iterator[Label]:
    """Rows of a cross-reference table; a row may go on over several lines."""
    kinds = {"S": "section", "P": "paragraph", "E": "entry", None: ""}
    current: Label | None = None
    for line in lines:
        found = _CROSS.match(line)
        if found:
            if current:
                yield current
            current = Label(
                found["name"],
                kinds[found["kind"]],
                int(found["defined"]),
                _numbers(found["rest"] or ""),
            )
        elif current and line.startswith(" "):
            current = replace(current, references=current.references + _numbers(line))
    if current:
        yield current


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _LINES.findall(text))
