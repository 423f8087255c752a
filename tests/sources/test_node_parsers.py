"""Apex by its parser in the sandbox: what parses, where it says no, and that layout leaves no trace in the digest."""

import pytest

from provenance.languages.toolchain import SourceText
from provenance.model.verdict import Outcome
from provenance.sources.node_parsers import find_apex
from provenance.sources.sandbox import Missing, find_sandbox

FOUND = find_apex(find_sandbox())
needs_apex = pytest.mark.skipif(isinstance(FOUND, Missing), reason=getattr(FOUND, "reason", ""))
CLASS = "public class A {\n  // a note\n  Integer b = 1;\n  void c(String d) { System.debug('x' + d); }\n}\n"
TRIGGER = "trigger T on Account (before insert) { for (Account a : Trigger.new) { a.Name = 'x'; } }"


def test_without_a_sandbox_there_is_no_parser():
    assert find_apex(Missing("no-sandbox: x")) == Missing("no-sandbox: x")


@needs_apex
def test_many_at_once():
    texts = {
        ("A.cls", CLASS): ("pass", "class", ""),
        ("A.cls", "public enum E { A, B }"): ("pass", "class", ""),
        ("T.trigger", TRIGGER): ("pass", "trigger", ""),
        ("x", TRIGGER): ("pass", "trigger", ""),
        ("A.cls", "class A { List<Account> a = [SELECT Id FROM Account WHERE Name = :n LIMIT 1]; }"): ("pass", "class", ""),
        ("A.cls", "class A { Integer b = ; }"): ("fail", "", "syntax: line 1:23"),
        ("A.cls", "class A { "): ("fail", "", "syntax: line 1"),
        ("A.cls", "class A { } }"): ("fail", "", "syntax: line 1:13"),
        ("A.cls", "class A { String b = 'open; }"): ("fail", "", "syntax: line 1"),
        ("T.trigger", CLASS): ("fail", "", "syntax: line 1"),
        ("A.cls", ""): ("fail", "", "syntax: "),
        ("A.cls", "// nothing"): ("fail", "", "syntax: "),
    }
    answers = FOUND.check_many([SourceText(name, text) for name, text in texts])
    for ((name, text), (outcome, dialect, reason)), answer in zip(texts.items(), answers, strict=True):
        assert (answer.outcome.value, answer.dialect) == (outcome, dialect), (name, text)
        assert answer.reason.startswith(reason), (name, text, answer.reason)


@needs_apex
def test_it_only_parses():
    source = SourceText("A.cls", CLASS)
    answer, seen = FOUND.observe(source, {}, "class", 2)
    assert (answer.outcome, seen) == (Outcome.SKIPPED, ()) and answer.reason.startswith("parse-only: ")
    answer, report = FOUND.test(source, source, {}, "class")
    assert (answer.outcome, report) == (Outcome.SKIPPED, None) and answer.reason.startswith("no-test-runner: ")
    assert FOUND.listing(source, {}, "class") is None and FOUND.expand(source, {}, "class") is None


@needs_apex
def test_the_digest_sees_tokens_and_not_layout():
    digests = [FOUND.code(SourceText("A.cls", text), {}, "class")
               for text in (CLASS, CLASS.replace("// a note\n", "/* other */ "), CLASS.replace("= 1", "= 2"), "class A {")]
    assert digests[0] == digests[1] != digests[2] and digests[0] and digests[2] and digests[3] is None


@needs_apex
def test_every_eighteenth_real_file_parses(corpora):
    paths = sorted(path for path in (corpora / "apex").rglob("*") if path.is_file())[::18]
    if not paths:
        pytest.skip("the corpora hold no Apex")
    answers = FOUND.check_many([SourceText(path.name, path.read_text("utf-8", "surrogateescape")) for path in paths])
    assert [path.name for path, answer in zip(paths, answers, strict=True) if answer.outcome is not Outcome.PASS] == []
