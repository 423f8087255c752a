"""What most skeletons share: records of made-up values, the file that they are put into, and the loop that reads it back.

    >>> literal(Field("A", "A", digits=5, scale=2, signed=True), "01250", True)
    '-12.50'
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from provenance.steps.generate.skeletons.drawing import Draw
from provenance.steps.generate.skeletons.layout import Field, Layout
from provenance.steps.generate.skeletons.sheet import Sheet

#: Widest row of a table of literals: it has to fit on one line.
_WIDEST = 44


@dataclass(frozen=True, slots=True)
class Row:
    """One record to be: field -> digits or characters, and statements that spoil it afterwards."""

    values: dict[Field, str]
    negative: frozenset[Field] = frozenset()
    spoil: tuple[str, ...] = field(default=())


def literal(field: Field, raw: str, negative: bool = False) -> str:
    """A literal that fits the field."""
    if not field.digits:
        return f'"{raw}"'
    cut = len(raw) - field.scale
    whole = str(int(raw[:cut] or "0"))
    return ("-" if negative and int(raw) else "") + whole + (f".{raw[cut:]}" if field.scale else "")


def said_by_conditions(field: Field) -> list[str]:
    """Values that the field's condition names allow, as rows hold them, in order."""
    found = set()
    for condition in field.conditions:
        for value in () if condition.ranges else condition.values:
            if field.digits and value.isdecimal() and not field.scale and len(value) <= field.digits:
                found.add(value.rjust(field.digits, "0"))
            elif field.size and value[:1] in "'\"" and 0 < len(inner := value[1:-1].rstrip()) <= field.size and (
                    '"' not in inner and inner.isascii() and len(inner) <= 30):
                found.add(inner)
    return sorted(found)


def rows_of(layout: Layout, draw: Draw, key: Field, keys: Sequence[str], more: Sequence[Field]) -> list[Row]:
    """A record for each key, with values for some more fields and up to two others."""
    others = [each for each in layout.fields if each is not key and each not in more]
    chosen = [*more, *draw.shuffled(others)[:draw.number(0, 2)]]
    allowed = {each: said_by_conditions(each) for each in chosen}
    rows = []
    for value in keys:
        values = {key: value, **{each: draw.one(allowed[each]) if allowed[each] else draw.value(each) for each in chosen}}
        negative = frozenset(each for each in chosen if each.signed and each in layout.amounts and draw.number(0, 5) == 0)
        rows.append(Row(values, negative))
    return rows


def load(sheet: Sheet, draw: Draw, file: str, record: str, rows: Sequence[Row], name: str = "LOAD-FILE") -> str:
    """Write the paragraph that puts rows into a file; returns its name."""
    fields = list(rows[0].values)
    widths = [each.digits or max(len(row.values[each]) for row in rows) for each in fields]
    listed = sum(widths) <= _WIDEST and draw.flag() and not any(row.spoil or row.negative for row in rows)
    paragraph = sheet.p(name, name.replace("LOAD", "BUILD"), name.replace("LOAD", "CREATE"))
    lines = [f"OPEN OUTPUT {file}"]
    if listed:
        lines += _from_table(sheet, record, fields, widths, rows, name)
    else:
        for row in rows:
            lines.append(f"INITIALIZE {sheet.record}")
            lines += [f"MOVE {literal(each, row.values[each], each in row.negative)} TO {each.ref}" for each in fields]
            lines += [*row.spoil, f"WRITE {record} FROM {sheet.record}"]
    sheet.paragraph(paragraph, *lines, f"CLOSE {file}")
    return paragraph


def _from_table(sheet: Sheet, record: str, fields: Sequence[Field], widths: Sequence[int], rows: Sequence[Row],
                name: str) -> list[str]:
    head = name.rpartition("-")[2]
    table, line, index = sheet.w(f"{head}-TABLE"), sheet.w(f"{head}-LINE"), sheet.w(f"{head}-IX")
    sheet.data(f"01  {sheet.w(f'{head}-VALUES')}.")
    for row in rows:
        text = "".join(row.values[each].ljust(width) for each, width in zip(fields, widths, strict=True))
        sheet.data(f"    05  FILLER PIC X({sum(widths)}) VALUE", f'        "{text}".')
    sheet.data(f"01  {table} REDEFINES {sheet.w(f'{head}-VALUES')}.", f"    05  {line} OCCURS {len(rows)} TIMES.")
    columns = []
    for number, (each, width) in enumerate(zip(fields, widths, strict=True), 1):
        columns.append(sheet.w(f"{head}-COL-{number}"))
        picture = each.picture.removeprefix("S") if each.digits else f"X({width})"
        sheet.data(f"        10  {columns[-1]} PIC {picture}.")
    sheet.data(f"01  {index} PIC 9(4) COMP.")
    return [f"PERFORM VARYING {index} FROM 1 BY 1 UNTIL {index} > {len(rows)}", f"    INITIALIZE {sheet.record}",
            *[f"    MOVE {column} ({index}) TO {each.ref}" for column, each in zip(columns, fields, strict=True)],
            f"    WRITE {record} FROM {sheet.record}", "END-PERFORM"]


def loop(sheet: Sheet, draw: Draw, file: str, process: str) -> list[str]:
    """Statements that read a file to its end and perform a paragraph for each record."""
    switch, ended = sheet.w("EOF-SW"), sheet.w("END-OF-FILE")
    sheet.data(f'01  {switch} PIC X VALUE "N".', f'    88  {ended} VALUE "Y".')
    if draw.flag():
        return [f"OPEN INPUT {file}", f"PERFORM UNTIL {ended}", f"    READ {file} INTO {sheet.record}",
                f"        AT END SET {ended} TO TRUE", f"        NOT AT END PERFORM {process}", "    END-READ",
                "END-PERFORM", f"CLOSE {file}"]
    reading = sheet.p("READ-NEXT", "READ-FILE", "GET-RECORD")
    sheet.paragraph(reading, f"READ {file} INTO {sheet.record}", f"    AT END SET {ended} TO TRUE", "END-READ")
    return [f"OPEN INPUT {file}", f"PERFORM {reading}", f"PERFORM UNTIL {ended}", f"    PERFORM {process}",
            f"    PERFORM {reading}", "END-PERFORM", f"CLOSE {file}"]


def totals(amount: Field) -> tuple[str, int]:
    """Picture of a total of some amounts, and the digits before its point."""
    whole = amount.digits - amount.scale + 3
    return f"S9({whole})" + (f"V9({amount.scale})" if amount.scale else ""), whole


def edited(draw: Draw, whole: int, scale: int) -> str:
    """An edited picture that shows a number with its sign."""
    tail = f".{'9' * scale}" if scale else ""
    if draw.flag():
        return f"-({whole})9{tail}"
    if draw.flag():
        return f"Z({whole - 1})9{tail}-"
    places = "Z" * (whole - 1) + "9"
    first = whole % 3 or 3
    parts = [places[:first], *[places[at:at + 3] for at in range(first, whole, 3)]]
    return ",".join(parts) + f"{tail}-"


def shown(field: Field) -> str:
    """A field as a line displays it: long texts by their first characters only."""
    return f"{field.ref} (1:20)" if field.size > 20 else field.ref
