"""What is added never runs, and stands only where that can be shown."""

from __future__ import annotations

import re

import pytest

from provenance.steps.augment.dead_code import DeadCode
from provenance.steps.augment.transform import Program
from tests.steps.augment.augment_cases import Compiler, changed, refused
from tests.steps.augment.structure_programs import made

HEAD = "       DATA DIVISION.\n       WORKING-STORAGE SECTION.\n       01 A PIC 9.\n"
CODE = "       PROCEDURE DIVISION.\n       MAIN.\n           MOVE 1 TO A.\n           DISPLAY A.\n           STOP RUN.\n"


def program(text: str) -> Program:
    return Program("x.cbl", text, False)


def test_a_paragraph_that_nothing_reaches() -> None:
    text = changed(DeadCode("unreached"), program(HEAD + CODE)).text
    assert text.startswith(HEAD + CODE)
    label, *statements = text[len(HEAD + CODE) :].strip("\n").split("\n")
    name = label.strip().rstrip(".")
    assert text.count(name) == 1
    assert statements[-1].endswith(".")
    assert {line.strip().rstrip(".") for line in statements} <= {"MOVE 1 TO A", "DISPLAY A"}


def test_a_condition_that_never_holds() -> None:
    text = changed(DeadCode("constant"), program(HEAD + CODE)).text
    found = re.search(r"01  (\S+) PIC X VALUE 'N'\.", text)
    assert found
    name = found[1]
    assert re.findall(rf"{name}.*", text) == [f"{name} PIC X VALUE 'N'.", f"{name} = 'Y'"]
    assert text.count("END-IF") == 1


@pytest.mark.parametrize(
    ("proof", "text", "code"),
    [
        ("unreached", HEAD + CODE.replace("STOP RUN", "DISPLAY A"), "no-safe-site"),
        ("unreached", HEAD + CODE.replace("STOP RUN", "GO TO MAIN DISPLAY A"), "no-safe-site"),
        ("unreached", HEAD + CODE + "           COPY X.\n", "copy"),
        ("constant", CODE, "no-safe-site"),
        ("constant", HEAD.replace("01 A PIC 9", "COPY X") + CODE, "no-safe-site"),
        ("constant", HEAD + "       PROCEDURE DIVISION.\n           STOP RUN.\n", "no-safe-site"),
        ("else", HEAD + CODE, "unknown-proof"),
    ],
)
def test_refusals(proof: str, text: str, code: str) -> None:
    assert refused(DeadCode(proof), program(text)).split(":")[0] == code


def test_either_takes_the_one_that_can_be_shown() -> None:
    falls = program(HEAD + CODE.replace("STOP RUN", "DISPLAY A"))
    assert all("VALUE 'N'" in changed(DeadCode(), falls, seed).text for seed in range(6))


@pytest.mark.parametrize("proof", ["unreached", "constant"])
def test_programs_run_alike(compiler: Compiler, proof: str) -> None:
    parent = Program("x", made(2), False)
    before = compiler.behaviour(parent.text)
    for seed in (1, 2):
        assert compiler.behaviour(changed(DeadCode(proof), parent, seed).text) == before
