"""Data descriptions: pictures, lengths and trees; any text gives an answer, and the lengths are the compiler's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.languages.cobol_copy import referenced_members
from provenance.languages.cobol_data import Entry, read_data
from provenance.languages.cobol_picture import parse_picture
from provenance.languages.cobol_sentences import sentences


def fixed(*lines: str) -> str:
    return "".join(f"       {line}\n" for line in lines)


def only(*lines: str) -> Entry:
    data = read_data(fixed(*lines))
    assert not data.strange
    assert len(data.entries) == 1
    return data.entries[0]


@pytest.mark.parametrize(("text", "category", "size", "digits", "scale", "signed"), [
    ("X(10)", "alphanumeric", 10, 0, 0, False), ("XX9", "alphanumeric", 3, 0, 0, False), ("A(3)", "alphabetic", 3, 0, 0, False),
    ("9(5)", "numeric", 5, 5, 0, False), ("s9(7)v9(2)", "numeric", 9, 9, 2, True), ("V99", "numeric", 2, 2, 2, False),
    ("9(3)PP", "numeric", 3, 3, -2, False), ("VPP99", "numeric", 2, 2, 4, False), ("N(4)", "national", 4, 0, 0, False),
    ("Z,ZZ9.99-", "numeric-edited", 9, 6, 2, True), ("-ZZZ,ZZZ,ZZZ.ZZ", "numeric-edited", 15, 11, 2, True),
    ("+(4)9", "numeric-edited", 5, 4, 0, True), ("$$,$$9.99CR", "numeric-edited", 11, 6, 2, True),
    ("XXBXX/X", "alphanumeric-edited", 7, 0, 0, False)])
def test_pictures(text, category, size, digits, scale, signed):
    found = parse_picture(text)
    assert found is not None
    assert (found.category, found.size, found.digits, found.scale, found.signed) == (category, size, digits, scale, signed)


@pytest.mark.parametrize("text", ["", "X(NAME)", "9.9.9", "S", "Q", "X9Z", "9S9", "9V9V9", "X(99999999)", "E9", "(3)", ":T:"])
def test_pictures_that_are_not_understood(text):
    assert parse_picture(text) is None


@pytest.mark.parametrize(("clauses", "length"), [
    ("PIC S9(5)V99 COMP-3", 4), ("PIC 9(4) COMP", 2), ("PIC 9(5) BINARY", 4), ("PIC S9(18) USAGE IS COMP-5", 8),
    ("PIC S9(3) SIGN IS LEADING SEPARATE CHARACTER", 4), ("COMP-1", 4), ("USAGE COMP-2", 8), ("PIC N(4)", 8), ("POINTER", 8),
    ("BINARY-LONG UNSIGNED", 4), ("PIC ZZ9.99", 6), ("PIC X(3) JUSTIFIED RIGHT", 3), ("PIC 9(3) BLANK WHEN ZERO", 3)])
def test_lengths(clauses, length):
    entry = only(f"01  A {clauses}.")
    assert (entry.length, entry.problem) == (length, "")


def test_a_record_with_everything():
    record = only(
        "01  REC.", "    05  KIND PIC X.", "        88  GOOD VALUES 'A' 'B'.", "        88  BAD VALUE 'X' THRU 'Z'.",
        "    05  AMOUNTS COMP-3.", "        10  AMT PIC S9(5) OCCURS 3 TIMES INDEXED BY IX.", "    05  OLD PIC X(4).",
        "    05  NEW REDEFINES OLD PIC 9(6).", "    05  FILLER PIC X(2) VALUE ALL '. '.",
        "    05  PARTS OCCURS 1 TO 5 TIMES DEPENDING ON N ASCENDING KEY IS P INDEXED BY IP.", "        10  P PIC X(2).")
    kind, amounts, old, new, filler, parts = record.children
    assert [(each.name, each.values, each.ranges) for each in kind.conditions] == [
        ("GOOD", ("'A'", "'B'"), False), ("BAD", ("'X'", "'Z'"), True)]
    assert (amounts.length, amounts.children[0].usage, amounts.children[0].occurs) == (9, "PACKED", 3)
    assert (new.redefines, old.length, new.length) == ("OLD", 4, 6)
    assert (filler.name, filler.value) == ("", "ALL '. '")
    assert (parts.occurs, parts.depending, parts.length) == (5, "N", 2)
    # What lies upon another adds only what it is longer.
    assert record.length == 1 + 9 + 6 + 2 + 10


@pytest.mark.parametrize(("clauses", "code"), [
    ("PIC X(NAME)", "unknown-picture"), ("PIC X WHATEVER", "unknown-clause"), ("", "no-picture"),
    ("PIC 9(4) COMP SYNC", "synchronized"),
    ("PIC X OCCURS MANY TIMES", "unknown-occurs")])
def test_what_is_not_known_is_marked_and_makes_its_record_unsized(clauses, code):
    record = only("01  R.", "    05  GOOD PIC X.", f"    05  ODD {clauses}.")
    assert record.children[1].problem.split(":")[0] == code
    assert record.children[1].length is None
    assert record.length is None
    assert (record.children[0].length, record.children[0].problem) == (1, "")


def test_tagged_names_copies_and_constants():
    assert only("01  :TAG:-REC PIC X.").problem == "tagged-name: :TAG:-REC"
    text = fixed("78  MANY VALUE 4.", "01  R.", "    COPY INNER.")
    data = read_data(text, {"cpy/inner.cpy": fixed("    05  A PIC X OCCURS MANY TIMES.")})
    assert [entry.length for entry in data.entries] == [4]
    assert read_data(text).strange == ("copy: INNER",)
    assert read_data(fixed("COPY A REPLACING ==B== BY ==C==.")).strange == ("COPY A REPLACING",)


def test_fixed_format_columns_and_continued_literals():
    text = ("000100 01  R.                                                           LABEL.01\n      * 05 NO PIC X.\n"
            "           05  A PIC X(60) VALUE 'begins here and goes on\n      -    'and on'.\n"
            "           05  B PIC 9.9 VALUE 1.5.\n")
    found = sentences(text)
    assert [sentence[1] for sentence in found] == ["R", "A", "B"]
    # It goes on to column 72 of the first line, blanks and all.
    assert found[1][-1] == "'begins here and goes on" + " " * 15 + "and on'"
    assert found[2] == ["05", "B", "PIC", "9.9", "VALUE", "1.5"]


def test_a_program_gives_its_data_division_only():
    program = fixed("IDENTIFICATION DIVISION.", "PROGRAM-ID. P.", "DATA DIVISION.", "WORKING-STORAGE SECTION.", "77  N PIC 9.",
                    "01  R.", "    05  A PIC X.", "PROCEDURE DIVISION.", "    01 OOPS.")
    assert [entry.name for entry in read_data(program).entries] == ["N", "R"]


_WORDS = st.sampled_from(["01", "05", "10", "88", "77", "66", "A", "B-1", "PIC", "X(3)", "9(2)V9", "S9", "OCCURS", "3", "TIMES",
                          "TO", "REDEFINES", "VALUE", "'it'", "'", ".", ".", "\n      -", "COMP-3", "COPY", "DEPENDING",
                          "ON", "THRU", "(", "\t"])


@given(st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=25).map(lambda words: "       " + " ".join(words))))
def test_no_text_raises(text):
    for top in read_data(text).entries:
        for entry in top.walk():
            assert entry.length is None or entry.length >= 0
            assert not (entry.problem and entry.length is not None)


@given(st.integers(1, 18), st.integers(0, 6), st.booleans())
def test_a_picture_holds_what_it_says(whole, fraction, signed):
    found = parse_picture(("S" if signed else "") + f"9({whole})" + (f"V9({fraction})" if fraction else ""))
    assert found is not None
    assert (found.digits, found.scale, found.signed, found.size) == (whole + fraction, fraction, signed, whole + fraction)


_ROW = re.compile(r"^ *(\d+) +[A-Z]+ +(\d\d) +(\S+)", re.MULTILINE)


def test_lengths_are_the_compilers(corpora, tmp_path):
    """Every eighth copybook of the corpus that holds data and compiles: each entry's size as cobc lists it."""
    if shutil.which("cobc") is None:
        pytest.skip("cobc is not installed")
    compared = 0
    books = sorted(path for path in (corpora / "cobol").rglob("*") if path.suffix.lower() == ".cpy")
    for path in books[::8]:
        library = {str(other): other.read_bytes().decode("latin-1") for other in books
                   if other.relative_to(corpora).parts[:2] == path.relative_to(corpora).parts[:2]}
        data = read_data(library[str(path)], library)
        if not data.entries or data.strange:
            continue
        rows = _listed(tmp_path, library[str(path)], referenced_members(library[str(path)], library, str(path)),
                       data.entries[0].level in (1, 77))
        entries = [entry for top in data.entries for entry in top.walk()]
        if rows is None:
            continue
        assert [name for name, _ in rows] == [(entry.name or "FILLER")[:30] for entry in entries], path
        for entry, (name, size) in zip(entries, rows, strict=True):
            if entry.length is not None:
                compared += 1
                # The listing gives all occurrences of groups and pointers, and one of any other field.
                every = bool(entry.children) or entry.usage == "POINTER"
                assert entry.length * (entry.occurs if every else 1) == size, (path, name)
    assert compared > 300


def _listed(folder: Path, text: str, members: dict[str, str], whole: bool) -> list[tuple[str, int]] | None:
    for name, member in {"BOOK": text, **members}.items():
        (folder / f"{name}.cpy").write_bytes(member.encode("latin-1"))
    (folder / "p.cob").write_text(fixed(
        "IDENTIFICATION DIVISION.", "PROGRAM-ID. P.", "DATA DIVISION.", "WORKING-STORAGE SECTION.",
        *([] if whole else ["01  WRAPPER."]), "COPY BOOK.", "PROCEDURE DIVISION.", "    STOP RUN."))
    ran = subprocess.run(["cobc", "-std=ibm", "-fixed", "-fsyntax-only", "-T", "x.lst", "--tsymbols", "p.cob"], cwd=folder,
                         capture_output=True, check=False, timeout=20)
    if ran.returncode:
        return None
    rows = [(name.rstrip(",").upper(), int(size)) for size, level, name in _ROW.findall((folder / "x.lst").read_text("latin-1"))
            if level not in ("88", "78", "66")]
    return [row for row in rows if row[0] not in ("WRAPPER", "RETURN-CODE", "TALLY", "SORT-RETURN", "NUMBER-OF-CALL-PARAMETERS")]
