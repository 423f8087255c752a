"""A report: headings, a line for each record with edited amounts, page breaks, totals at the end."""

from __future__ import annotations

from provenance.steps.generate.skeletons.drawing import Draw
from provenance.steps.generate.skeletons.layout import Layout
from provenance.steps.generate.skeletons.sheet import Sheet
from provenance.steps.generate.skeletons.skeleton import Skeleton
from provenance.steps.generate.skeletons.workfile import edited, load, loop, rows_of, totals


def _fit(layout: Layout) -> str:
    if not layout.amounts:
        return "no-amount-field"
    return "" if any(key is not layout.amounts[0] for key in layout.keys) else "no-key-field"


def _fill(sheet: Sheet, layout: Layout, draw: Draw) -> None:
    key = draw.likely([each for each in layout.keys if each is not layout.amounts[0]])
    amount = draw.likely([each for each in layout.amounts if each is not key])
    rows = rows_of(layout, draw, key, draw.ascending(key, draw.number(5, 12)), [amount])
    file, record = sheet.w("REPORT-IN"), sheet.w("REPORT-REC")
    sheet.file(file, record, layout.length)
    total, whole = totals(amount)
    sheet.data(f"01  {sheet.w('TOTAL')} PIC {total} VALUE ZERO.", f"01  {sheet.w('COUNT')} PIC 9(5) VALUE ZERO.",
               f"01  {sheet.w('PAGE')} PIC 9(3) VALUE ZERO.", f"01  {sheet.w('LINES')} PIC 9(3) VALUE ZERO.",
               f"01  {sheet.w('DETAIL')}.", f"    05  {sheet.w('D-KEY')} PIC X(20).", "    05  FILLER PIC X(2) VALUE SPACES.",
               f"    05  {sheet.w('D-AMOUNT')} PIC {edited(draw, whole, amount.scale)}.",
               f"01  {sheet.w('T-EDIT')} PIC {edited(draw, whole, amount.scale)}.")
    main = sheet.p("MAIN-LINE", "MAIN-PROCESS", "MAIN")
    loading = load(sheet, draw, file, record, rows)
    detail = sheet.p("PRINT-DETAIL", "WRITE-DETAIL", "DETAIL-LINE-OUT")
    heading = sheet.p("PRINT-HEADINGS", "WRITE-HEADINGS", "NEW-PAGE")
    final = sheet.p("PRINT-TOTALS", "FINAL-TOTALS", "END-OF-REPORT")
    reading = loop(sheet, draw, file, detail)
    sheet.paragraph(main, f"PERFORM {loading}", *reading, f"PERFORM {final}")
    most = draw.number(3, 6)
    title = draw.one(("SUMMARY", "LISTING", "REGISTER", "ACTIVITY REPORT", "DETAIL REPORT"))
    sheet.paragraph(
        detail, f"IF {sheet.w('LINES')} = ZERO OR {sheet.w('LINES')} >= {most}", f"    PERFORM {heading}", "END-IF",
        f"MOVE SPACES TO {sheet.w('D-KEY')}", f"MOVE {key.ref} TO {sheet.w('D-KEY')}",
        f"MOVE {amount.ref} TO {sheet.w('D-AMOUNT')}", f"DISPLAY {sheet.w('DETAIL')}",
        *draw.shuffled((f"ADD {amount.ref} TO {sheet.w('TOTAL')}", f"ADD 1 TO {sheet.w('COUNT')}",
                        f"ADD 1 TO {sheet.w('LINES')}")))
    sheet.paragraph(
        heading, f"ADD 1 TO {sheet.w('PAGE')}", f"MOVE ZERO TO {sheet.w('LINES')}",
        f'DISPLAY "{layout_title(layout)} {title}  PAGE " {sheet.w("PAGE")}',
        f'DISPLAY "{key.name[:20].ljust(22)}{amount.name[:24]}"', f'DISPLAY "{draw.one("-=*") * draw.number(30, 48)}"')
    sheet.paragraph(
        final, f"MOVE {sheet.w('TOTAL')} TO {sheet.w('T-EDIT')}",
        f'DISPLAY "{draw.one(("RECORDS", "ITEMS", "LINES PRINTED"))}: " {sheet.w("COUNT")}',
        f'DISPLAY "{draw.one(("TOTAL", "GRAND TOTAL", "FINAL TOTAL"))}: " {sheet.w("T-EDIT")}')


def layout_title(layout: Layout) -> str:
    """What a heading calls the records."""
    return (layout.record or layout.member.strip('"').split(".")[0]).replace("-", " ")[:24].strip()


SKELETONS = (Skeleton("report", "1", _fit, _fill),)
