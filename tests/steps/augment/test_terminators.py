"""Terminators come and go without a change of the generated code; sentences that need their periods are left alone."""

from __future__ import annotations

import pytest

from provenance.steps.augment.terminators import PeriodTerminators, ScopeTerminators
from provenance.steps.augment.transform import Program, Refusal
from tests.steps.augment.augment_cases import Compiler, changed, refused
from tests.steps.augment.structure_programs import made


def program(*lines: str, free: bool = False) -> Program:
    return Program("x.cbl", "".join(f"{line}\n" for line in ("       PROCEDURE DIVISION.", *lines)), free)


PAIRS = [
    (["           IF A = 1", "              DISPLAY B."],
     ["           IF A = 1", "              DISPLAY B", "           END-IF."]),
    (["           READ F AT END", "              IF A = 1 DISPLAY B", "              ELSE DISPLAY C."],
     ["           READ F AT END", "              IF A = 1 DISPLAY B", "              ELSE DISPLAY C", "              END-IF",
      "           END-READ."]),
    (["           EVALUATE A", "             WHEN 1 DISPLAY B."],
     ["           EVALUATE A", "             WHEN 1 DISPLAY B", "           END-EVALUATE."]),
]  # fmt: skip


@pytest.mark.parametrize(("period", "scope"), PAIRS)
def test_there_and_back(period: list[str], scope: list[str]) -> None:
    assert changed(ScopeTerminators(), program(*period)).text == program(*scope).text
    assert changed(PeriodTerminators(), program(*scope)).text == program(*period).text


def test_a_statement_of_the_same_verb_gets_its_own_terminator() -> None:
    head, inner = "           ADD 1 TO A SIZE ERROR", "              ADD 2 TO B"
    before = program(head, inner + ".")
    after = program(head, inner, "              END-ADD", "           END-ADD.")
    assert changed(ScopeTerminators(), before).text == after.text


def test_a_sentence_is_parted_after_a_statement_at_its_top() -> None:
    before = program("           IF A = 1", "              DISPLAY B", "           END-IF", "           DISPLAY C.")
    after = program("           IF A = 1", "              DISPLAY B.", "           DISPLAY C.")
    assert changed(PeriodTerminators(), before).text == after.text


def test_the_identification_area_stays() -> None:
    lines = [f"{number:06}     {code}".ljust(72) + f"PAY{number:05}" for number, code in ((1, "IF A = 1"), (2, "   DISPLAY B."))]
    first, second = changed(ScopeTerminators(), program(*lines)).text.split("\n")[1:3]
    assert first == lines[0]
    assert second == "000002        DISPLAY B".ljust(72) + "PAY00002"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["           DISPLAY A."], "no-candidates"),
        (["           IF A = 1 NEXT SENTENCE ELSE DISPLAY B."], "no-safe-site: 1 left alone"),
        (["           IF A = 1", "           COPY X.", "           DISPLAY B."], "no-safe-site: 1 left alone"),
        (["           IF A = 1", "      D       DISPLAY B", "              DISPLAY C."], "no-safe-site: 1 left alone"),
        (["           IF A = 1 EXEC SQL COMMIT END-EXEC."], "no-safe-site: 1 left alone"),
        (["           REPLACE ==A== BY ==B==."], "replace-statement: line 2"),
        (["           READY TRACE."], "trace: line 2"),
        (["      >>IF A", "           IF A = 1 DISPLAY B.", "      >>END-IF"], "conditional-directive"),
        (["           IF A = 1 MOVE B-", "      -    C TO B."], "continuation-line: line 3"),
    ],
)  # fmt: skip
def test_left_alone(lines: list[str], reason: str) -> None:
    assert refused(ScopeTerminators(), program(*lines)) == reason


def test_end_perform_stays() -> None:
    loop = program("           PERFORM UNTIL A = 1", "              DISPLAY B", "           END-PERFORM.")
    assert refused(PeriodTerminators(), loop) == "no-candidates"
    inner = program("           IF A = 1 PERFORM UNTIL A = 1", "              DISPLAY B", "           END-PERFORM END-IF.")
    after = program("           IF A = 1 PERFORM UNTIL A = 1", "              DISPLAY B", "           END-PERFORM.")
    assert changed(PeriodTerminators(), inner).text.replace(" .", ".") == after.text


def test_too_deep_is_refused_at_once() -> None:
    deep = program(*["           IF A = 1"] * 10_000, "           DISPLAY B.")
    assert refused(ScopeTerminators(), deep).startswith("too-deep")


def test_a_share_is_drawn_by_seed() -> None:
    many = program(*["           IF A = 1 DISPLAY B."] * 40)
    assert ScopeTerminators(share=0).apply(many, 1) == Refusal("no-site-drawn")
    assert 5 < changed(ScopeTerminators(share=50), many).edits < 35


@pytest.mark.parametrize("seed", [0, 3])
def test_the_compiler_writes_the_same_code(compiler: Compiler, seed: int) -> None:
    parent = Program("x", made(seed), False)
    before = compiler.generated(parent.text)
    for transform in (ScopeTerminators(), PeriodTerminators()):
        assert compiler.generated(changed(transform, parent).text) == before
