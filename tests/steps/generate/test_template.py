"""Templates: declared placeholders only, one pass, a digest of the file; and what ships renders as it always did."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import PolicyError
from provenance.model.identity import Digest
from provenance.steps.generate import MODES, Aim, by_name, parse_template
from provenance.steps.generate.prompting import ask, parents
from provenance.steps.generate.template import PLACEHOLDERS, fenced, fill, marks
from tests.steps.generate.generate_cases import FOLDER, SHIPPED, bench, cobol, record, shown, subject, template

GOLDEN = Path(__file__).parents[2] / "golden" / "prompts"
GOOD = b'name = "x"\nversion = "1"\nmode = "task"\n[ask]\nuser = "Do {task} in {language}. {rules}"\n'


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_renders_as_its_golden(name: str) -> None:
    """UPDATE_GOLDENS=1 writes them: only with a new version of the template."""
    mode = by_name(name.split("@", maxsplit=1)[0])
    text = '{"instruction":"Print the word ONE.","output":""}' if mode.name == "code" else "Print the word ONE."
    given = (record(text, "one.txt", kind="instruction_pair" if mode.name == "code" else "task")
             if mode.subjects & {"task", "instruction_pair"} else record(cobol("ONE")))
    about = subject(given, examples=[shown(1, cobol("TWO"), name="TWO.cbl")],
                    tests=[shown(2, "EXPECT ONE\n", name="one.cut", kind="test"),
                           shown(3, "EXPECT ONE\n", name="one.rexx", kind="test", language="rexx")],
                    copied=[shown(4, "       01 A PIC X.\n", name="A.cpy", kind="copybook")])
    aim = Aim("rexx" if mode.needs_language else "")
    used = template(name)
    tools = bench("cobol", "rexx")
    prompt = ask(used, mode, about, aim, tools)
    again = used.render_repair(prompt.values, prompt.language, "LAST ANSWER", "syntax", "syntax: line 3: X")
    said = "\n".join(f"=== {message.role}\n{message.text}\n" for message in again)
    said = f"# {used.reference} sha256:{used.sha256}\n{said}"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS") == "1":
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")
    assert {edge.role for edge, _ in parents(used, mode, about, aim)} <= {mode.role, "shown"}


def test_every_mode_has_its_own_template_and_every_placeholder_a_meaning() -> None:
    assert {mode.prompt for mode in MODES} <= set(SHIPPED)
    assert [template(name).mode for name in SHIPPED] == [name.partition("@")[0] for name in SHIPPED]
    for name in SHIPPED:
        assert template(name).used - {"rules", "stage", "message"} <= by_name(template(name).mode).placeholders
        assert template(name).used <= set(PLACEHOLDERS) | {"stage", "message"}
        assert template(name).sha256 == Digest.of((FOLDER / f"{name}.toml").read_bytes()).hex


@pytest.mark.parametrize(("change", "said"), [
    ((b"{task}", b"{tusk}"), r"\{tusk\}"),
    ((b"mode =", b"moed ="), "moed is not a known key"),
    ((b'"1"', b"1"), "version is int, not str"),
    ((b'"x"', b'"X y"'), "small letters"),
    ((b"user", b"usr"), "ask.user is missing"),
    ((b"[ask]", b"[ask"), "cannot be read as TOML"),
    ((b'name = "x"\n', b""), "name is missing"),
    ((b"[ask]", b"[repair]\nuser = 3\n[ask]"), "repair.user is not text"),
    ((b"[ask]", b"[rules]\ncobol = 3\n[ask]"), "rules.cobol is not text"),
])
def test_a_mistake_is_named(change: tuple[bytes, bytes], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        parse_template(GOOD.replace(*change), "x@1.toml", {"task", "language"})


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(PolicyError) as raised:
        parse_template(GOOD.replace(b"{task}", b"{one}").replace(b"{language}", b"{two}"), "x", {"task"})
    assert "{one}" in str(raised.value) and "{two}" in str(raised.value)


def test_a_fault_placeholder_is_for_repairs_only() -> None:
    with pytest.raises(PolicyError, match="message"):
        parse_template(GOOD.replace(b"{task}", b"{message}"), "x", {"task", "language"})
    assert parse_template(GOOD + b'[repair]\nuser = "{stage}: {message}"\n', "x", {"task", "language"}).repair


@given(st.lists(st.sampled_from(["{a}", "{b}", "{{a}}", "{", "}", " ", "word", "\n", "{ a }", "{\"a\"}"]), max_size=12))
def test_values_are_never_looked_through_again(pieces: list[str]) -> None:
    """What a value holds cannot pull in another value: its text stands in the result as it is."""
    text, evil = " ".join(pieces), "{a}{{b}}{c}"
    assert fill(text, {"a": evil, "b": evil}) == fill(text, {"a": "\0", "b": "\0"}).replace("\0", evil)


def test_a_line_with_an_empty_placeholder_goes_and_code_keeps_its_blank_lines() -> None:
    assert fill("a\n\n{x}\n\n{y}\n\nb\n", {"x": "", "y": "1\n\n\n\n2"}) == "a\n\n1\n\n\n\n2\n\nb\n"
    assert marks('{"instruction": "..."} { x } {Y} {y1}') == ()


@given(st.text(alphabet="`a\n", max_size=60))
def test_no_text_closes_its_fence(text: str) -> None:
    first, *inside, last = fenced(text, "cobol").split("\n")
    assert first == last + "cobol" and set(last) == {"`"}
    assert not any(line.strip().startswith(last) for line in inside)
