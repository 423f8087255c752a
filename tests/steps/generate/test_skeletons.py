"""Skeletons: what fits, that equal draws are equal and others differ, that every text keeps to its columns and names, and
that what the programs print is what their own data say."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import PolicyError
from provenance.languages.cobol_sentences import sentences
from provenance.steps.generate.skeletons import ALL, Field, Layout, by_name, layouts_of
from provenance.steps.generate.skeletons.drawing import Draw
from provenance.steps.generate.skeletons.sheet import Sheet
from provenance.steps.generate.skeletons.workfile import edited, literal, said_by_conditions
from tests.steps.augment.augment_cases import Compiler

#: Written for these tests.
LEVELS = ["01  SHIP-REC.", "    05  SHIP-ID PIC 9(6).", "    05  SHIP-TYPE PIC X.", "        88  SHIP-BIG VALUE 'B'.",
          "        88  SHIP-TINY VALUES 'T' 'U'.", "    05  SHIP-NAME PIC X(12).", "    05  SHIP-COST PIC S9(5)V99 COMP-3.",
          "    05  SHIP-CREW PIC 9(4)."]
BOOK = "".join(f"       {line}\n" for line in LEVELS)
NAMES = [skeleton.name for skeleton in ALL]


def layout(text: str = BOOK, member: str = "SHIP") -> Layout:
    (found,), why = layouts_of(member, text)
    assert not why
    return found


def book(*lines: str) -> str:
    return "".join(f"       {line}\n" for line in lines)


@pytest.fixture
def compiler(tmp_path: Path) -> Compiler:
    if shutil.which("cobc") is None:
        pytest.skip("cobc is not installed")
    (tmp_path / "SHIP.cpy").write_text(BOOK)
    return Compiler(tmp_path)


def test_names_are_stable_and_unknown_ones_are_refused():
    assert NAMES == ["control-break", "file-merge", "report", "table-search", "validation"]
    with pytest.raises(PolicyError, match="not a skeleton"):
        by_name("novel")


def test_a_layout_knows_its_fields():
    found = layout()
    assert (found.record, found.length, found.member) == ("SHIP-REC", 6 + 1 + 12 + 4 + 4, "SHIP")
    assert [each.name for each in found.fields] == ["SHIP-ID", "SHIP-TYPE", "SHIP-NAME", "SHIP-COST", "SHIP-CREW"]
    assert found.amounts[0].name == "SHIP-COST"
    assert found.keys[0].name == "SHIP-ID"
    assert found.groups[0].name == "SHIP-TYPE"
    assert said_by_conditions(found.groups[0]) == ["B", "T", "U"]


def test_a_copybook_without_level_01_gets_a_record_of_its_own():
    found = layout(book("05  PART-ID PIC 9(4).", "05  PART-NAME PIC X(20)."))
    assert found.record == ""
    lines = by_name("file-merge").write(found, 1, 0).splitlines()
    copy = next(number for number, line in enumerate(lines) if "COPY SHIP" in line)
    assert re.fullmatch(r" {7}01  \S+\.", lines[copy - 1])


def test_around_a_free_copybook_nothing_is_only_fixed(tmp_path):
    """Its columns would be read as labels and indicators."""
    free = "\n".join(["*> ships", *[line.strip() for line in LEVELS]]) + "\n"
    found = layout(free)
    assert found.free
    assert not layout().free
    texts = [by_name(name).write(found, 5, draw) for name in NAMES for draw in range(4)]
    assert any("*> " in text for text in texts)
    assert not any(re.search(r"^ {6}[^ ]", text, re.MULTILINE) for text in texts)
    if shutil.which("cobc") is None:
        pytest.skip("cobc is not installed")
    (tmp_path / "SHIP.cpy").write_text(free)
    tool = Compiler(tmp_path)
    for text in texts[::4]:
        code, said, _ = tool.behaviour(text, free=True)
        assert code == 0
        assert said


@pytest.mark.parametrize(("lines", "code"), [
    (["DISPLAY 'HELLO'."], "not-data"), (["*> nothing"], "no-data"), (["01  R PIC X."], "no-field"),
    (["77  N PIC 9."], "no-record"),
    (["01  R.", "    05  A PIC X(L)."], "unknown-picture"), (["01  :T:-R.", "    05  A PIC X."], "tagged-name"),
    (["01  R.", "    05  N PIC 9.", "    05  T PIC X OCCURS 1 TO 9 DEPENDING ON N."], "variable-length"),
    (["05  A PIC X.", "01  R.", "    05  B PIC X."], "mixed-levels"), (["01  R.", "    05  A PIC X(90000)."], "long-record"),
    (["01  FILLER.", "    05  A PIC X."], "unnamed-record")])
def test_copybooks_without_a_layout_say_why(lines, code):
    found, why = layouts_of("BOOK", book(*lines))
    assert not found
    assert why.split(":")[0] == code


@pytest.mark.parametrize(("name", "fields", "code"), [
    ("report", ["A PIC X(8)"], "no-amount-field"), ("report", ["A PIC 9(5)V99"], "no-key-field"),
    ("control-break", ["A PIC X(8)"], "no-amount-field"), ("control-break", ["A PIC 9(12)"], "no-group-field"),
    ("table-search", ["A PIC X"], "no-key-field"), ("table-search", ["A PIC X(8)"], "no-result-field"),
    ("file-merge", ["A PIC X"], "no-key-field"), ("validation", ["A PIC X(4)", "B PIC X(4)"], "few-checks")])
def test_layouts_that_do_not_fit_say_why(name, fields, code):
    found = layout(book("01  R.", *[f"    05  {each}." for each in fields]))
    assert by_name(name).fit(found) == code
    assert by_name(name).fit(layout()) == ""


def test_fields_that_no_statement_may_name_are_left_alone():
    found = layout(book("01  R.", "    05  G1.", "        10  CODE-X PIC X(4).", "    05  G2.", "        10  CODE-X PIC X(4).",
                        "    05  OLD PIC X(4).", "    05  NEW REDEFINES OLD PIC 9(4).", "    05  MANY PIC X OCCURS 3.",
                        "    05  FILLER PIC X(3).", "    05  TITLE PIC X(3).", "    05  F COMP-2."))
    assert [each.ref for each in found.fields] == ["CODE-X OF G1", "CODE-X OF G2", "OLD"]


@pytest.mark.parametrize("name", NAMES)
def test_equal_draws_are_equal_and_others_differ(name):
    skeleton, found = by_name(name), layout()
    assert skeleton.write(found, 3, 1) == skeleton.write(layout(), 3, 1)
    texts = {skeleton.write(found, seed, draw) for seed in range(3) for draw in range(5)}
    assert len(texts) == 15
    # Not the same program with other numbers: paragraphs and statements differ too.
    shapes = {re.sub(r"\d+", "9", re.sub(r'"[^"]*"', '""', text)) for text in texts}
    assert len(shapes) > 10


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), draw=st.integers(0, 9))
def test_every_text_keeps_to_its_columns_and_takes_no_name_of_the_copybook(name, seed, draw):
    # These names are what a sheet would like to use.
    clash = BOOK.replace("SHIP-CREW", "WS-TOTAL").replace("SHIP-NAME", "MAIN-LINE").replace("SHIP-COST", "W-COUNT")
    text = by_name(name).write(layout(clash), seed, draw)
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 72
    assert text.count("COPY SHIP.") == 1
    defined = [sentence[1] for sentence in sentences(text) if sentence[0].isdecimal() and sentence[1] != "FILLER"]
    assert len(set(defined)) == len(defined)
    assert not {"WS-TOTAL", "MAIN-LINE", "W-COUNT"} & set(defined)
    assert not re.search(r"\b(ACCEPT|CURRENT-DATE|WHEN-COMPILED|RANDOM|CALL|GO TO)\b", text)


@given(st.integers(1, 12), st.integers(0, 4), st.booleans(), st.randoms(use_true_random=False))
def test_literals_fit_their_pictures(whole, scale, negative, random):
    field = Field("A", "A", digits=whole + scale, scale=scale, signed=True)
    value = Decimal(literal(field, Draw(str(random.random())).value(field), negative))
    assert abs(value) < 10**whole
    assert -value.as_tuple().exponent == scale  # type: ignore[operator]
    assert value <= 0 if negative else value >= 0


@given(st.sampled_from([Field("K", "K", digits=n) for n in (2, 3, 9, 18)] + [Field("K", "K", size=n) for n in (2, 3, 5, 30)]
                       + [Field("K", "K", size=6, letters=True)]), st.integers(1, 14), st.integers())
def test_keys_ascend_and_fit(field, count, seed):
    keys = Draw(str(seed)).ascending(field, count)
    assert keys == sorted(set(keys))
    assert len(keys) == count
    assert all(len(key) == field.digits if field.digits else len(key) <= field.size for key in keys)


@given(st.integers(2, 15), st.integers(0, 4), st.integers())
def test_edited_pictures_show_every_digit_and_a_sign(whole, scale, seed):
    picture = edited(Draw(str(seed)), whole, scale)
    symbols = re.sub(r"(.)\((\d+)\)", lambda found: found[1] * int(found[2]), picture)
    assert "-" in symbols
    assert len(re.sub(r"[.,-]", "", symbols)) + max(0, symbols.count("-") - 1) + ("-(" in picture) >= whole + scale


def test_long_statements_are_broken_between_words_never_inside_literals():
    sheet = Sheet(layout(), Draw("x"))
    sheet.paragraph(sheet.p("MAIN"), 'DISPLAY "' + "A B " * 10 + '" ' + " ".join(["SHIP-NAME"] * 6))
    lines = sheet.text().splitlines()
    assert max(map(len, lines)) <= 72
    assert sum("A B A B" in line for line in lines) == 1
    assert sum(line.count("SHIP-NAME") for line in lines) == 6


def _run(compiler: Compiler, name: str, draw: int) -> tuple[str, list[str]]:
    text = by_name(name).write(layout(), 11, draw)
    code, said, files = compiler.behaviour(text)
    assert code == 0
    assert files
    return text, said.decode().splitlines()


def _number(line: str) -> Decimal:
    found = re.findall(r"[-\d.,]*\d-?", line)[-1].replace(",", "")
    return -Decimal(found[:-1]) if found.endswith("-") else Decimal(found)


@pytest.mark.parametrize("draw", [0, 1, 2, 3])
def test_totals_of_a_report_are_the_sum_of_its_lines(compiler, draw):
    _, said = _run(compiler, "report", draw)
    details = [line for line in said[:-2] if "PAGE" not in line and "SHIP-" not in line and re.search(r"\d", line)]
    assert len(details) == int(_number(said[-2])) > 4
    assert sum(map(_number, details)) == _number(said[-1])


@pytest.mark.parametrize("draw", [0, 1, 2, 3])
def test_subtotals_of_a_control_break_add_up(compiler, draw):
    _, said = _run(compiler, "control-break", draw)
    groups = [line for line in said[:-1] if re.search("SUBTOTAL|GROUP TOTAL| TOTAL ", line)]
    assert len(groups) > 1
    assert sum(map(_number, groups)) == _number(said[-1].split(" IN ")[0])


def test_a_merge_gives_its_keys_in_order(compiler):
    _, said = _run(compiler, "file-merge", 0)
    keys = [line.split()[1] for line in said if re.match(r"(OUT|MERGED|RECORD) [^:]+$", line)]
    read = sum(int(_number(line)) for line in said if "RECORDS READ" in line)
    written, matched = (int(_number(line)) for line in said[-2:])
    assert keys == sorted(keys)
    assert len(keys) == written
    assert written in (read, read - matched)
    assert matched > 0


def test_a_search_finds_what_was_loaded_and_nothing_else(compiler):
    text, said = _run(compiler, "table-search", 0)
    asked = len(re.findall(r"MOVE \S+ TO \S*WANTED\b", text))
    hits, misses = (int(_number(line)) for line in said[-2:])
    assert hits + misses == asked
    assert misses in (1, 2)
    assert hits >= 2


def test_a_validation_counts_what_was_spoilt(compiler):
    _, said = _run(compiler, "validation", 0)
    counts = [int(_number(line)) for line in said if re.search(r"(MISSING|NUMERIC|NEGATIVE|CODE): ", line)]
    told = [line for line in said if re.search(r"(MISSING|NUMERIC|NEGATIVE|CODE)$", line)]
    assert sum(counts) == len(told)
    assert min(counts) >= 1
