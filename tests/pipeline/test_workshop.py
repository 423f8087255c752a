"""A remembering toolchain asks once, and tells questions apart."""

from __future__ import annotations

from provenance.languages.toolchain import SourceText
from provenance.pipeline.workshop import Remembering
from provenance.testing import FakeToolchain


def test_machine_code_is_asked_for_once_and_not_taken_for_code() -> None:
    tool = FakeToolchain()
    remembering = Remembering(tool)
    one, other = SourceText("a.cob", "fake: code C fake: machine M"), SourceText("a.cob", "fake: machine N")
    assert [remembering.machine(one, {}, "fake") for _ in range(3)] == ["M"] * 3
    assert remembering.code(one, {}, "fake") == "C"
    assert remembering.machine(other, {}, "fake") == "N"
    assert remembering.machine(one, {}, "other") == "M"
    assert tool.calls["machine", one.text] == 2 and tool.calls["machine", other.text] == 1


def test_that_there_is_no_machine_code_is_remembered_too() -> None:
    tool = FakeToolchain()
    remembering = Remembering(tool)
    assert [remembering.machine(SourceText("a.cob", "X"), {}, "fake") for _ in range(3)] == [None] * 3
    assert tool.calls["machine", "X"] == 1


class Batcher(FakeToolchain):
    """A tool that starts slowly: it would rather check many texts at once."""

    def check_many(self, sources):
        self.calls["many", str(len(sources))] += 1
        return [self.check(source, {}) for source in sources]


def test_many_texts_are_checked_at_once_and_not_again() -> None:
    tool = Batcher()
    remembering = Remembering(tool)
    texts = [SourceText(f"{name}.cls", f"DISPLAY '{name}'") for name in "ABC"]
    remembering.prepare([*texts, texts[0]])
    remembering.prepare(texts)
    assert [remembering.check(text, {"beside.cls": "X"}).outcome for text in texts] == ["pass"] * 3
    assert tool.calls["many", "3"] == 1 and all(tool.calls["check", text.text] == 1 for text in texts)


def test_what_lies_beside_a_program_is_part_of_the_question_but_for_cobol() -> None:
    java, cobol = FakeToolchain(language="java"), FakeToolchain(language="cobol")
    text = SourceText("A.java", "class A {}")
    for tool in (java, cobol):
        remembering = Remembering(tool)
        for beside in ("class B {}", "class C {}", "class B {}"):
            remembering.check(text, {"B.java": beside})
    assert java.calls["check", text.text] == 2 and cobol.calls["check", text.text] == 1
