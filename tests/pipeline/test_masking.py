"""Masking in a ledger: new records beside the originals, said once, alike in every file; and what verify says of them."""

from __future__ import annotations

import json
import re

import pytest

from provenance.errors import PolicyError
from provenance.ledger import Ledger
from provenance.model.identity import RecordId
from provenance.model.origin import OriginClass
from provenance.model.verdict import Outcome
from provenance.pipeline import Judging, Source
from provenance.pipeline.build import read_build
from provenance.pipeline.judges import load
from provenance.pipeline.masking import CHECK, Masking, mask_records, said_of, stood_in_for
from provenance.pipeline.selection import current
from provenance.steps.mask import mask, prove
from provenance.steps.verify_compare import but_for_data
from tests.pipeline.small_pipeline import NOTES, run_of
from tests.sources.repository_maker import MIT, OLD, Maker

CUSTOMER, CARD = "40718263", "4539-5787-6362-1486"


def program(name: str, data: str, says: str = "READY") -> str:
    return ("       IDENTIFICATION DIVISION.\n"
            f"       PROGRAM-ID. {name}.\n       DATA DIVISION.\n       WORKING-STORAGE SECTION.\n{data}"
            f"       PROCEDURE DIVISION.\n           DISPLAY WS-A.\n           DISPLAY \"{says}\".\n           STOP RUN.\n")


FILES = {
    "ONE.cbl": program("ONE", f"       01 WS-A PIC X(19) VALUE '{CARD}'.\n      * ACCOUNT NO {CUSTOMER}\n", CARD),
    "TWO.cbl": program("TWO", "       01 WS-A PIC X(10) VALUE 'PLAIN'.\n"
                              f"       01 WS-ACCOUNT-NO PIC X(10) VALUE '00{CUSTOMER}'.\n"),
    "CLEAN.cbl": program("CLEAN", "       01 WS-A PIC X VALUE 'A'.\n"),
    "SHARED.cpy": f"       01 WS-CARD-NUMBER PIC X(16) VALUE '{CARD.replace('-', '')}'.\n",
    "PAY.jcl": "//PAY JOB (A),USER=U,PASSWORD=HUNTER22\n//S1 EXEC PGM=ONE\n",
}


@pytest.fixture
def filled(ledger, tmp_path, quick):
    maker = Maker(tmp_path / "payroll")
    maker.commit({"LICENSE": MIT, **FILES}, at=OLD)
    run = run_of(ledger)
    return run, run.ingest(Source(str(maker.root), name="payroll"), licence="MIT")


def records_of(ledger: Ledger, batches) -> dict[str, tuple[RecordId, object]]:
    return {record.name: (RecordId(batch.number, row), record)
            for batch in batches for row, record in enumerate(ledger.records(batch))}


def verdicts_of(ledger: Ledger, batches, check: str) -> dict[RecordId, dict]:
    return {RecordId(row["batch"], row["row"]): row for batch in batches
            for row in ledger.table(ledger.require(batch), "verdicts").to_pylist() if row["check"] == check}


def test_masked_records_lie_beside_their_originals(filled):
    run, roots = filled
    ledger = run.ledger
    made = run.mask(roots)
    originals, masked = records_of(ledger, roots), records_of(ledger, made)
    assert set(masked) == {"ONE.cbl", "TWO.cbl", "SHARED.cpy", "PAY.jcl"}
    said = verdicts_of(ledger, made, CHECK)
    assert set(said) == {record for record, _ in [*originals.values(), *masked.values()]}
    for name, (record, child) in masked.items():
        parent, original = originals[name]
        assert [(each.record, each.role) for each in child.parents] == [(parent, "source")]
        assert child.ancestry.origin is max(original.ancestry.origin, OriginClass.SYNTHETIC_RULE, key=lambda each: each.rank)
        assert (child.ancestry.depth, child.licence, child.kind) == (1, original.licence, original.kind)
        assert len(child.text) == len(original.text) and child.content != original.content and child.swhid != original.swhid
        making = json.loads(child.evidence[0].value)
        assert child.evidence[0].kind == "making" and making["rules"] and making["spans"] >= 1
        assert said[parent]["reason"] == f"masked: {record}" and said[parent]["outcome"] == "skipped"
        assert said[record]["outcome"] == ("warn" if name == "PAY.jcl" else "pass")
        assert json.loads(said[record]["value"])["proof"] == ("spans" if name == "PAY.jcl" else "literals-and-comments")
    assert said[originals["CLEAN.cbl"][0]]["reason"] == "nothing-found"
    # One customer and one card in every file, however they are written there.
    customer = re.search(r"NO (\d+)", masked["ONE.cbl"][1].text)[1]
    assert f"'00{customer}'" in masked["TWO.cbl"][1].text and customer != CUSTOMER
    card = re.search(r"'([\d-]{19})'", masked["ONE.cbl"][1].text)[1]
    assert card.replace("-", "") in masked["SHARED.cpy"][1].text and card != CARD
    # No value is said anywhere but in the text of the original.
    for batch in made:
        manifest = ledger.require(batch)
        for table in set(manifest.parts) - {"texts"}:
            text = str(ledger.table(manifest, table).to_pylist())
            assert CUSTOMER not in text and CARD not in text and "HUNTER22" not in text


def test_masking_again_adopts_and_another_key_does_not(filled, monkeypatch):
    run, roots = filled
    once, again = mask_records(run.context, roots), mask_records(run.context, roots)
    assert once.batches == again.batches and again.made == 0 and again.adopted == once.made
    # What was masked is not masked, and what was made of a record is not either.
    assert mask_records(run.context, once.batches).batches == ()
    assert set(once.batches) <= set(current(run.ledger).records)
    key = run.ledger.pseudonym_key()
    assert key.hex() not in str([run.ledger.require(batch).recipe.to_json() for batch in once.batches])
    monkeypatch.setenv("PROVENANCE_PSEUDONYM_KEY", "another key")
    other = mask_records(run.context, roots)
    assert not set(other.batches) & set(once.batches)
    for batch, twin in zip(once.batches, other.batches, strict=True):
        for one, two in zip(run.ledger.records(batch), run.ledger.records(twin), strict=True):
            # A secret leaves only its length, under any key.
            assert (one.text == two.text) is (one.language == "jcl")


def test_who_has_the_key_can_make_the_masked_record_again(filled):
    from provenance.steps.screen import screen

    run, roots = filled
    made = run.mask(roots)
    originals, masked = records_of(run.ledger, roots), records_of(run.ledger, made)
    for name, (_, child) in masked.items():
        text = originals[name][1].text
        again = mask(text, child.language, screen(text, child.language), run.ledger.pseudonym_key())
        assert again.text == child.text and prove(child.language, text, child.text, again.spans) == again.proof


def test_only_some_languages_and_kinds(filled):
    run, roots = filled
    made = run.mask(roots, Masking(languages=("jcl",)))
    assert set(records_of(run.ledger, made)) == {"PAY.jcl"}
    assert said_of(run.ledger, made)["warn"] == {"unproved": 1} and said_of(run.ledger, made)["pass"] == {}
    made = run.mask(roots, Masking(kinds=("password",), languages=("cobol", "jcl")))
    assert set(records_of(run.ledger, made)) == {"PAY.jcl"}
    with pytest.raises(PolicyError, match=r"mask.languages: names 'cobl'"):
        Masking(languages=("cobl",))
    with pytest.raises(PolicyError, match=r"mask.kinds: names ' card'"):
        Masking(kinds=(" card",))


def test_what_cannot_be_masked_keeps_its_original_out(ledger, tmp_path, quick):
    maker = Maker(tmp_path / "payroll")
    maker.commit({"LICENSE": MIT, "K.jcl": "//A JOB\n", "BAD.java": "class A { int x = 1 /* card */ * 4539; // ok\n}\n",
                  "UMLAUT.cbl": program("U", "      * AUTHOR: Jürgen Müller 2001\n       01 WS-A PIC X(19) VALUE '"
                                        + CARD + "'.\n").encode("latin-1")}, at=OLD)
    run = run_of(ledger)
    roots = run.ingest(Source(str(maker.root), name="payroll"), licence="MIT")
    import provenance.pipeline.masking as room
    from provenance.steps.screen.finding import Finding

    real = room.screen_room.screen

    def planted(text, language, **options):
        if text.startswith("class"):
            return [Finding(0, 5, "personal_data", "planted", "person", True)]
        if text.startswith("//A"):
            return [Finding(2, 3, "secrets", "planted", "password", False)]
        return real(text, language, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room.screen_room, "screen", planted)
        made = run.mask(roots, Masking())
    said = said_of(ledger, made)
    assert said["fail"] == {"in-code": 1}
    masked = records_of(ledger, made)
    child = masked["UMLAUT.cbl"][1]
    assert child.encoding == "latin-1" and len(child.text.encode("latin-1")) == child.size and CARD not in child.text


def test_verify_does_not_take_other_data_for_other_behaviour(filled):
    run, roots = filled
    made = run.mask(roots)
    said = run.verify(made)
    ledger = run.ledger
    masked = records_of(ledger, made)
    by_check = {check: verdicts_of(ledger, said, check) for check in ("compile", "differential")}
    one, two = masked["ONE.cbl"][0], masked["TWO.cbl"][0]
    assert {by_check["compile"][record]["outcome"] for record in (one, two)} == {"pass"}
    # One prints the card, which is another one now; the other prints no data at all.
    assert by_check["differential"][one]["outcome"] == "skipped"
    assert by_check["differential"][one]["reason"] == "masked: differs: stdout"
    assert by_check["differential"][two]["outcome"] == "pass"


def test_versions_of_masked_programs_are_held_against_them(filled):
    from tests.pipeline.small_pipeline import NOTES

    run, roots = filled
    made = run.mask(roots)
    versions = run.augment(made, NOTES[:1], seed=7)
    children = records_of(run.ledger, versions)
    assert set(children) == {"ONE.cbl", "TWO.cbl"}
    said = verdicts_of(run.ledger, run.verify(versions), "differential")
    assert {row["outcome"] for row in said.values()} == {"pass"}
    assert mask_records(run.context, versions).batches == ()


@pytest.mark.parametrize(("word", "outcome", "reason"), [
    ((Outcome.FAIL, "differs: stdout", None), Outcome.SKIPPED, "masked: differs: stdout"),
    ((Outcome.FAIL, "failed: 1 of 2: x", None), Outcome.SKIPPED, "masked: failed: 1 of 2: x"),
    ((Outcome.FAIL, "does-not-compile", None), Outcome.FAIL, "does-not-compile"),
    ((Outcome.FAIL, "not-executable", None), Outcome.FAIL, "not-executable"),
    ((Outcome.PASS, "", {"evidence": "run"}), Outcome.PASS, ""),
    ((Outcome.ERROR, "tool: broke", None), Outcome.ERROR, "tool: broke")])
def test_other_data_explain_a_difference_and_nothing_else(word, outcome, reason):
    assert but_for_data(word)[:2] == (outcome, reason)


def test_a_build_file_asks_for_it(tmp_path):
    head = 'name = "m"\npolicy = "sample"\n[[source]]\nwhere = "payroll"\n'
    path = tmp_path / "corpus.toml"
    path.write_text(head)
    assert read_build(path).masking is None
    path.write_text(head + '[mask]\n')
    assert read_build(path).masking == Masking()
    path.write_text(head + '[mask]\nkinds = ["card"]\nlanguages = ["cobol"]\n')
    assert read_build(path).masking == Masking(("card",), ("cobol",))
    for wrong, why in (('kinds = "card"', "mask.kinds is str"), ("kinds = [1]", "mask.kinds is not a list of texts"),
                       ('languages = ["cobl"]', "mask.languages: names"), ("kind = []", "mask.kind is not a known key")):
        path.write_text(head + f"[mask]\n{wrong}\n")
        with pytest.raises(PolicyError, match=re.escape(why)):
            read_build(path)


def test_masked_records_stand_in_for_their_originals(ledger, tmp_path, quick):
    """From the same call on: nothing is made of an original, the masked one is kept of the two, and the screens let it pass."""
    maker = Maker(tmp_path / "payroll")
    iban = program("PAYEE", "       01 WS-A PIC X(22) VALUE 'GB82WEST12345698765432'.\n" + "".join(
        f"       01 WS-F{n} PIC 9({n}) VALUE {n}.\n" for n in range(2, 12)))
    clean = program("OTHER", "       01 WS-A PIC X VALUE 'A'.\n")
    maker.commit({"LICENSE": MIT, "PAYEE.cbl": iban, "OTHER.cbl": clean}, at=OLD)
    run = run_of(ledger)
    roots = run.ingest(Source(str(maker.root), name="payroll"), licence="MIT")
    masked = run.mask(roots, Masking())
    derived = run.augment(roots + masked, NOTES)
    originals, stand_ins = records_of(ledger, roots), records_of(ledger, masked)
    assert set(stand_ins) == {"PAYEE.cbl"}
    parents = {edge.record for batch in derived for record in ledger.records(batch) for edge in record.parents}
    assert parents == {originals["OTHER.cbl"][0], stand_ins["PAYEE.cbl"][0]}
    judging = Judging(("screen", "duplicates"), {"screen": load("screen").Settings(kingfisher=False)})
    said = run.judge(roots + masked + derived, judging)
    personal, near = (verdicts_of(ledger, said, check) for check in ("personal_data", "near_duplicate"))
    original, stand_in = originals["PAYEE.cbl"][0], stand_ins["PAYEE.cbl"][0]
    assert personal[original]["outcome"] in {"warn", "fail"}
    assert near[original]["reason"] == f"duplicate-of: {stand_in}" and near[stand_in]["outcome"] == "pass"
    # The masked number has the form of a real one, in the masked record and in what was made of it.
    versions = [RecordId(batch.number, row) for batch in derived for row, record in enumerate(ledger.records(batch))
                if record.parents[0].record == stand_in]
    assert versions and {personal[record]["outcome"] for record in (stand_in, *versions)} == {"pass"}
    assert set(stood_in_for(ledger, [*roots, *masked])) == {original}
