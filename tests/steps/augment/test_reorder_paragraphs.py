"""Only paragraphs that nothing can fall into change places, with their comments."""

from __future__ import annotations

import pytest

from provenance.steps.augment.reorder_paragraphs import ReorderParagraphs
from provenance.steps.augment.transform import Program
from tests.steps.augment.augment_cases import Compiler, changed, refused
from tests.steps.augment.structure_programs import made

HEAD = "       PROCEDURE DIVISION.\n       MAIN.\n           PERFORM P PERFORM Q.\n           STOP RUN.\n"
P = "      * About P.\n       P.\n           DISPLAY A.\n"
Q = "       Q.\n           DISPLAY B.\n"


def program(text: str) -> Program:
    return Program("x.cbl", text, False)


def test_paragraphs_change_places_with_their_comments() -> None:
    change = changed(ReorderParagraphs(), program(HEAD + P + Q))
    assert change.text == HEAD + Q + P
    assert change.edits == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + P, "no-candidates"),
        (HEAD + P + Q[:-1], "no-line-end"),
        (HEAD.replace("STOP RUN", "DISPLAY A") + P + Q, "falls-through"),
        (HEAD.replace("STOP RUN", "IF A = 1 STOP RUN END-IF") + P + Q, "falls-through"),
        (HEAD.replace("PERFORM Q", "PERFORM P THRU Q") + P + Q, "named-otherwise"),
        (HEAD + P + Q.replace("DISPLAY B", "GO TO P"), "jumps"),
        (HEAD + P + Q.replace("DISPLAY B", "IF B EXIT PARAGRAPH END-IF"), "jumps"),
        (HEAD + P + "       S SECTION.\n" + Q, "sections"),
        (HEAD + P + Q.replace("DISPLAY B", "EXEC SQL COMMIT END-EXEC"), "exec-block: line 9"),
        (HEAD + P + Q + "           COPY MORE.\n", "copy: line 10"),
        (HEAD + P + Q + "       P.\n           DISPLAY C.\n", "named-otherwise"),
        (HEAD + P + "       Q. DISPLAY B. R.\n           DISPLAY C.\n", "shared-line"),
    ],
)
def test_refusals(text: str, reason: str) -> None:
    assert refused(ReorderParagraphs(), program(text)) == reason


@pytest.mark.parametrize("seed", [1, 4])
def test_programs_run_alike(compiler: Compiler, seed: int) -> None:
    parent = Program("x", made(seed), False)
    change = changed(ReorderParagraphs(), parent, seed)
    assert sorted(change.text.split("\n")) == sorted(parent.text.split("\n"))
    assert compiler.behaviour(change.text) == compiler.behaviour(parent.text)
