"""Fill, from the word to the ledger: records, parents, licences, rejects with their reasons, adoption, and a real compiler."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provenance.errors import PolicyError
from provenance.languages.toolchain import SourceText
from provenance.ledger import Ledger
from provenance.ledger.upkeep import verify
from provenance.lineage import Lens, ask
from provenance.model.identity import BatchId, Digest
from provenance.pipeline import Source, Workshop, find_workshop
from provenance.pipeline.filling import fill
from provenance.pipeline.making import ingest
from provenance.testing import FakeToolchain
from tests.pipeline.small_pipeline import program
from tests.sources.repository_maker import MIT, OLD, Maker

#: Written for these tests; the second copies the third.
SHIP = ("       01  SHIP-REC.\n           05  SHIP-ID PIC 9(6).\n           05  SHIP-TYPE PIC X(2).\n"
        "           05  SHIP-COST PIC S9(5)V99 COMP-3.\n")
PORT = "       01  PORT-REC.\n           COPY TAIL.\n"
TAIL = "           05  PORT-ID PIC X(6).\n           05  PORT-TAX PIC 9(5)V99.\n"
ORDERS = "       01  LOUD-REC.\n      * fake: {order}\n           05  LOUD-ID PIC 9(6).\n           05  LOUD-PAY PIC 9(5)V99.\n"


def sources(context, folder: Path, more: dict[str, str] | None = None) -> tuple[tuple[BatchId, ...], tuple[BatchId, ...]]:
    maker = Maker(folder)
    maker.commit({"LICENSE": MIT, "ONE.cbl": program("ONE"), "cpy/SHIP.cpy": SHIP, "cpy/PORT.cpy": PORT, "cpy/TAIL.cpy": TAIL,
                  "cpy/TALK.cpy": "           DISPLAY 'HELLO'.\n", **(more or {})}, at=OLD)
    batches = ingest(context, Source(str(folder), name="ships")).batches
    return batches[:-1], batches[-1:]


def records(ledger: Ledger, batches: tuple[BatchId, ...]) -> list[Any]:
    return [record for batch in batches for record in ledger.records(batch)]


def rejects(ledger: Ledger, batches: tuple[BatchId, ...]) -> list[dict[str, Any]]:
    return [row for batch in batches if "rejects" in ledger.require(batch).parts
            for row in ledger.table(ledger.require(batch), "rejects").to_pylist()]


def test_records_know_their_copybooks_and_their_making(tmp_path, context, ledger):
    """With the inspection: the suite "derived" takes what is made here."""
    roots, snapshots = sources(context, tmp_path / "repo")
    result = fill(context, roots, snapshots, ["report", "file-merge"], Workshop(FakeToolchain()), seed=7, per_copybook=2)
    made = records(ledger, result.batches)
    by_id = {str(record_id): record for batch in roots for record_id, record in
             [(f"rec:{batch}.{row}", record) for row, record in enumerate(ledger.records(batch))]}
    assert len(made) == 12  # three copybooks fit both
    assert len({record.text for record in made}) == len(made)
    for record in made:
        parents = [by_id[str(parent.record)].source.path for parent in record.parents]
        assert all(parent.role == "included" for parent in record.parents)
        making = json.loads(next(item.value for item in record.evidence if item.kind == "making"))
        assert making["copybook"] in parents
        assert sorted(parents) == (["cpy/PORT.cpy", "cpy/TAIL.cpy"] if "PORT.cpy" in making["copybook"] else parents)
        assert (str(record.ancestry.origin), record.kind, record.language, record.licence) == (
            "synthetic_rule", "program", "cobol", "MIT")
        assert record.ancestry.depth == 1
        assert record.content == Digest.of(record.text.encode())
        assert making["skeleton"] in record.name
    assert not list(verify(ledger))


@pytest.fixture
def quiet(quick: None) -> None:
    """No inspection from here on."""


def test_what_does_not_fit_says_why_and_yields_count_it(quiet, tmp_path, context, ledger):
    roots, snapshots = sources(context, tmp_path / "repo", {
        "copy/SHIP.cpy": SHIP, "cpy/SHIP2.cpy": SHIP, "two/PORT.cpy": SHIP + "\n"})
    result = fill(context, roots, snapshots, ["report"], Workshop(FakeToolchain()))
    said = sorted(row["reason"].split(":")[0] for row in rejects(ledger, result.batches))
    assert said == ["copy-of-another", "copy-of-another", "not-data", "shadowed-member"]
    assert {row["maker"] for row in rejects(ledger, result.batches)} == {"report"}
    assert {row["stage"] for row in rejects(ledger, result.batches)} == {"subject"}
    with Lens(ledger) as lens:
        row, = [row for row in ask(lens, "yields").dicts() if row["mode"] == "skeleton"]
    assert (row["maker"], row["kept"], row["dropped"], row["refused"]) == ("report", 3, 0, 4)


@pytest.mark.parametrize(("order", "stage", "code"), [
    ("syntax-error", "syntax", "syntax"), ("build-error", "compile", "build"), ("exit 3", "run", "exit"),
    ("stop cpu", "run", "stopped"), ("random", "proof", "nondeterministic"), ("subprogram", "proof", "not-executable"),
    ("broken", "tool", "tool")])
def test_what_is_not_proved_is_a_reject_with_its_text(quiet, tmp_path, context, ledger, order, stage, code):
    roots, snapshots = sources(context, tmp_path / "repo", {"cpy/LOUD.cpy": ORDERS.format(order=order)})
    result = fill(context, roots, snapshots, ["report"], Workshop(Obedient()))
    loud = [row for row in rejects(ledger, result.batches) if "LOUD" in row["text"]]
    assert [(row["stage"], row["reason"].split(":")[0]) for row in loud] == [(stage, code)]
    assert "COPY LOUD." in loud[0]["text"]
    assert not [record for record in records(ledger, result.batches) if "LOUD" in record.text]
    assert records(ledger, result.batches)


class Obedient(FakeToolchain):
    """Obeys the orders in copybooks too."""

    def _orders(self, source):
        loud = ORDERS.format(order=self.order) if "COPY LOUD" in source.text else ""
        return super()._orders(SourceText(source.name, source.text + loud))

    order = ""

    def check(self, source, library):
        self._learn(library)
        return super().check(source, library)

    def _learn(self, library):
        for text in library.values():
            if "fake: " in text:
                self.order = text.split("fake: ")[1].split("\n")[0]


def test_without_a_compiler_nothing_is_kept(quiet, tmp_path, context, ledger):
    roots, snapshots = sources(context, tmp_path / "repo")
    result = fill(context, roots, snapshots, ["report"], Workshop.empty("no-sandbox: none here"))
    assert not records(ledger, result.batches)
    assert {(row["stage"], row["reason"]) for row in rejects(ledger, result.batches)} == {
        ("subject", "no-toolchain: no-sandbox: none here")}


def test_a_second_run_adopts_and_another_seed_makes(quiet, tmp_path, context, ledger):
    roots, snapshots = sources(context, tmp_path / "repo")
    tool = FakeToolchain()
    first = fill(context, roots, snapshots, ["report"], Workshop(tool), seed=1)
    asked = sum(tool.calls.values())
    again = fill(context, roots, snapshots, ["report"], Workshop(tool), seed=1)
    assert (again.made, again.batches, sum(tool.calls.values())) == (0, first.batches, asked)
    other = fill(context, roots, snapshots, ["report"], Workshop(tool), seed=2)
    assert other.made == first.made > 0
    assert not {record.text for record in records(ledger, other.batches)} & {
        record.text for record in records(ledger, first.batches)}


def test_mistakes_are_said_before_anything_is_made(quiet, tmp_path, context, ledger):
    roots, snapshots = sources(context, tmp_path / "repo")
    with pytest.raises(PolicyError, match="not a skeleton"):
        fill(context, roots, snapshots, ["report", "novel"], Workshop(FakeToolchain()))
    with pytest.raises(PolicyError, match="below 1"):
        fill(context, roots, snapshots, ["report"], Workshop(FakeToolchain()), per_copybook=0)


def test_with_the_compiler_every_skeleton_works(quiet, tmp_path, context, ledger):
    workshop = find_workshop()
    if workshop.of("cobol") is None:
        pytest.skip(workshop.why("cobol"))
    roots, snapshots = sources(context, tmp_path / "repo")
    result = fill(context, roots, snapshots, ["control-break", "file-merge", "report", "table-search", "validation"], workshop)
    dropped = [row for row in rejects(ledger, result.batches) if row["stage"] != "subject"]
    assert not [(row["maker"], row["reason"]) for row in dropped]
    made = records(ledger, result.batches)
    assert {json.loads(item.value)["skeleton"] for record in made for item in record.evidence if item.kind == "making"} == {
        "control-break", "file-merge", "report", "table-search", "validation"}
