"""A validation: each record against its pictures and condition names, with counts by kind of error.

Some of its records are spoilt on purpose after they were filled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from provenance.steps.generate.skeletons.drawing import Draw
from provenance.steps.generate.skeletons.layout import Field, Layout
from provenance.steps.generate.skeletons.sheet import Sheet
from provenance.steps.generate.skeletons.skeleton import Skeleton
from provenance.steps.generate.skeletons.workfile import load, loop, rows_of, said_by_conditions, shown


@dataclass(frozen=True, slots=True)
class _Check:
    """What is wrong if a condition holds, and how a record is made so."""

    field: Field
    title: str
    condition: str
    spoil: str


def _checks(layout: Layout, key: Field) -> list[_Check]:
    found = []
    for each in layout.fields:
        if each is key:
            continue
        allowed = said_by_conditions(each)
        if allowed and each.size and "?" not in allowed and not any(one.ranges for one in each.conditions):
            names = " AND ".join(f"NOT {condition.name}" for condition in each.conditions)
            found.append(_Check(each, "UNKNOWN CODE", names, f'MOVE ALL "?" TO {each.ref}'))
        elif each.digits and each.display and each.digits > 1 and not each.signed:
            found.append(_Check(each, "NOT NUMERIC", f"{each.ref} IS NOT NUMERIC", f'MOVE "?" TO {each.ref} (1:1)'))
        elif each.digits and each.signed:
            found.append(_Check(each, "NEGATIVE", f"{each.ref} < ZERO", f"MOVE -1 TO {each.ref}"))
        elif each.size and not each.letters and each.size > 1:
            found.append(_Check(each, "MISSING", f"{each.ref} = SPACES", f"MOVE SPACES TO {each.ref}"))
    return found


def _fit(layout: Layout) -> str:
    if not layout.keys:
        return "no-key-field"
    return "" if len(_checks(layout, layout.keys[0])) > 1 else "few-checks"


def _fill(sheet: Sheet, layout: Layout, draw: Draw) -> None:
    key = layout.keys[0]
    possible = _checks(layout, key)
    chosen = draw.shuffled(possible)[:draw.number(2, min(5, len(possible)))]
    rows = rows_of(layout, draw, key, draw.ascending(key, draw.number(6, 12)), [check.field for check in chosen])
    # A first sight of a sign is an error here, so none is drawn.
    rows = [replace(row, negative=frozenset()) for row in rows]
    for check in chosen:
        for _ in range(draw.number(1, 2)):
            at = draw.number(0, len(rows) - 1)
            if check.spoil not in rows[at].spoil:
                rows[at] = replace(rows[at], spoil=(*rows[at].spoil, check.spoil))
    file, record = sheet.w("CHECK-IN"), sheet.w("CHECK-REC")
    sheet.file(file, record, layout.length)
    counts = [sheet.w(f"ERR-{number}") for number in range(1, len(chosen) + 1)]
    sheet.data(f"01  {sheet.w('COUNTERS')}.", *[f"    05  {name} PIC 9(5) VALUE ZERO." for name in
                                              [*counts, sheet.w("GOOD"), sheet.w("BAD")]],
               f"01  {sheet.w('ERRORS')} PIC 9(3) VALUE ZERO.")
    main = sheet.p("MAIN-LINE", "MAIN-PROCESS", "VALIDATE-ALL")
    loading = load(sheet, draw, file, record, rows)
    each = sheet.p("VALIDATE-RECORD", "CHECK-RECORD", "EDIT-RECORD")
    final = sheet.p("SHOW-COUNTS", "PRINT-STATISTICS", "WRAP-UP")
    reading = loop(sheet, draw, file, each)
    sheet.paragraph(main, f"PERFORM {loading}", *reading, f"PERFORM {final}")
    steps, word = [], draw.one(("CHECK", "RULE", "EDIT"))
    for number, (check, count) in enumerate(zip(chosen, counts, strict=True), 1):
        name = sheet.p(f"{word}-{number}")
        steps.append(f"PERFORM {name}")
        sheet.paragraph(name, f"IF {check.condition}", f"    ADD 1 TO {count} {sheet.w('ERRORS')}",
                        f'    DISPLAY {shown(key)} " {check.field.name[:24]} {check.title}"', "END-IF")
    sheet.paragraph(each, f"MOVE ZERO TO {sheet.w('ERRORS')}", *steps, f"IF {sheet.w('ERRORS')} = ZERO",
                    f"    ADD 1 TO {sheet.w('GOOD')}", "ELSE", f"    ADD 1 TO {sheet.w('BAD')}", "END-IF")
    sheet.paragraph(final, f'DISPLAY "{draw.one(("VALID", "ACCEPTED", "GOOD"))} RECORDS: " {sheet.w("GOOD")}',
                    f'DISPLAY "{draw.one(("INVALID", "REJECTED", "BAD"))} RECORDS: " {sheet.w("BAD")}',
                    *[f'DISPLAY "{check.field.name[:24]} {check.title}: " {count}'
                      for check, count in zip(chosen, counts, strict=True)])


SKELETONS = (Skeleton("validation", "1", _fit, _fill),)
