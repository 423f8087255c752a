"""What all findings have in common: they lie within the text, do not overlap, and say nothing of a value."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.screen_plants import FOREIGN, OWN, PERSONAL, planted
from provenance.errors import InvalidId
from provenance.model.verdict import Outcome
from provenance.steps.screen import CHECKS, RULES, Finding, join, resolve, screen
from provenance.steps.screen.marks import fingerprint, is_mark, mark
from provenance.steps.screen.places import around, lowered
from provenance.steps.screen.saying import line_of, line_starts, verdicts

PIECES = [planted(text)[0] for texts in (*OWN.values(), *PERSONAL.values(), FOREIGN) for text in texts]
findings = st.builds(lambda start, length, check, rule, certain: Finding(start, start + length, check, rule, "x", certain),
                     st.integers(0, 60), st.integers(1, 20), st.sampled_from(CHECKS), st.sampled_from("abc"), st.booleans())


@given(st.lists(findings, max_size=30))
def test_resolving_leaves_no_overlaps_and_loses_nothing_certain_to_a_guess(given_: list[Finding]) -> None:
    kept = resolve(given_)
    assert kept == sorted(kept) and set(kept) <= set(given_) and resolve(kept) == kept
    for hidden in (True, False):
        mine = [one for one in kept if (one.check == "hidden_text") == hidden]
        assert all(a.end <= b.start for a, b in pairwise(mine))
        for lost in {one for one in given_ if (one.check == "hidden_text") == hidden} - set(mine):
            assert any(one.start < lost.end and lost.start < one.end and one.certain >= lost.certain for one in mine)


@given(st.lists(findings, max_size=20), st.randoms(use_true_random=False))
def test_resolving_does_not_depend_on_the_order(given_: list[Finding], random: object) -> None:
    shuffled = list(given_)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert resolve(given_) == resolve(shuffled)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=40), max_size=12), st.sampled_from(["cobol", "java", "mumps"]))
def test_findings_lie_within_the_text_and_name_known_rules(pieces: list[str], language: str) -> None:
    text = "\n".join(pieces)
    for one in screen(text, language):
        assert 0 <= one.start < one.end <= len(text)
        assert one.rule in RULES[one.check]


@given(st.sampled_from(PIECES), st.text(alphabet="abcdé \u0130\n", max_size=3000))
def test_what_stands_far_before_changes_nothing(piece: str, before: str) -> None:
    alone = [(one.start, one.end, one.rule) for one in screen(f"\n{piece}\n", "cobol") if one.check == "secrets"]
    shifted = [(one.start - len(before), one.end - len(before), one.rule) for one in screen(f"{before}\n{piece}\n", "cobol")
               if one.check == "secrets"]
    assert shifted == alone


def test_ours_enclose_the_value_and_stay_where_a_scanner_sees_more() -> None:
    ours, guess = Finding(9, 17, "secrets", "a", "password", True), Finding(30, 40, "secrets", "b", "password", False)
    other, elsewhere = Finding(0, 25, "secrets", "kingfisher/x", "token", True), Finding(30, 44, "secrets", "kingfisher/y",
    "key", True)
    assert join([ours, guess], [other, elsewhere]) == [ours, elsewhere]


@given(st.text(), st.lists(st.sampled_from(["ab", "b", "pass"]), max_size=3), st.integers(0, 9), st.integers(0, 9))
def test_regions_hold_every_word_and_never_overlap(text: str, words: list[str], before: int, after: int) -> None:
    small = lowered(text)
    assert len(small) == len(text)
    regions = around(small, tuple(words), before, after)
    assert all(a[1] < b[0] for a, b in pairwise(regions))
    for word in words:
        at = small.find(word)
        assert at < 0 or any(begin <= at and at + len(word) <= end for begin, end in regions)


def test_a_mark_tells_values_apart_for_the_holder_of_the_key_alone() -> None:
    assert mark("a", b"k") == mark("a", b"k") != mark("b", b"k") != mark("b", b"j")
    assert is_mark(mark("a", b"k")) and not is_mark("hmac:1")
    assert fingerprint(b"k") != fingerprint(b"j") and fingerprint(b"k") not in mark("a", b"k")
    with pytest.raises(InvalidId, match="empty"):
        mark("a", b"")


def test_a_verdict_names_the_rule_and_the_line_and_what_was_not_looked_at() -> None:
    text = "one\ntwo\nthree"
    sure, guess = Finding(8, 9, "secrets", "jwt", "token", True), Finding(0, 3, "secrets", "password-assigned", "password", False)
    said = {v.check: v for v in verdicts(None, text, [guess, sure], {"secrets": 2}, {"hidden_text": (Outcome.SKIPPED,
    "not-asked")})}
    assert (said["secrets"].outcome, said["secrets"].reason) == (Outcome.FAIL, "jwt: line 3")
    assert said["secrets"].value == '{"allowed":2,"rules":{"jwt":1,"password-assigned":1}}'
    assert said["personal_data"].counts_as_pass and (said["hidden_text"].outcome,
    said["hidden_text"].reason) == (Outcome.SKIPPED, "not-asked")
    missing = {"secrets": (Outcome.SKIPPED, "tool-missing: kingfisher")}
    assert verdicts(None, text, [sure], {}, missing)[0].outcome is Outcome.FAIL
    assert verdicts(None, text, [guess], {}, missing)[0].outcome is Outcome.SKIPPED
    assert verdicts(None, text, [guess], {}, {})[0].outcome is Outcome.WARN


@given(st.text(alphabet="ab\n", max_size=50), st.integers(0, 49))
def test_lines_are_counted_from_one(text: str, at: int) -> None:
    assert line_of(line_starts(text), at) == text[:at].count("\n") + 1
