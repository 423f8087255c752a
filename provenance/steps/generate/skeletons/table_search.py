"""A table search: records of a file become rows of a table, which SEARCH or SEARCH ALL looks up by key."""

from __future__ import annotations

from provenance.steps.generate.skeletons.drawing import Draw
from provenance.steps.generate.skeletons.layout import Field, Layout
from provenance.steps.generate.skeletons.sheet import Sheet
from provenance.steps.generate.skeletons.skeleton import Skeleton
from provenance.steps.generate.skeletons.workfile import literal, load, loop, rows_of


def _results(layout: Layout, key: Field) -> list[Field]:
    return [each for each in layout.fields if each is not key and (each.digits or 2 <= each.size <= 40)]


def _fit(layout: Layout) -> str:
    if not layout.keys:
        return "no-key-field"
    return "" if any(_results(layout, key) for key in layout.keys[:1]) else "no-result-field"


def _fill(sheet: Sheet, layout: Layout, draw: Draw) -> None:
    key = draw.one([each for each in layout.keys[:3] if _results(layout, each)])
    result = draw.one(_results(layout, key)[:6])
    keys = draw.ascending(key, draw.number(6, 14))
    # Some are held back from the table: they are what is not found.
    absent = {draw.number(0, len(keys) - 1) for _ in range(2)}
    stored = [value for number, value in enumerate(keys) if number not in absent]
    rows = rows_of(layout, draw, key, stored, [result])
    file, record = sheet.w("TABLE-IN"), sheet.w("TABLE-REC")
    sheet.file(file, record, layout.length)
    wanted = [keys[number] for number in sorted(absent)] + [draw.one(stored) for _ in range(draw.number(2, 4))]
    index, row_key, row_result = sheet.w("IX"), sheet.w("ROW-KEY"), sheet.w("ROW-RESULT")
    most, binary = len(stored), draw.flag()
    sheet.data(f"01  {sheet.w('LOOKUP')}.", f"    05  {sheet.w('ROW')} OCCURS {most} TIMES",
               f"        ASCENDING KEY IS {row_key}", f"        INDEXED BY {index}.",
               f"        10  {row_key} PIC {key.picture.removeprefix('S')}.", f"        10  {row_result} PIC {result.picture}.",
               f"01  {sheet.w('USED')} PIC 9(4) VALUE ZERO.", f"01  {sheet.w('WANTED')} PIC {key.picture.removeprefix('S')}.",
               f"01  {sheet.w('HITS')} PIC 9(4) VALUE ZERO.", f"01  {sheet.w('MISSES')} PIC 9(4) VALUE ZERO.")
    main = sheet.p("MAIN-LINE", "MAIN-PROCESS", "START-UP")
    loading = load(sheet, draw, file, record, rows)
    adding = sheet.p("ADD-ROW", "STORE-ROW", "FILL-TABLE")
    looking = sheet.p("LOOK-UP", "SEARCH-TABLE", "FIND-ROW")
    reading = loop(sheet, draw, file, adding)
    asked = [line for value in draw.shuffled(wanted)
             for line in (f"MOVE {literal(key, value)} TO {sheet.w('WANTED')}", f"PERFORM {looking}")]
    sheet.paragraph(main, f"PERFORM {loading}", *reading, f'DISPLAY "{draw.one(("ROWS", "ENTRIES"))} LOADED: " {sheet.w("USED")}',
                    *asked, f'DISPLAY "{draw.one(("FOUND", "HITS"))}: " {sheet.w("HITS")}',
                    f'DISPLAY "{draw.one(("NOT FOUND", "MISSES"))}: " {sheet.w("MISSES")}')
    sheet.paragraph(adding, f"ADD 1 TO {sheet.w('USED')}", f"MOVE {key.ref} TO {row_key} ({sheet.w('USED')})",
                    f"MOVE {result.ref} TO {row_result} ({sheet.w('USED')})")
    search = [f"SEARCH ALL {sheet.w('ROW')}"] if binary else [f"SET {index} TO 1", f"SEARCH {sheet.w('ROW')}"]
    sheet.paragraph(
        looking, *search, f'    AT END DISPLAY {sheet.w("WANTED")} " {draw.one(("IS UNKNOWN", "NOT IN TABLE", "NOT FOUND"))}"',
        f"        ADD 1 TO {sheet.w('MISSES')}", f"    WHEN {row_key} ({index}) = {sheet.w('WANTED')}",
        f'        DISPLAY {sheet.w("WANTED")} " {result.name[:24]} " {row_result} ({index})',
        f"        ADD 1 TO {sheet.w('HITS')}", "END-SEARCH")


SKELETONS = (Skeleton("table-search", "1", _fit, _fill),)
