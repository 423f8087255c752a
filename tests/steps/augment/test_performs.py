"""Paragraphs go where they are performed, loops become paragraphs, and programs print the same."""

from __future__ import annotations

import pytest

from provenance.steps.augment.inline_perform import InlinePerform
from provenance.steps.augment.outline_perform import OutlinePerform
from provenance.steps.augment.transform import Program
from tests.steps.augment.augment_cases import Compiler, changed, refused
from tests.steps.augment.structure_programs import made


def program(text: str) -> Program:
    lines = "".join(f"           {line}\n" if not line.endswith("!") else f"       {line[:-1]}\n" for line in text.split("\n"))
    return Program("x.cbl", "       PROCEDURE DIVISION.\n" + lines, False)


TAIL = "\nSTOP RUN.\nP.!\nIF A = 1 DISPLAY B.\nDISPLAY C."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("PERFORM P.", "IF A = 1 DISPLAY B\nEND-IF\nDISPLAY C."),
        ("PERFORM P UNTIL A = 1.", "PERFORM UNTIL A = 1\n   IF A = 1 DISPLAY B\n   END-IF\n   DISPLAY C\nEND-PERFORM."),
        ("PERFORM P 3 TIMES.", "PERFORM 3 TIMES\n   IF A = 1 DISPLAY B\n   END-IF\n   DISPLAY C\nEND-PERFORM."),
        # In a clause a copy could take the next clause, but for the PERFORM around it.
        ("READ F AT END\n   PERFORM P\nEND-READ.",
         "READ F AT END\n   PERFORM\n      IF A = 1 DISPLAY B\n      END-IF\n      DISPLAY C\n   END-PERFORM\nEND-READ."),
    ],
)  # fmt: skip
def test_inlining(before: str, after: str) -> None:
    assert changed(InlinePerform(), program(before + TAIL)).text == program(after + TAIL).text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("DISPLAY A.", "no-candidates"),
        ("PERFORM P THRU Q.\nSTOP RUN.\nP.!\nDISPLAY A.\nQ.!\nDISPLAY B.", "no-candidates"),
        ("PERFORM P.\nSTOP RUN.\nP.!\nEXIT.", "no-safe-site: 1 left alone"),
        ("PERFORM P.\nSTOP RUN.\nP.!\nIF A EXIT PARAGRAPH END-IF\nDISPLAY A.", "no-safe-site: 1 left alone"),
        ("PERFORM P.\nSTOP RUN.\nP.!\nIF A PERFORM P END-IF\nDISPLAY A.", "no-safe-site: 2 left alone"),
        ("PERFORM P VARYING A FROM 1 BY 1 UNTIL A > 2 AFTER B FROM 1 BY 1 UNTIL B > 2.\nSTOP RUN.\nP.!\nDISPLAY A.",
         "no-safe-site: 1 left alone"),
        ("PERFORM P.\nSTOP RUN.\nP.!\nDISPLAY A.\nP.!\nDISPLAY B.", "no-safe-site: 1 left alone"),
        ("PERFORM P.\nSTOP RUN.\nP.!\nGO TO Q.\nQ.!\nDISPLAY A.", "jumps"),
        ("PERFORM P.\nSTOP RUN.\nP.!\nDISPLAY A.\nCOPY X.", "copy: line 6"),
        ("PERFORM P.\nSTOP RUN.\nP.!\nEXEC CICS RETURN END-EXEC.", "exec-block: line 5"),
        ("ALTER P TO PROCEED TO Q.\nPERFORM P.", "alter-statement: line 2"),
    ],
)  # fmt: skip
def test_not_inlined(text: str, reason: str) -> None:
    assert refused(InlinePerform(), program(text)) == reason


LOOP = "PERFORM UNTIL A = 1\n   ADD 1 TO A\n   DISPLAY A\nEND-PERFORM."


def test_outlining() -> None:
    text = changed(OutlinePerform(), program(f"{LOOP}\nSTOP RUN.")).text
    lines = text.split("\n")
    name = lines[1].split()[1]
    assert lines[1] == f"           PERFORM {name} UNTIL A = 1."
    assert lines[2:] == [
        "           STOP RUN.", "", f"       {name}.", "           ADD 1 TO A", "           DISPLAY A.", "",
    ]  # fmt: skip


def test_a_program_of_sections_gets_a_section() -> None:
    text = changed(OutlinePerform(), program(f"S SECTION.!\n{LOOP}\nSTOP RUN.")).text
    assert text.count(" SECTION.") == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("DISPLAY A.\nSTOP RUN.", "no-candidates"),
        # Control would fall into it.
        (f"{LOOP}", "no-safe-site: 1 left alone"),
        (f"{LOOP}\nIF A = 1 STOP RUN.", "no-safe-site: 1 left alone"),
        (f"{LOOP}\nGO TO P.\nSTOP RUN.\nP.!\nDISPLAY A.", "no-safe-site: 1 left alone"),
        (f"IF A NEXT SENTENCE END-IF\n{LOOP[:-1]}\nSTOP RUN.", "no-safe-site: 1 left alone"),
        (LOOP.replace("DISPLAY A", "EXIT PERFORM") + "\nSTOP RUN.", "no-safe-site: 1 left alone"),
        (LOOP.replace("DISPLAY A", "GO TO P") + "\nSTOP RUN.\nP.!\nSTOP RUN.", "no-safe-site: 1 left alone"),
        (LOOP.replace("\n   ADD", " ADD") + "\nSTOP RUN.", "no-safe-site: 1 left alone"),
        (LOOP.replace("DISPLAY A", "COPY A.") + "\nSTOP RUN.", "no-period"),
    ],
)  # fmt: skip
def test_not_outlined(text: str, reason: str) -> None:
    result = refused(OutlinePerform(), program(text))
    assert result == reason or (reason == "no-period" and result.split(":")[0] in ("copy", "no-end-perform"))


@pytest.mark.parametrize("seed", [0, 1])
def test_programs_run_alike(compiler: Compiler, seed: int) -> None:
    parent = Program("x", made(seed), False)
    before = compiler.behaviour(parent.text)
    assert len(before[1]) > 100
    for transform in (InlinePerform(), InlinePerform(wrap=True), OutlinePerform()):
        assert compiler.behaviour(changed(transform, parent).text) == before
