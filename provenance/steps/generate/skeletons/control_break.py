"""A control break: records in order of a group, a subtotal where the group changes, a total at the end."""

from __future__ import annotations

from provenance.steps.generate.skeletons.drawing import Draw
from provenance.steps.generate.skeletons.layout import Field, Layout
from provenance.steps.generate.skeletons.sheet import Sheet
from provenance.steps.generate.skeletons.skeleton import Skeleton
from provenance.steps.generate.skeletons.workfile import edited, load, loop, rows_of, said_by_conditions, shown, totals


def _fit(layout: Layout) -> str:
    if not layout.amounts:
        return "no-amount-field"
    return "" if _groups(layout) else "no-group-field"


def _groups(layout: Layout) -> list[Field]:
    # One character tells few groups apart, which is what a group is for.
    return [each for each in layout.groups if each is not layout.amounts[0]]


def _keys(draw: Draw, group: Field) -> list[str]:
    values = said_by_conditions(group)
    if len(values) < 2:
        values = [str(row) for row in range(1, 4)] if 1 in (group.size, group.digits) and not group.letters else (
            ["A", "B", "C"] if group.size == 1 else draw.ascending(group, draw.number(2, 4)))
    return [value for value in values[:4] for _ in range(draw.number(1, 4))]


def _fill(sheet: Sheet, layout: Layout, draw: Draw) -> None:
    group = draw.likely(_groups(layout))
    amount = draw.likely([each for each in layout.amounts if each is not group])
    rows = rows_of(layout, draw, group, _keys(draw, group), [amount])
    file, record = sheet.w("SORTED-IN"), sheet.w("SORTED-REC")
    sheet.file(file, record, layout.length)
    total, whole = totals(amount)
    names = ("SUBTOTAL", "GRAND-TOTAL")
    sheet.data(f"01  {sheet.w('PREVIOUS')} PIC {group.picture}.",
               *[f"01  {sheet.w(name)} PIC {total} VALUE ZERO." for name in names],
               f"01  {sheet.w('GROUP-COUNT')} PIC 9(5) VALUE ZERO.", f"01  {sheet.w('ALL-COUNT')} PIC 9(5) VALUE ZERO.",
               f'01  {sheet.w("FIRST-SW")} PIC X VALUE "Y".', f'    88  {sheet.w("FIRST-RECORD")} VALUE "Y".',
               f"01  {sheet.w('EDIT')} PIC {edited(draw, whole, amount.scale)}.")
    main = sheet.p("MAIN-LINE", "MAIN-PROCESS", "BREAK-CONTROL")
    loading = load(sheet, draw, file, record, rows)
    each = sheet.p("PROCESS-RECORD", "HANDLE-RECORD", "ACCUMULATE")
    changed = sheet.p("GROUP-BREAK", "CONTROL-BREAK", "PRINT-SUBTOTAL")
    reading = loop(sheet, draw, file, each)
    sheet.paragraph(
        main, f"PERFORM {loading}", *reading, f"IF NOT {sheet.w('FIRST-RECORD')}", f"    PERFORM {changed}", "END-IF",
        f"MOVE {sheet.w('GRAND-TOTAL')} TO {sheet.w('EDIT')}",
        f'DISPLAY "{draw.one(("GRAND TOTAL", "TOTAL OF ALL GROUPS", "ALL"))}: " {sheet.w("EDIT")} " IN " {sheet.w("ALL-COUNT")}')
    begin = [f"MOVE {group.ref} TO {sheet.w('PREVIOUS')}"]
    lines = [f"IF {sheet.w('FIRST-RECORD')}", f'    MOVE "N" TO {sheet.w("FIRST-SW")}', f"    {begin[0]}", "END-IF",
             f"IF {group.ref} NOT = {sheet.w('PREVIOUS')}", f"    PERFORM {changed}", f"    {begin[0]}", "END-IF"]
    if draw.flag():
        lines.append(f'DISPLAY "  {draw.one(("ITEM", "DETAIL", "LINE"))} " {shown(group)} " " {amount.ref}')
    sheet.paragraph(each, *lines, *draw.shuffled((f"ADD {amount.ref} TO {sheet.w('SUBTOTAL')}",
                                                  f"ADD 1 TO {sheet.w('GROUP-COUNT')}")))
    word = draw.one(("SUBTOTAL", "GROUP TOTAL", "TOTAL"))
    sheet.paragraph(
        changed, f"MOVE {sheet.w('SUBTOTAL')} TO {sheet.w('EDIT')}",
        f'DISPLAY "{group.name[:24]} " {sheet.w("PREVIOUS")} " {word} " {sheet.w("EDIT")}',
        *draw.shuffled((f"ADD {sheet.w('SUBTOTAL')} TO {sheet.w('GRAND-TOTAL')}",
                        f"ADD {sheet.w('GROUP-COUNT')} TO {sheet.w('ALL-COUNT')}")),
        f"MOVE ZERO TO {sheet.w('SUBTOTAL')} {sheet.w('GROUP-COUNT')}")


SKELETONS = (Skeleton("control-break", "1", _fit, _fill),)
