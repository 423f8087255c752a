"""A literal becomes a named item, or a constant, where both mean the same."""

from __future__ import annotations

import dataclasses
import re

import pytest

from provenance.steps.augment.constants import LiteralToConstant
from tests.steps.augment.augment_cases import Compiler, changed, refused

HEAD = """\
       IDENTIFICATION DIVISION.
       PROGRAM-ID. CON.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  GRP.
           05  TXT             PIC X(5).
           05  WIDE            PIC X(40).
           05  JST             PIC X(8) JUSTIFIED RIGHT.
           05  NUM             PIC S9(4)V99.
           05  PCK             PIC S9(7)V9 COMP-3.
           05  BIN             PIC S9(4) COMP.
           05  EDT             PIC ZZ,ZZ9.
       PROCEDURE DIVISION.
       MAIN-PARA.
"""


def text(*statements: str) -> str:
    return HEAD + "".join(f"           {line}\n" for statement in statements for line in statement.split("\n"))


def test_every_kind_of_receiver_gets_the_same(compiler: Compiler) -> None:
    statements = []
    for literal in ("'AB'", "'too long for it'", "'it''s'", '"Q"', "'  '"):
        for receiver in ("TXT", "WIDE", "JST", "GRP", "TXT (2:2)"):
            statements += [f"MOVE {literal} TO {receiver}.", f"DISPLAY {literal} '|' TXT WIDE JST."]
        statements.append(f"IF TXT = {literal} OR\n  WIDE NOT = {literal}\n  DISPLAY {literal}.")
    for literal in ("007", "-12.5", "99999999", "0.25", "+3", ".5"):
        for receiver in ("NUM", "PCK", "BIN"):
            statements += [f"MOVE {literal} TO {receiver}.", f"DISPLAY NUM PCK BIN {'' if '-' in literal else '9'}."]
    source = text(*statements, "STOP RUN.")
    for std in ("ibm", "default", "mf"):
        program = compiler.program(source, std=std)
        change = changed(LiteralToConstant(), program)
        assert change.edits > 60
        assert compiler.behaviour(change.text, std=std) == compiler.behaviour(source, std=std)


@pytest.mark.parametrize("std", ["ibm", "default", "mf"])
def test_level_78_gives_the_very_same_code(compiler: Compiler, std: str) -> None:
    source = text("MOVE 'AB' TO TXT DISPLAY 'AB' 12 'AB'.", "IF NUM = 12 MOVE 12 TO NUM EDT.", "STOP RUN.")
    change = changed(LiteralToConstant(form="level-78"), compiler.program(source, std=std))
    assert change.edits == 6
    assert change.text.count("78  ") == 2
    # A constant takes none of the program's storage, but one of the numbers that the compiler gives its items.
    assert _numbered(compiler.generated(change.text, std=std)) == _numbered(compiler.generated(source, std=std))


def _numbered(code: str) -> str:
    seen: dict[str, int] = {}
    return re.sub(r"\b([a-z]+_)(\d+)\b", lambda found: f"{found[1]}{seen.setdefault(found[0], len(seen))}", code)


def test_where_the_items_go(compiler: Compiler) -> None:
    program = compiler.program(text("MOVE 'ON' TO TXT.", "IF TXT = 'ON' DISPLAY 'ON' 'OFF'.", "STOP RUN."))
    change = compiler.same(LiteralToConstant(), program)
    assert change.edits == 3
    lines = change.text.split("\n")
    assert lines[4].endswith("-ON PIC X(02) VALUE 'ON'.")
    assert lines[5] == "       01  GRP."
    assert "'OFF'" in change.text
    every = compiler.same(LiteralToConstant(least=1), program)
    assert every.edits == 4
    assert len({changed(LiteralToConstant(), program, seed).text for seed in range(9)}) > 1


def test_what_a_quote_kept_apart_stays_apart(compiler: Compiler) -> None:
    program = compiler.program(text("MOVE 'AB'TO TXT.", "DISPLAY'AB'TXT'AB'WIDE.", "STOP RUN."))
    change = compiler.same(LiteralToConstant(), program)
    assert change.edits == 3
    assert "'AB'" not in change.text.split("PROCEDURE")[1]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("MOVE ALL 'A' TO TXT.", "no-candidates"),
        ("MOVE SPACES TO TXT.", "no-candidates"),
        ("MOVE X'41' TO TXT.", "no-candidates"),
        ("MOVE 1 TO NUM. MOVE 0 TO NUM.", "no-candidates"),
        ("STRING 'A' DELIMITED BY SIZE 'B' DELIMITED BY 'C' INTO TXT.", "no-candidates"),
        ("INSPECT TXT REPLACING ALL 'A' BY 'B'.", "no-candidates"),
        ("COMPUTE NUM = NUM + 5.", "no-candidates"),
        ("MOVE 'A' TO NUM.", "no-safe-site: 1 left alone"),
        ("MOVE '12' TO EDT.", "no-safe-site: 1 left alone"),
        ("MOVE 12 TO TXT.", "no-safe-site: 1 left alone"),
        ("MOVE 12 TO EDT.", "no-safe-site: 1 left alone"),
        ("DISPLAY 12.", "no-safe-site: 1 left alone"),
        ("IF NUM = 12 DISPLAY NUM.", "no-safe-site: 1 left alone"),
    ],
)
def test_left_alone(compiler: Compiler, statement: str, reason: str) -> None:
    assert refused(LiteralToConstant(least=1), compiler.program(text(statement))) == reason


def test_refusals(compiler: Compiler) -> None:
    source = text("MOVE 'A' TO TXT.", "MOVE 'A' TO TXT.", "STOP RUN.")
    program = compiler.program(source)
    assert refused(LiteralToConstant(least=3), program) == "no-safe-site: 2 left alone"
    assert LiteralToConstant(share=0).apply(program, 1).reason == "no-site-drawn"  # type: ignore[union-attr]

    def without(old: str, new: str) -> str:
        return refused(LiteralToConstant(), dataclasses.replace(program, text=source.replace(old, new)))

    assert without("WORKING-STORAGE", "LOCAL-STORAGE") == "no-working-storage"
    assert without("PROGRAM-ID. CON.", "PROGRAM-ID. CON. PROGRAM-ID. B.") == "several-programs"
    assert without("STORAGE SECTION.", "STORAGE SECTION. *> all") == "shared-line: line 4"
    assert without("STOP RUN.", "EXEC SQL COMMIT END-EXEC.") == "exec-block: line 17"
    assert without("STOP RUN.", "REPLACE OFF.") == "replace-statement: line 17"
    assert refused(LiteralToConstant(), dataclasses.replace(program, listing=None)) == "no-listing"
