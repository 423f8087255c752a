"""Record layouts as skeletons see them: which records a copybook has, and which fields serve as key, amount or group.

    >>> layout, = layouts_of("PAY", "       01 PAY.\\n           05 PAY-ID PIC 9(5).\\n           05 PAY-AMT PIC 9(5)V99.")[0]
    >>> layout.length, [field.name for field in layout.amounts]
    (12, ['PAY-AMT', 'PAY-ID'])
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from provenance.languages.cobol import LANGUAGE
from provenance.languages.cobol_copy import looks_free
from provenance.languages.cobol_data import Condition, Data, Entry, read_data
from provenance.languages.toolchain import Library
from provenance.model.identity import Digest

#: Digits that a usage without a picture is trusted to hold.
_WHOLE = {"INT2": 4, "INT4": 9, "INT8": 15}
#: Words in a name that make a number an amount, and those that make it none.
_AMOUNT = frozenset({"AMT", "AMOUNT", "BAL", "BALANCE", "TOTAL", "LIMIT", "PRICE", "COST", "PAY", "SALARY", "QTY", "COUNT",
                     "CNT", "RATE", "FEE", "CREDIT", "DEBIT", "SUM", "VALUE", "SALES", "HOURS"})
_NO_AMOUNT = frozenset({"ID", "NUM", "NBR", "NO", "CODE", "CD", "DATE", "TIME", "YEAR", "MONTH", "DAY", "YY", "MM", "DD", "ZIP",
                        "PHONE", "SSN", "KEY", "TYPE", "STATUS", "FLAG", "INDEX"})
_KEY = frozenset({"ID", "KEY", "NUM", "NBR", "NO", "CODE", "CD", "ACCT", "ACCOUNT", "CUST", "NAME"})
_GROUP = frozenset({"TYPE", "CAT", "CATEGORY", "GROUP", "STATUS", "STATE", "REGION", "CODE", "CD", "DEPT", "CLASS", "FLAG"})
LONGEST_RECORD = 30_000


@dataclass(frozen=True, slots=True)
class Field:
    """One elementary field that a statement can name.

    Attributes:
        name, ref: its name, and the name with as many qualifiers as it needs.
        size: characters of a text, 0 for numbers.
        digits, scale, signed: of a number; ``display``: its usage is DISPLAY, one byte a digit.
        letters: PIC A.
        conditions: its level 88 entries.
    """

    name: str
    ref: str
    size: int = 0
    digits: int = 0
    scale: int = 0
    signed: bool = False
    display: bool = True
    letters: bool = False
    conditions: tuple[Condition, ...] = ()

    @property
    def words(self) -> frozenset[str]:
        """The parts of its name."""
        return frozenset(re.split(r"[-_\d]+", self.name))

    @property
    def picture(self) -> str:
        """A picture, usage DISPLAY, for a copy of it."""
        if self.size:
            return f"{'A' if self.letters else 'X'}({self.size})"
        whole = f"9({self.digits - self.scale})" if self.digits > self.scale else ""
        return ("S" if self.signed else "") + whole + (f"V9({self.scale})" if self.scale else "")


@dataclass(frozen=True, slots=True)
class Layout:
    """One record of a copybook.

    Attributes:
        member: as COPY names it.
        record: name of its level 01; empty where the copybook begins below and the program has to give one.
        length: bytes.
        fields: usable elementary fields in order, none of them repeated or lying upon another.
        taken: every name of the copybook.
        digest: hex digest of the copybook's text.
        free: the copybook looks like free format: what copies it has to be readable as such too.
    """

    member: str
    record: str
    length: int
    fields: tuple[Field, ...]
    taken: frozenset[str] = field(repr=False)
    digest: str = ""
    free: bool = False

    @property
    def amounts(self) -> tuple[Field, ...]:
        """Numbers worth adding up, the likeliest first."""
        numbers = [each for each in self.fields if 3 <= each.digits <= 15 and each.digits > each.scale]
        return tuple(sorted(numbers, key=lambda each: (not (each.scale or each.words & _AMOUNT), bool(each.words & _NO_AMOUNT))))

    @property
    def keys(self) -> tuple[Field, ...]:
        """Fields that can tell a dozen records apart, the likeliest first."""
        found = [each for each in self.fields if 2 <= each.size <= 30 or (2 <= each.digits <= 18 and not each.scale)]
        return tuple(sorted(found, key=lambda each: not each.words & _KEY))

    @property
    def groups(self) -> tuple[Field, ...]:
        """Fields that records can share, the likeliest first."""
        found = [each for each in self.fields if 1 <= each.size <= 20 or (1 <= each.digits <= 9 and not each.scale)]
        return tuple(sorted(found, key=lambda each: not each.words & _GROUP))


def layouts_of(member: str, text: str, members: Library | None = None) -> tuple[tuple[Layout, ...], str]:
    """The records of a copybook, in order, or why it has none: "not-data", "unknown-picture", "no-field" ...

    Args:
        member: name for COPY, without quotes.
        text: the copybook.
        members: what it may COPY in turn, by path.
    """
    data = read_data(text, members)
    refusal = _refusal(data)
    if refusal:
        return (), refusal
    names = [entry.name for top in data.entries for entry in top.walk() if entry.name]
    names += [condition.name for top in data.entries for entry in top.walk() for condition in entry.conditions]
    counts = Counter(names)
    digest = Digest.of(text.encode("utf-8", "surrogatepass")).hex
    found: list[Layout] = []
    why = "no-record"
    if data.entries[0].level == 1:
        records = [top for top in data.entries if top.level == 1]
    else:
        records = [Entry(1, "", children=data.entries)]
    for record in records:
        length = record.length
        if length is None:
            why = next((entry.problem for entry in record.walk() if entry.problem), "unknown-length")
        elif any(entry.depending for entry in record.walk()):
            why = "variable-length"
        elif length > LONGEST_RECORD:
            why = f"long-record: {length}"
        elif record.level == 1 and not record.name and data.entries[0].level == 1:
            why = "unnamed-record"
        elif fields := tuple(_fields(record, (), counts)):
            found.append(Layout(_named(member), record.name, length, fields, frozenset(counts), digest,
                                looks_free(text)))
        else:
            why = "no-field"
    return tuple(found), "" if found else why


def _refusal(data: Data) -> str:
    if data.strange:
        return f"not-data: {data.strange[0]}"
    if not data.entries:
        return "no-data"
    tops = {entry.level for entry in data.entries}
    if len(tops) > 1 and 1 not in tops:
        return "mixed-levels"
    if 1 in tops and data.entries[0].level not in (1, 77):
        return "mixed-levels"
    if tops == {77}:
        return "no-record"
    return next((entry.problem for top in data.entries for entry in top.walk()
                 if entry.problem.startswith(("tagged-name", "unknown-clause", "no-picture"))), "")


def _named(member: str) -> str:
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", member) and member.upper() not in LANGUAGE.reserved
    return member if plain else f'"{member}"'


def _fields(entry: Entry, above: tuple[str, ...], counts: Counter[str]) -> Iterator[Field]:
    for child in entry.children:
        if child.redefines or child.occurs > 1 or child.problem:
            continue
        path = (*above, entry.name) if entry.name else above
        if child.children:
            yield from _fields(child, path, counts)
        elif made := _field(child, path, counts):
            yield made


def _field(entry: Entry, above: tuple[str, ...], counts: Counter[str]) -> Field | None:
    ref = entry.name
    if counts[entry.name] > 1:
        # One qualifier that is itself unique makes it so; else it is left alone.
        outer = next((name for name in reversed(above) if counts[name] == 1), "")
        ref = f"{entry.name} OF {outer}" if outer else ""
    if not ref or entry.name in LANGUAGE.reserved:
        return None
    conditions = tuple(each for each in entry.conditions if counts[each.name] == 1 and each.values)
    if entry.usage in _WHOLE:
        return Field(entry.name, ref, digits=_WHOLE[entry.usage], display=False, conditions=conditions)
    picture = entry.picture
    if picture is None:
        return None
    if picture.category in ("alphanumeric", "alphabetic") and entry.usage == "DISPLAY":
        return Field(entry.name, ref, size=picture.size, letters=picture.category == "alphabetic", conditions=conditions)
    if picture.category == "numeric" and picture.digits <= 18 and 0 <= picture.scale <= picture.digits and (
            entry.usage in ("DISPLAY", "BINARY", "PACKED")):
        return Field(entry.name, ref, digits=picture.digits, scale=picture.scale, signed=picture.signed,
                     display=entry.usage == "DISPLAY", conditions=conditions)
    return None
