"""Reading answers: code comes out of fences and prose byte for byte; every fault has its reason; nothing raises."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.steps.generate import Completion
from provenance.steps.generate.answer import MOST, Read, Unreadable, read_code, read_json, similarity
from provenance.steps.generate.template import fenced
from tests.steps.generate.generate_cases import cobol, fence

ONE, TWO = cobol("ONE"), cobol("TWO")
LONG = "".join(f'           DISPLAY "LINE {number}".\n' for number in range(90))
TOLD = "Write another version of this COBOL program.\nIt must print exactly what it prints now.\nAnswer with the program.\n" * 2


def read(text: str, finish: str = "stop", **more: object) -> Read | Unreadable:
    return read_code(Completion(text, finish), "cobol", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "notes"), [
    (ONE, ()),
    (fence(ONE), ("fence",)),
    (f"Sure! Here it is:\n\n{fence(ONE)}\nHope that helps.", ("fence", "prose-after: 1 lines", "prose-before: 1 lines")),
    (f"Sure! Here is the program:\n\n{ONE}", ("prose-before: 1 lines",)),
    (f"{ONE}\nThis program displays the word that you asked for.\n", ("prose-after: 1 lines",)),
    (f"```\n{ONE}```", ("fence",)),
    (f"~~~~ COBOL\n{ONE}~~~~\n", ("fence",)),
    (f"```cobol\n{ONE}", ("fence", "fence-left-open")),
    (f"<think>COBOL? Hm, ```c\nno```.</think>\n{fence(ONE)}", ("fence", "thinking: 1 blocks")),
    (f"\ufeff{ONE}", ("byte-order-mark",)),
    (ONE.replace("\n", "\r\n"), ("carriage-returns: 5",)),
    (f"{fence('A short sketch' + chr(10), 'text')}\n{fence(ONE)}", ("fence", "fences: 2", "prose-before: 3 lines")),
    (f"1. The program:\n   ```cobol\n{''.join(f'   {line}' for line in ONE.splitlines(True))}   ```\n",
     ("fence", "indent: 3", "prose-before: 1 lines")),
    (fence(ONE, "vbnet"), ("fence", "fence-says: vbnet")),
])
def test_the_program_comes_out_as_it_was(text: str, notes: tuple[str, ...]) -> None:
    assert read(text) == Read(ONE, notes)


@pytest.mark.parametrize(("text", "finish", "reason", "repairable"), [
    ("", "stop", "empty", False),
    ("  \n\t\n", "stop", "empty", False),
    (fence(ONE), "length", "truncated: length", False),
    (fence(ONE), "content_filter", "truncated: content_filter", False),
    ("<think>first I would", "stop", "truncated: it never stopped thinking", False),
    ("x" * (MOST + 1), "stop", f"too-long: {MOST + 1} characters", True),
    ("I am sorry, I cannot write COBOL programs for you today.", "stop", "prose: no code in the answer", True),
    ("```cobol\n```", "stop", "prose: no code in the answer", True),
    (fence("#include <stdio.h>\nint main(void) { printf(\"1\"); }\n"), "stop", "other-language: looks like c", True),
    (fence("def main():\n    print('hello')\n\n\nif __name__ == '__main__':\n    main()\n"), "stop",
     "other-language: looks like python", True),
    (fence(cobol("ONE", "       DATA DIVISION.\n       01 WS-PASSWORD PIC X(9) VALUE 'hunter22'.\n")), "stop",
     "secret: cobol-password", False),
])
def test_a_fault_has_its_reason(text: str, finish: str, reason: str, repairable: bool) -> None:
    refused = read(text, finish)
    assert isinstance(refused, Unreadable) and refused.reason == reason
    assert bool(refused.feedback) is repairable


@pytest.mark.parametrize(("text", "reason"), [
    (fence(LONG), "identical-to-parent"),
    (fence(LONG.upper().replace("    ", " ")), "identical-to-parent"),
    (fence(LONG.replace('"LINE 7"', '"LINE SEVEN"')), "identical-to-parent: 98% of the lines"),
    (fence(TWO), "repeats-prompt: a program that was shown"),
])
def test_what_was_given_is_no_answer(text: str, reason: str) -> None:
    refused = read(text, given=(LONG, TWO))
    assert isinstance(refused, Unreadable) and refused.reason == reason


def test_a_small_change_is_one_where_that_is_what_was_asked() -> None:
    changed = LONG.replace('"LINE 7"', '"LINE SEVEN"')
    assert read(fence(changed), given=(LONG,), alike=2.0) == Read(changed, ("fence",))


@pytest.mark.parametrize("text", [TOLD, f"```cobol\n{TOLD}```", f"```cobol\n{TOLD}{ONE}```",
                                  "```cobol\nIt must print exactly what it prints now.\n```"])
def test_the_prompt_is_no_answer(text: str) -> None:
    refused = read(text, told=TOLD)
    assert isinstance(refused, Unreadable) and refused.code in ("repeats-prompt", "prose")


def test_a_program_may_share_lines_with_the_program_in_the_prompt() -> None:
    assert isinstance(read(fence(TWO), told=TOLD, given=(LONG,)), Read)


@given(st.lists(st.sampled_from(["`", "```", "~~~", "\n", " ", "a", "<think>", "</think>", "\r", "\0", "\ud800", "{", "cobol"]),
                max_size=60), st.sampled_from(["cobol", "rexx", "unheard-of"]))
def test_nothing_that_a_model_can_say_raises(pieces: list[str], language: str) -> None:
    text = "".join(pieces)
    for found in (read_code(Completion(text), language), read_json(Completion(text), ("instruction",))):
        if isinstance(found, Read):
            assert found.text.strip() and "\r" not in found.text and "\0" not in found.text
            assert found.text.encode()


@given(st.lists(st.text(alphabet="ab `~*19", max_size=20), min_size=1, max_size=8).filter(lambda lines: "".join(lines).strip()))
def test_code_in_a_fence_is_never_changed(lines: list[str]) -> None:
    code = "\n".join(lines).rstrip("\n") + "\n"
    found = read_code(Completion(f"Here:\n{fenced(code, 'unheard-of')}\nDone."), "unheard-of")
    assert isinstance(found, Read) and found.text == code


def test_a_million_beginnings_of_thoughts_take_no_time() -> None:
    assert isinstance(read("<think>" * 50_000), Unreadable)
    assert isinstance(read("</think>" + "<think>" * 50_000), Unreadable)


@pytest.mark.parametrize(("text", "wanted"), [
    ('{"instruction": "Print one."}', {"instruction": "Print one."}),
    ('Sure:\n```json\n{"instruction": "Print one.", "more": 1}\n```\n', {"instruction": "Print one."}),
    ('{"instruction": "Print\none."} and so on', {"instruction": "Print\none."}),
    ('{"instruction": "Print one."', "half-json"),
    ('{"instruction": "Pri', "half-json"),
    ('{"instruction": 3}', "json-keys"),
    ('{"instruction": ""}', "json-keys: instruction is empty"),
    ("{}", "json-keys"),
    ("Print one.", "not-json"),
    ("[1, 2]", "not-json"),
    ('{"instruction": "Log in with password: Hunter22abc"}', "secret: password-in-text"),
    ('{"a":' * 5000, "half-json"),
    ("", "empty"),
])
def test_json_is_read_or_refused(text: str, wanted: dict[str, str] | str) -> None:
    found = read_json(Completion(text), ("instruction",))
    if isinstance(wanted, dict):
        assert found == wanted
    else:
        assert isinstance(found, Unreadable) and found.reason.startswith(wanted)


def test_a_lone_surrogate_in_json_becomes_a_mark() -> None:
    assert read_json(Completion('{"instruction": "a\\ud800b"}'), ("instruction",)) == {"instruction": "a\ufffdb"}
    assert json.loads('"\\ud800"') == "\ud800"


@given(st.text(alphabet="ab\n ", max_size=60), st.text(alphabet="ab\n ", max_size=60))
def test_similarity_is_symmetric_and_one_for_the_same(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert similarity(one, one) == 1.0 and 0 <= similarity(one, other) <= 1
