"""Contamination: what is found of a benchmark's item, what is everybody's, and what is not found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.steps.contamination import Index, Item, Part, Rules, plain_text

SOLUTION = """       PROCEDURE DIVISION.
       MAIN-LINE.
           PERFORM VARYING WS-I FROM 1 BY 1 UNTIL WS-I > L-COUNT
               IF L-VALUE(WS-I) > WS-LARGEST
                   MOVE L-VALUE(WS-I) TO WS-LARGEST
                   ADD WS-I TO WS-PLACES
               END-IF
               SUBTRACT 1 FROM WS-REST GIVING WS-NEXT
               STRING L-NAME(WS-I) DELIMITED BY SPACE INTO WS-LINE
           END-PERFORM
           COMPUTE RESULT = WS-LARGEST * WS-PLACES
           GOBACK.
"""
PROMPT = """       IDENTIFICATION DIVISION.
       PROGRAM-ID. LARGEST.
      * Find the largest of the given values and multiply it by the sum
      * of all places where a value larger than those before it was seen.
"""
HOST = "\n".join(f"           DISPLAY 'LINE {n} OF THE HOST' WS-HOST-{n}." for n in range(30)) + "\n"
ITEM = Item("bench", "largest/1", (Part("prompt", PROMPT), Part("solution", SOLUTION), Part("tests", "1 2 3")))


def looked(index, text, language="cobol"):
    return index.decide(index.look([text], language)[0], np.zeros(index.runs, np.bool_))


def renamed(text):
    for old, new in (("WS-", "ZZ-"), ("L-VALUE", "ITEMS"), ("L-COUNT", "HOW-MANY"), ("L-NAME", "LABEL"), ("RESULT", "OUTCOME"),
                     ("MAIN-LINE", "GO-ON")):
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(("text", "code", "tier"), [
    (HOST + PROMPT + SOLUTION + HOST, "verbatim", "1"),
    (HOST + SOLUTION, "verbatim", "1"),
    (HOST + "\n".join(SOLUTION.splitlines()[2:6]), "verbatim", "1"),
    (HOST + PROMPT.lower(), "verbatim", "1"),
    (SOLUTION, "same-solution", "exact"),
    (PROMPT + SOLUTION, "same-solution", "exact"),
    ("000100" + SOLUTION[6:], "same-solution", "exact"),
    (HOST + renamed(SOLUTION), "renamed-solution", "2"),
])
def test_what_is_taken_is_found(text, code, tier):
    found = looked(Index([ITEM], Rules()), text)
    assert found is not None and (found.code, found.tier, found.item.id) == (code, tier, "largest/1")
    assert found.contaminated and 0 < found.share <= 1


def test_part_of_a_renamed_solution_is_suspect():
    lines = renamed(SOLUTION).splitlines()
    found = looked(Index([ITEM], Rules()), "\n".join(lines[:8]) + "\n" + HOST)
    assert found is not None and found.code == "near-solution" and not found.contaminated and 0.5 <= found.share < 0.7
    assert looked(Index([ITEM], Rules(fail=0.5, warn=0.4)), "\n".join(lines[:8]) + "\n" + HOST).contaminated


@pytest.mark.parametrize("text", ["", HOST, "           STOP RUN.\n", renamed(PROMPT),
                                  "           MOVE 1 TO A.\n           GOBACK.\n"])
def test_what_is_not_taken_is_not_accused(text):
    assert looked(Index([ITEM], Rules()), text.replace("largest", "smallest").replace("values", "names")
                  .replace("places", "rows").replace("larger", "less").replace("seen", "met")) is None


def test_another_format_and_other_comment_marks_hide_nothing():
    prompt = ">>SOURCE FREE\n" + "\n".join("*> " + line[7:] for line in PROMPT.splitlines() if line[6:7] == "*")
    assert looked(Index([ITEM], Rules()), prompt).code == "verbatim"
    assert plain_text("      * one\n      *> two", "rexx") == "one\ntwo"


def test_what_more_than_two_items_share_is_their_boilerplate():
    own = "only this one item of them all says so in a few words"
    items = [Item("bench", str(n), (Part("prompt", PROMPT + f"* {own} {chr(97 + n) * 3}"),)) for n in range(3)]
    index = Index(items, Rules(shared=2))
    assert looked(index, HOST + PROMPT) is None
    assert looked(Index(items, Rules(shared=3)), HOST + PROMPT).code == "verbatim"
    assert looked(index, HOST + f"      * {own} bbb").item.id == "1"


def test_lists_of_numbers_and_rows_of_marks_are_no_text():
    index = Index([Item("bench", "1", (Part("tests", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] == ((((((((((((((((("),))], Rules())
    assert index.runs == 0


def test_what_is_everybodys_counts_for_nothing_and_a_whole_leak_is_never_in_passing():
    index = Index([ITEM], Rules(passing=0.1))
    passing, whole = index.look([HOST + "\n".join(SOLUTION.splitlines()[2:4]), HOST + PROMPT + SOLUTION], "cobol")
    few = index.in_passing(passing.runs[:2])
    assert few.tolist() == passing.runs[:2].tolist() and not len(index.in_passing(whole.runs))
    everybodys = np.zeros(index.runs, np.bool_)
    everybodys[passing.runs] = True
    assert index.decide(passing, everybodys) is None
    assert index.decide(whole, everybodys).code == "verbatim"


def test_a_short_solution_is_only_found_whole():
    index = Index([Item("bench", "1", (Part("solution", "           ADD A TO B GIVING C."),))], Rules())
    assert looked(index, "           add a to b\n               giving c.").code == "same-solution"
    assert looked(index, HOST + "           ADD A TO B GIVING C.") is None
    assert looked(Index([Item("bench", "1", (Part("solution", "STOP RUN"),))], Rules()), "STOP RUN") is None


def test_without_reserved_words_nothing_is_masked():
    index = Index([ITEM], Rules())
    assert looked(index, renamed(SOLUTION), "cobol").tier == "2"
    assert index.look([renamed(SOLUTION)], "jcl")[0].solution == -1


def test_an_empty_benchmark_finds_nothing():
    assert looked(Index([], Rules()), SOLUTION) is None and Index([], Rules()).runs == 0


@given(st.lists(st.sampled_from([HOST, SOLUTION, PROMPT, renamed(SOLUTION), "", "STOP RUN."]), max_size=5), st.randoms())
@settings(max_examples=30, deadline=None)
def test_many_texts_at_once_are_as_each_by_itself(texts, draw):
    index = Index([ITEM], Rules())
    together = index.look(texts, "cobol")
    order = list(range(len(texts)))
    draw.shuffle(order)
    for number in order:
        alone = index.look([texts[number]], "cobol")[0]
        assert together[number].runs.tolist() == alone.runs.tolist()
        assert (together[number].solution, together[number].share, together[number].same) == (
            alone.solution, alone.share, alone.same)


@given(st.integers(0, 30))
@settings(max_examples=20, deadline=None)
def test_a_leak_is_found_wherever_it_lies(at):
    lines = HOST.splitlines()
    text = "\n".join([*lines[:at], *SOLUTION.splitlines(), *lines[at:]])
    assert looked(Index([ITEM], Rules()), text).code == "verbatim"
