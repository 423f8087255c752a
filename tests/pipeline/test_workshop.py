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
