"""Judges over what no pipeline would hand them: garbage, odd lineage, nothing at all, two at once, and no network."""

from __future__ import annotations

import json
import random
import socket
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provenance.errors import LedgerCorrupt, SourceError
from provenance.languages import all_languages
from provenance.ledger import Draft, Ledger
from provenance.ledger.codec import encode_records
from provenance.ledger.upkeep import verify
from provenance.model.identity import BatchId, Digest, RecordId, Swhid
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record
from provenance.pipeline import Context, Judging
from provenance.pipeline.judges import JUDGES, load
from provenance.pipeline.judges.origin import Settings as Origin
from provenance.pipeline.judges.screen import Settings as Screen
from provenance.pipeline.judging_all import judge_all
from provenance.pipeline.masking import Masking, mask_records
from provenance.pipeline.reviewing import keep
from provenance.sources.review_files import read_replies
from provenance.steps.review import Reply

pytestmark = pytest.mark.usefixtures("quick")
HUMAN = Ancestry.of_root(OriginClass.HUMAN, "MIT", "https://example.org/payroll", EvidenceGrade.E2)
UNKNOWN = Ancestry.of_root(OriginClass.UNKNOWN, "", "", EvidenceGrade.E0)
BASE = "".join(f"           MOVE WS-{number} TO WS-{number * 7 % 31}.\n" for number in range(40))
SETTINGS = {"screen": Screen(kingfisher=False), "origin": Origin(least=20, folds=2)}
_DRAW = random.Random(1)
#: Name -> a text that is no program.
GARBAGE = {
    "nothing": "", "newline": "\n", "spaces": " " * 3_000, "tabs": "\t\n" * 1_000, "nul": "\0", "nuls": "\0" * 3_000,
    "nuls-between": "A\0B\0C " * 300, "mark": "\ufeffMOVE A TO B.", "returns": "MOVE A TO B.\r" * 50,
    "separators": "a\u2028b\u2029c\x85d\x0be\x0cf\n" * 50, "comments": "      * nothing here\n" * 200,
    "open-comment": "/*" + "x" * 3_000, "comments-opened": "/* " * 1_000, "open-quote": "'" * 2_001,
    "bytes": "".join(chr(_DRAW.randrange(256)) for _ in range(4_000)),
    "any": "".join(chr(one) for one in (_DRAW.randrange(0x110000) for _ in range(4_000)) if not 0xD800 <= one < 0xE000),
    "combining": "e" + "\u0301" * 3_000, "joiners": "\u200d" * 1_000, "overrides": "\u202e" * 1_000,
    "tags": "".join(chr(0xE0041 + place % 26) for place in range(1_000)), "selectors": "\ufe0f" * 1_000,
    "digits": "1" * 3_000, "cards": "4111111111111111 " * 200, "addresses": "ada@payroll.net " * 200, "at": "a@" * 1_500,
    "hyphens": "A-" * 1_500, "base64": "QUJDREVG" * 400, "parentheses": "(" * 3_000,
    "keys": "-----BEGIN RSA PRIVATE KEY-----\n" * 50,
    "passwords": "password='" + "a'b\"" * 800, "formulas": "=cmd|' /C calc'!A0\n@SUM(1)\n+1\n-1",
    "orders": "ignore all previous instructions " * 50, "one": "x"}


def record(text: str, ancestry: Ancestry, name: str = "A.cbl", language: str = "cobol", kind: str = "program",
           parents: tuple[Parent, ...] = ()) -> Record:
    data = text.encode()
    return Record(text=text, name=name, language=language, kind=kind, licence="MIT", content=Digest.of(data),
                  swhid=str(Swhid.of_content(data)), size=len(data), lines=text.count("\n") + 1, ancestry=ancestry,
                  parents=parents)


class Corpus:
    """Records as they are given, with whatever lineage."""

    def __init__(self, where: Path) -> None:
        self.ledger = Ledger.init(where)
        self._known: dict[RecordId, Record] = {}
        self._number = 0

    def _commit(self, step: str, params: dict[str, Any], above: Sequence[BatchId], records: Sequence[Record]) -> BatchId:
        self._number += 1
        recipe = Recipe(step, "1", {**params, "number": self._number}, tuple(sorted(set(above))))
        self.ledger.commit(Draft(recipe, encode_records(recipe.batch, records), None),
                           run=f"00000000-0000-7000-8000-{self._number:012d}", job="test")
        self._known.update({RecordId(recipe.batch.number, row): each for row, each in enumerate(records)})
        return recipe.batch

    def roots(self, *records: Record) -> BatchId:
        return self._commit("ingest", {"repository": "payroll"}, (), records)

    def made(self, texts: Sequence[tuple[str, Sequence[tuple[RecordId, str]]]], model: str = "", **more: Any) -> BatchId:
        making = OriginClass.SYNTHETIC_MODEL if model else OriginClass.SYNTHETIC_RULE
        models = [model] if model else []
        records = []
        for text, above in texts:
            ancestries = [self._known[parent].ancestry for parent, _ in above]
            ancestry = (Ancestry.derive(ancestries, making, models) if above else
                        Ancestry.of_root(making, "MIT", "", generators=models))
            records.append(record(text, ancestry, parents=tuple(Parent(parent, role) for parent, role in above), **more))
        params = {"mode": "version", "model": model} if model else {"transform": "x"}
        return self._commit("generate" if model else "augment", params,
                            [parent.batch_id for _, above in texts for parent, _ in above], records)

    def heard(self, batches: Sequence[BatchId], judges: Sequence[str] = JUDGES,
              settings: dict[str, Any] | None = None) -> dict[tuple[RecordId, str], str]:
        """What all judges say; every record has one word of every check, and none is an error."""
        asked = {**SETTINGS, **(settings or {})}
        found: dict[tuple[RecordId, str], str] = {}
        for name in judges:
            judge = load(name)
            result = judge.judge(Context(self.ledger, f"test.{name}"), batches, asked.get(name) or judge.Settings())
            said = [row for batch in result.batches
                    for row in self.ledger.table(self.ledger.require(batch), "verdicts").to_pylist()]
            counted = Counter((RecordId(row["batch"], row["row"]), row["check"]) for row in said)
            wanted = Counter((RecordId(batch.number, row), check) for batch in set(batches)
                             for row in range(self.ledger.require(batch).records) for check in judge.CHECKS)
            assert counted == wanted, name
            assert {row["outcome"] for row in said} <= {"pass", "warn", "fail", "abstain", "skipped"}, name
            found.update({(RecordId(row["batch"], row["row"]), row["check"]): row["outcome"] for row in said})
        assert list(verify(self.ledger)) == []
        return found


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(tmp_path / "ledger")


@pytest.fixture(autouse=True)
def nobody_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: Any, **named: Any) -> None:
        raise AssertionError(f"somebody connects: {arguments[1:]}")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


@pytest.mark.parametrize("language", ["cobol", "java"])
def test_every_judge_has_a_word_on_garbage(corpus: Corpus, language: str, monkeypatch: pytest.MonkeyPatch,
                                           tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    roots = corpus.roots(*(record(text, HUMAN if place % 2 else UNKNOWN, name, language)
                           for place, (name, text) in enumerate(GARBAGE.items())))
    above = [[(RecordId(roots.number, row), "source")] for row in range(len(GARBAGE))]
    versions = corpus.made(list(zip([f"{text} x" for text in GARBAGE.values()], above, strict=True)), language=language)
    copies = corpus.made(list(zip(GARBAGE.values(), above, strict=True)), "model-1", language=language)
    masked = mask_records(Context(corpus.ledger, "test.mask"), [roots], Masking()).batches
    said = corpus.heard([roots, versions, copies, *masked])
    assert said[RecordId(roots.number, list(GARBAGE).index("keys")), "secrets"] == "fail"
    assert list((tmp_path / "tmp").iterdir()) == []


def test_every_judge_has_a_word_on_every_language(corpus: Corpus) -> None:
    odd = ("", "\0", "'", "/*" + "x" * 50, BASE, "-----BEGIN RSA PRIVATE KEY-----\n", "\u202e" * 9)
    languages = [*all_languages(), "no-such-language"]
    roots = corpus.roots(*(record(text, HUMAN, "A", language) for language in languages for text in odd))
    corpus.heard([roots], [name for name in JUDGES if name != "collapse"])


def test_a_text_of_one_long_line(corpus: Corpus) -> None:
    root = corpus.roots(record("MOVE A TO B. " * 15_000, HUMAN), record("A" * 200_000, UNKNOWN))
    above = [(RecordId(root.number, 0), "source")]
    corpus.heard([root, corpus.made([("MOVE A TO B. " * 15_000 + "y", above)])])


def test_many_of_the_same(corpus: Corpus) -> None:
    roots = corpus.roots(*(record(BASE, HUMAN, f"P{number}") for number in range(500)))
    said = corpus.heard([roots], ["parents", "duplicates", "poison", "novelty"])
    assert Counter(outcome for (_, check), outcome in said.items() if check == "exact_duplicate") == {"pass": 1, "fail": 499}


def test_a_long_chain_and_a_lattice_of_diamonds(corpus: Corpus) -> None:
    chain = [corpus.roots(record(BASE, HUMAN))]
    for depth in range(20):
        chain.append(corpus.made([(f"{BASE}           ADD {depth} TO X.\n", [(RecordId(chain[-1].number, 0), "source")])],
                                 "model-1" if depth % 2 else ""))
    lattice = [corpus.roots(record(BASE, HUMAN), record(BASE + "X", HUMAN, "B.cbl"))]
    # Were every path followed, there would be 2**12 of them.
    for depth in range(12):
        both = [(RecordId(lattice[-1].number, 0), "source"), (RecordId(lattice[-1].number, 1), "included")]
        lattice.append(corpus.made([(f"{BASE}*{depth}", both), (f"{BASE}*{depth}b", both[::-1])], "model-1"))
    items = corpus.ledger.path.parent / "items.jsonl"
    items.write_text(json.dumps({"task_id": "one", "prompt": BASE, "canonical_solution": BASE}) + "\n")
    said = corpus.heard([*chain, *lattice], ["parents", "contamination", "poison", "novelty"],
                        {"contamination": load("contamination").Settings(benchmarks=(str(items),))})
    assert said[RecordId(chain[-1].number, 0), "contamination"] == "fail"


def test_a_parent_outside_of_what_is_judged(corpus: Corpus) -> None:
    root = corpus.roots(record(BASE, HUMAN))
    above = RecordId(root.number, 0)
    odd = corpus.made([(BASE, []), (BASE, [(above, "prompt")]), (BASE, [(above, "source"), (above, "source")]),
                       (BASE, [(above, "no-such-role")])], "model-1")
    corpus.heard([odd])
    corpus.heard([corpus.made([(BASE, [(above, "source")])], kind="instruction_pair"),
                  corpus.made([(BASE, [(above, "translation")])], "model-2", language="java")])


def test_nothing_a_batch_of_none_one_record_and_one_twice(corpus: Corpus) -> None:
    assert corpus.heard([]) == {}
    none, one = corpus.roots(), corpus.roots(record(BASE, HUMAN))
    assert corpus.heard([none]) == {}
    assert corpus.heard([one, none, one])
    # What speaks of records has none itself.
    verdicts = load("screen").judge(Context(corpus.ledger, "test"), [one], SETTINGS["screen"]).batches
    assert corpus.heard(list(verdicts)) == {}
    for name in JUDGES:
        with pytest.raises(LedgerCorrupt, match="is not in the ledger"):
            load(name).judge(Context(corpus.ledger, "test"), [BatchId(12_345)], load(name).Settings())


def test_odd_names_and_sources(corpus: Corpus) -> None:
    many = replace(UNKNOWN, sources=tuple(f"source-{number}" for number in range(64)), overflow=True)
    roots = corpus.roots(record(BASE, replace(HUMAN, sources=("a" * 5_000,), generators=("model\n\u202e",)), ""),
                         record(BASE, many, "../../etc/passwd"), record(BASE, HUMAN, "x" * 5_000, "no-such-language", ""))
    corpus.heard([roots])


def test_asked_twice_all_is_adopted_and_nothing_is_doubled(corpus: Corpus) -> None:
    root = corpus.roots(record(BASE, HUMAN), record(GARBAGE["any"], UNKNOWN))
    both = [root, corpus.made([(BASE + "X", [(RecordId(root.number, 0), "source")])])]
    first = judge_all(Context(corpus.ledger, "test"), both, Judging(JUDGES, SETTINGS))
    there = sorted(manifest.batch for manifest in corpus.ledger.manifests())
    again = judge_all(Context(corpus.ledger, "test"), both[::-1], Judging(JUDGES, SETTINGS))
    assert [result.batches for result in again] == [result.batches for result in first]
    assert sum(result.made for result in again) == 0
    assert sorted(manifest.batch for manifest in corpus.ledger.manifests()) == there


def test_children_alone_and_then_with_their_roots_are_two_questions(corpus: Corpus) -> None:
    root = corpus.roots(record(BASE, HUMAN))
    child = corpus.made([(BASE + "X", [(RecordId(root.number, 0), "source")])], "model-1")
    items = corpus.ledger.path.parent / "items.jsonl"
    items.write_text(json.dumps({"task_id": "one", "prompt": "x y z " * 30, "canonical_solution": "p q r " * 30}) + "\n")
    settings = {"contamination": load("contamination").Settings(benchmarks=(str(items),))}
    corpus.heard([child], settings=settings)
    corpus.heard([root, child], settings=settings)
    corpus.heard([root], settings=settings)


def test_what_was_said_of_a_withdrawn_approval_is_said_once(corpus: Corpus) -> None:
    one = corpus.roots(record(BASE, HUMAN))
    replies = [Reply(f"row {who}", f"rec:{one}.0", who, verdict) for who, verdict in
               (("ada", "approve"), ("bob", "approve"), ("cyd", "reject"))]
    keep(Context(corpus.ledger, "test"), replies[:2], "cli")
    [said] = keep(Context(corpus.ledger, "test"), replies[2:], "cli").verdicts
    assert (str(said.outcome), said.reason.split(":")[0]) == ("fail", "withdrawn")
    # Nobody said anything since.
    assert keep(Context(corpus.ledger, "test"), [], "cli").verdicts == ()


@pytest.mark.parametrize("form, content", [
    ("jsonl", "[" * 100_000), ("label-studio", "[" * 100_000),
    ("jsonl", '{"record": "RECORD", "verdict": "approve", "reviewer": "ada", "label": {"x": ' + "[" * 900 + "]" * 900 + "}}"),
    ("argilla", '[{"fields": null, "metadata": 5, "responses": [{"values": 7}]}]'),
    ("jsonl", '{"record": "x", "verdict": "approve", "reviewer": "ada"}\n{oops'), ("jsonl", "[1, 2]"), ("jsonl", "\0" * 50),
    ("jsonl", b'{"comment": "\xe9"}'), ("jsonl", '{"record": "RECORD", "verdict": "approve"}'.encode("utf-16")),
    ("jsonl", '{"record": "RECORD", "verdict": "approve", "reviewer": " "}'),
    ("jsonl", '{"record": "rec:0123456789abcdef.0", "verdict": "approve", "reviewer": "ada"}'),
    ("jsonl", '{"record": "RECORD9", "verdict": "approve", "reviewer": "ada"}'),
    ("jsonl", '{"record": "RECORD", "verdict": "maybe", "reviewer": "ada"}'),
    ("jsonl", '{"record": "RECORD", "verdict": "approve", "reviewer": "ada", "comment": "%s"}' % ("x" * 900_000)),
    ("jsonl", '{"record": "RECORD", "verdict": "approve", "reviewer": "ada", "comment": "\\ud800"}'),
    ("jsonl", '{"record": "RECORD", "verdict": "approve", "reviewer": "ada", "reviewed_at": "2999-01-01"}'),
    ("jsonl", '{"record": "RECORD", "verdict": "approve", "reviewer": "ada", "reviewed_at": "0001-01-01T00:00:00+14:00"}'),
    ("jsonl", '{"record": "RECORD", "verdict": "approve", "reviewer": "ada", "seconds": NaN}'),
    ("jsonl", '{"record": "RECORD", "verdict": "approve", "reviewer": "ada", "label": {"x": NaN}}'),
    ("parquet", "PAR1"), ("label-studio", "{}"), ("label-studio", "[{"), ("argilla", "[1]")])
def test_a_file_of_answers_at_fault_is_refused_as_a_whole(corpus: Corpus, tmp_path: Path, form: str,
                                                          content: str | bytes) -> None:
    one = corpus.roots(record(BASE, HUMAN))
    answers = tmp_path / "answers"
    answers.write_bytes(content if isinstance(content, bytes) else content.replace("RECORD", f"rec:{one}.0").encode())
    with pytest.raises(SourceError):
        keep(Context(corpus.ledger, "test"), read_replies(answers, form), "file", where=str(answers))
    assert [manifest.batch for manifest in corpus.ledger.manifests()] == [one]


def test_formulas_and_repeated_rows_are_kept_once_as_they_are(corpus: Corpus, tmp_path: Path) -> None:
    one = corpus.roots(record(BASE, HUMAN))
    row = json.dumps({"record": f"rec:{one}.0", "reviewer": "=1+1", "verdict": "approve", "comment": "=cmd|' /C calc'!A0"})
    (tmp_path / "answers").write_text(f"{row}\n" * 3)
    for new in (1, 0):
        kept = keep(Context(corpus.ledger, "test"), read_replies(tmp_path / "answers", "jsonl"), "file")
        assert (kept.new, kept.repeated) == (new, 3 - new)
    stored = [row for manifest in corpus.ledger.manifests() if "reviews" in manifest.parts
              for row in corpus.ledger.table(manifest, "reviews").to_pylist()]
    assert [row["comment"] for row in stored] == ["=cmd|' /C calc'!A0"]


def test_a_masked_record_is_reviewed_as_any_other(corpus: Corpus) -> None:
    root = corpus.roots(record(BASE + "      * ada.lovelace@payroll.net\n", HUMAN))
    [masked] = mask_records(Context(corpus.ledger, "test"), [root], Masking()).batches
    assert corpus.ledger.require(masked).records == 1
    both = [Reply(f"row {who}", f"rec:{masked}.0", f"person {who}", "approve") for who in range(2)]
    kept = keep(Context(corpus.ledger, "test"), both, "cli")
    assert [(str(verdict.record), str(verdict.outcome)) for verdict in kept.verdicts] == [(f"rec:{masked}.0", "pass")]
    corpus.heard([root, masked])
