"""The listing parser reads GnuCOBOL's tables and leaves out what it cannot read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provenance.steps.augment.cobol_listing import DataName, Label, Listing, parse_listing
from tests.steps.augment.augment_cases import Compiler

LISTING = """\
GnuCOBOL 3.1.2.0        a.cob                                            Sun Nov 22 09:12:42 2026  Page 0001

LINE    PG/LN  A...B............................................................SEQUENCE

000001         IDENTIFICATION DIVISION.
\fGnuCOBOL 3.1.2.0        a.cob                                            Sun Nov 22 09:12:42 2026  Page 0002

SIZE  TYPE           LVL  NAME                           PICTURE

      PROGRAM             TESTA

00080 FILE                OUT-FILE
00080 ALPHANUMERIC   01   OUT-REC                        X(80)

      WORKING-STORAGE SECTION

00150 GROUP          01   TAB-GROUP
00010 NUMERIC        10   SAME-NAME                      ZZ,ZZ9.99-, OCCURS 10
00001 ALPHANUMERIC   10   FILLER                         X
      CONDITIONAL    88   IS-DONE

00005 NUMERIC        01   OTHER                          9(5), REDEFINES TAB-GROUP
\fGnuCOBOL 3.1.2.0        a.cob                                            Sun Nov 22 09:12:42 2026  Page 0003

SIZE  TYPE           LVL  NAME                           PICTURE
00010 NUMERIC        77   SAME-NAME                      S9(5)V99 COMP-3
      LINKAGE SECTION
00001 ALPHANUMERIC   01   LK-A                           X
\fGnuCOBOL 3.1.2.0        a.cob                                            Sun Nov 22 09:12:42 2026  Page 0004

NAME                           DEFINED                                    REFERENCES

OUT-FILE                       6        10     *33     *39                                                     x3
TAB-GROUP                      14     referenced by child
SAME-NAME                      15      26      27      28      29      30      31      32      33      34      35
                                        36      37                                                             x12
SAME-NAME                      20     not referenced

LABEL                          DEFINED                                    REFERENCES

E TESTA                        30
S MAIN-SEC                     31     not referenced
P 100-EXIT                     45       37      48                                                             x2

FUNCTION                       TYPE                                       REFERENCES

L SUBX                         EXTERN   47                                                                     x1
Error/Warning summary:

a.cob:26: error: P NOT-A-LABEL 12
"""


def test_every_table_is_read() -> None:
    listing = parse_listing(LISTING)
    assert [(item.name, item.kind, item.level, item.section, item.record) for item in listing.data] == [
        ("OUT-FILE", "FILE", 0, "FILE", "OUT-FILE"),
        ("OUT-REC", "ALPHANUMERIC", 1, "FILE", "OUT-REC"),
        ("TAB-GROUP", "GROUP", 1, "WORKING-STORAGE", "TAB-GROUP"),
        ("SAME-NAME", "NUMERIC", 10, "WORKING-STORAGE", "TAB-GROUP"),
        ("IS-DONE", "CONDITIONAL", 88, "WORKING-STORAGE", "TAB-GROUP"),
        ("OTHER", "NUMERIC", 1, "WORKING-STORAGE", "OTHER"),
        ("SAME-NAME", "NUMERIC", 77, "WORKING-STORAGE", "SAME-NAME"),
        ("LK-A", "ALPHANUMERIC", 1, "LINKAGE", "LK-A"),
    ]
    assert listing.labels == (
        Label("TESTA", "entry", 30),
        Label("MAIN-SEC", "section", 31),
        Label("100-EXIT", "paragraph", 45, (37, 48)),
    )


def test_references_go_on_over_lines_and_items_of_one_name_keep_their_order() -> None:
    first, second = (item for item in parse_listing(LISTING).data if item.name == "SAME-NAME")
    assert (first.defined, first.references) == (15, (*range(26, 38),))
    assert (second.defined, second.references) == (20, ())
    assert (first.picture, second.picture) == ("ZZ,ZZ9.99-, OCCURS 10", "S9(5)V99 COMP-3")


def test_a_redefinition_says_what_it_redefines() -> None:
    other = parse_listing(LISTING).only("other")
    assert other is not None
    assert (other.redefines, other.defined) == ("TAB-GROUP", None)


def test_only_gives_nothing_for_a_name_that_is_not_alone() -> None:
    listing = parse_listing(LISTING)
    assert listing.only("SAME-NAME") is None
    assert listing.only("NOWHERE") is None


@given(st.text())
def test_anything_can_be_read(text: str) -> None:
    assert isinstance(parse_listing(text), Listing)
    assert isinstance(parse_listing(LISTING + text), Listing)


def test_the_compiler_writes_what_we_read(compiler: Compiler) -> None:
    text = """\
       IDENTIFICATION DIVISION.
       PROGRAM-ID. P.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       77 WS-A PIC S9(5)V99 COMP-3.
       PROCEDURE DIVISION.
       MAIN-PARA.
           ADD 1 TO WS-A.
           STOP RUN.
"""
    listing = compiler.program(text).listing
    assert listing is not None
    assert listing.data == (DataName("WS-A", "NUMERIC", 77, "S9(5)V99 COMP-3", "WORKING-STORAGE", "WS-A", "", 5, (8,)),)
    assert [(label.name, label.defined) for label in listing.labels] == [("P", 6), ("MAIN-PARA", 7)]
