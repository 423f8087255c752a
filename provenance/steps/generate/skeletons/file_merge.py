"""A merge: two files in order of a key become one, by the balanced line or by a match of master and changes."""

from __future__ import annotations

from provenance.steps.generate.skeletons.drawing import Draw
from provenance.steps.generate.skeletons.layout import Layout
from provenance.steps.generate.skeletons.sheet import Sheet
from provenance.steps.generate.skeletons.skeleton import Skeleton
from provenance.steps.generate.skeletons.workfile import load, loop, rows_of, shown


def _fit(layout: Layout) -> str:
    return "" if layout.keys else "no-key-field"


def _fill(sheet: Sheet, layout: Layout, draw: Draw) -> None:
    key = draw.likely(layout.keys)
    more = [draw.likely([each for each in layout.amounts if each is not key])] if any(
        each is not key for each in layout.amounts) else []
    keys = draw.ascending(key, draw.number(6, 12))
    left, right = _shared_out(draw, keys)
    sides = draw.one((("OLD", "NEW"), ("MASTER", "UPDATE"), ("EAST", "WEST"), ("FIRST", "SECOND")))
    files = [(sheet.w(f"{side}-FILE"), sheet.w(f"{side}-REC")) for side in sides]
    for file, record in files:
        sheet.file(file, record, layout.length)
    out, out_record = sheet.w("OUT-FILE"), sheet.w("OUT-REC")
    sheet.file(out, out_record, layout.length)
    main = sheet.p("MAIN-LINE", "MAIN-PROCESS", "MERGE-CONTROL")
    loading = [load(sheet, draw, file, record, rows_of(layout, draw, key, part, more), f"LOAD-{side}")
               for side, (file, record), part in zip(sides, files, (left, right), strict=True)]
    picture = key.picture
    reads, ends = [], []
    for side, (file, record) in zip(sides, files, strict=True):
        switch, ended = sheet.w(f"{side}-SW"), sheet.w(f"{side}-END")
        sheet.data(f'01  {switch} PIC X VALUE "N".', f'    88  {ended} VALUE "Y".',
                   f"01  {sheet.w(f'{side}-KEY')} PIC {picture}.",
                   f"01  {sheet.w(f'{side}-READ')} PIC 9(5) VALUE ZERO.")
        reading = sheet.p(f"READ-{side}", f"GET-{side}")
        sheet.paragraph(reading, f"READ {file}", f"    AT END SET {ended} TO TRUE", "    NOT AT END",
                        f"        MOVE {record} TO {sheet.record}", f"        MOVE {key.ref} TO {sheet.w(f'{side}-KEY')}",
                        f"        ADD 1 TO {sheet.w(f'{side}-READ')}", "END-READ")
        reads.append(reading)
        ends.append(ended)
    _merge(sheet, draw, sides, files, (reads, ends), (out, out_record))
    show = sheet.p("SHOW-RECORD", "LIST-RECORD", "PRINT-MERGED")
    listing = loop(sheet, draw, out, show)
    sheet.paragraph(
        main, *[f"PERFORM {each}" for each in loading], f"OPEN INPUT {files[0][0]}", f"OPEN INPUT {files[1][0]}",
        f"OPEN OUTPUT {out}",
        *[f"PERFORM {reading}" for reading in reads],
        f"PERFORM {sheet.p('MERGE-STEP')} UNTIL {ends[0]} AND {ends[1]}", f"CLOSE {files[0][0]} {files[1][0]} {out}", *listing,
        *[f'DISPLAY "{side} RECORDS READ: " {sheet.w(f"{side}-READ")}' for side in sides],
        f'DISPLAY "{draw.one(("WRITTEN", "MERGED", "RECORDS OUT"))}: " {sheet.w("WRITTEN")}',
        f'DISPLAY "{draw.one(("KEYS IN BOTH", "MATCHED", "EQUAL KEYS"))}: " {sheet.w("MATCHED")}')
    told = f" {more[0].ref}" if more else ""
    sheet.paragraph(show, f'DISPLAY "{draw.one(("OUT", "MERGED", "RECORD"))} " {shown(key)}' + (f' " "{told}' if told else ""))


def _merge(sheet: Sheet, draw: Draw, sides: tuple[str, str], files: list[tuple[str, str]],
           moves: tuple[list[str], list[str]], out: tuple[str, str]) -> None:
    (reads, ends), record = moves, out[1]
    one, other = (sheet.w(f"{side}-KEY") for side in sides)
    step = sheet.p("MERGE-STEP", "COMPARE-KEYS", "BALANCE-LINE")
    sheet.data(f"01  {sheet.w('WRITTEN')} PIC 9(5) VALUE ZERO.", f"01  {sheet.w('MATCHED')} PIC 9(5) VALUE ZERO.")
    takes = [[f"WRITE {record} FROM {files[side][1]}", f"ADD 1 TO {sheet.w('WRITTEN')}", f"PERFORM {reads[side]}"]
             for side in (0, 1)]
    # Of two records with one key either both go on, or the second replaces the first.
    both = [f"ADD 1 TO {sheet.w('MATCHED')}"] + (takes[0] + takes[1] if draw.flag() else takes[1] + [f"PERFORM {reads[0]}"])
    sheet.paragraph(
        step, "EVALUATE TRUE", f"    WHEN {ends[0]}", *_in(takes[1]), f"    WHEN {ends[1]}", *_in(takes[0]),
        f"    WHEN {one} < {other}", *_in(takes[0]), f"    WHEN {one} > {other}", *_in(takes[1]), "    WHEN OTHER", *_in(both),
        "END-EVALUATE")


def _in(lines: list[str]) -> list[str]:
    return [f"        {line}" for line in lines]


def _shared_out(draw: Draw, keys: list[str]) -> tuple[list[str], list[str]]:
    """Two parts of some keys, in order, that share one at least; neither is empty."""
    left, right = {keys[0]}, {keys[0]}
    for value in keys[1:]:
        where = draw.number(0, 4)
        if where != 1:
            left.add(value)
        if where in (0, 1, 2):
            right.add(value)
    return sorted(left), sorted(right)


SKELETONS = (Skeleton("file-merge", "1", _fit, _fill),)
