"""Assemble, gate and ticket: who is let in, what is decided, and what a trainer may open."""

from __future__ import annotations

import dataclasses
import json
import shutil

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import GateClosed, InvalidId, LedgerError, PolicyError
from provenance.gate import load_policy
from provenance.ledger import Ledger
from provenance.ledger.datasets import find_dataset
from provenance.model.dataset import Member
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.pipeline import Context, assemble, gate, read_policy, require_ticket
from provenance.pipeline.recalling import recall
from provenance.steps.assemble import root_of
from provenance.steps.mixture import Mixture
from tests.pipeline.small_pipeline import LOOSE

pytestmark = pytest.mark.usefixtures("quick")

#: Rules that look at one record at a time, and at pairs that assemble keeps apart.
RECORD_LEVEL = {"facts", "size", "presence", "repeats", "files", "carried", "origin", "evidence", "depth", "licence",
                "checks_passed", "checks_failed", "exact_duplicates", "near_duplicates", "trace", "recall", "splits"}


def here(ledger) -> Context:
    return Context(ledger, "test")


def chosen(ledger, dataset):
    batch = ledger.require(dataset_batch(dataset))
    return ({(row["batch"], row["row"]): row["split"] for row in ledger.table(batch, "members").to_pylist()},
            {(row["batch"], row["row"]): row["reason"] for row in ledger.table(batch, "verdicts").to_pylist()
             if row["check"] == "assemble"})


def dataset_batch(dataset):
    return BatchId.parse(dataset.manifest["version"])


def everyone(built):
    return {(batch.number, row) for batch in built["roots"] + built["derived"]
            for row in range(built["ledger"].require(batch).records)}


def test_everybody_is_a_member_or_has_a_reason(built):
    members, dropped = chosen(built["ledger"], built["dataset"])
    assert set(members) | set(dropped) == everyone(built) and not set(members) & set(dropped)
    assert members and dropped and all(dropped.values())
    # The program that does not compile, the copy, and the copies' children.
    assert any("check: no pass of syntax" in reason for reason in dropped.values())
    assert any("check: failed exact_duplicate" in reason for reason in dropped.values())


def test_the_gate_allows_what_the_same_policy_assembled(built):
    assert built["ticket"].allowed, built["ticket"].decision.denials


CHECKS = st.lists(st.sampled_from(["syntax", "compile", "run", "differential"]), unique=True)
POLICIES = st.fixed_dictionaries({
    "origins": st.lists(st.sampled_from(["human", "synthetic_rule", "unknown"]), min_size=1, unique=True),
    "grade": st.sampled_from(["E0", "E1", "E2", "E3", "E5"]), "depth": st.integers(0, 2),
    "licences": st.sampled_from([["MIT"], ["*"], ["*", "NOASSERTION"], ["Apache-2.0"]]),
    "ingested": CHECKS, "derived": CHECKS, "copybook": CHECKS, "exact": st.booleans(), "near": st.booleans()})


def written(asked) -> str:
    def listed(items):
        return json.dumps(items)

    first = asked["origins"][0]
    return (f'name = "random"\n[origin]\nallow = {listed(asked["origins"])}\n'
            f'min_evidence = {{ {first} = "{asked["grade"]}" }}\nmin_human_share = 0.0\nmax_depth = {asked["depth"]}\n'
            f'[licence]\nallow = {listed(asked["licences"])}\n[checks]\ningested = {listed(asked["ingested"])}\n'
            f'derived = {listed(asked["derived"])}\n[checks.kinds]\ncopybook = {listed(asked["copybook"])}\n'
            f'[duplicates]\nexact = {str(asked["exact"]).lower()}\nnear = {str(asked["near"]).lower()}\n')


@pytest.fixture(scope="module")
def playground(built, tmp_path_factory):
    where = tmp_path_factory.mktemp("playground") / "ledger"
    shutil.copytree(built["ledger"].path, where)
    return Ledger(where)


@settings(max_examples=20)
@given(asked=POLICIES)
def test_what_admit_lets_in_the_gate_does_not_throw_out(built, playground, asked):
    """Two roads to one answer: assemble asks of each record what the gate asks of the set in SQL."""
    policy = load_policy(written(asked), "random.toml")
    batches = built["roots"] + built["derived"]
    try:
        _, dataset = assemble(here(playground), "random", batches, built["verdicts"], policy)
    except PolicyError as error:
        assert "gets no record under policy random" in str(error) and "were refused" in str(error)
        return
    members, dropped = chosen(playground, dataset)
    assert set(members) | set(dropped) == everyone(built) and all(dropped.values())
    ticket = gate(here(playground), dataset, policy)
    denied = {reason.rule for reason in ticket.decision.denials}
    assert not denied & RECORD_LEVEL, ticket.decision.denials
    # And the other way: a set of everybody, under this policy, is denied if anybody was refused.
    everybody = dataclasses.replace(policy, name="loose")
    whole = gate(here(playground), find_dataset(playground, "small"), everybody)
    small, _ = chosen(playground, find_dataset(playground, "small"))
    refused = {record for record in small if record in dropped}
    # Dropped for being a duplicate means a duplicate in the whole corpus; the set of the fixture holds none of those.
    assert whole.allowed == (not refused), (refused, whole.decision.denials)


def test_nobody_let_in_leaves_no_set_and_says_why(copied, built):
    asked = {"origins": ["unknown"], "grade": "E0", "depth": 2, "licences": ["Apache-2.0"], "ingested": [],
             "derived": [], "copybook": [], "exact": True, "near": True}
    policy = load_policy(written(asked), "x.toml")
    ledger = copied["ledger"]
    with pytest.raises(PolicyError) as caught:
        assemble(here(ledger), "none", built["roots"], built["verdicts"], policy)
    assert "6 were refused (6 for licence: MIT, 6 for origin: human)" in str(caught.value)
    assert not (ledger.path / "datasets" / "none").exists()
    assert [event["eventType"] for _, event in ledger.outbox.waiting()][-1] == "FAIL"


def test_the_same_choice_is_adopted_and_its_files_written_again_after_a_kill(copied, built):
    """Killed between the commit and the files: the retry finds the one and makes the other."""
    ledger = copied["ledger"]
    shutil.rmtree(ledger.path / "datasets")
    result, dataset = assemble(here(ledger), "small", built["roots"] + built["derived"], built["verdicts"],
                               read_policy(built["policy"]))
    assert (result.made, result.adopted) == (0, 1)
    assert dataset.digest == built["dataset"].digest


@pytest.mark.parametrize("name", ["", "a/b", "../x", "a b", ".hidden", "x" * 101, "a\n"])
def test_a_name_that_is_no_name_is_refused(copied, built, name):
    with pytest.raises(InvalidId):
        assemble(here(copied["ledger"]), name, built["roots"], (), read_policy(built["policy"]))


def test_a_version_is_no_name(copied, built):
    with pytest.raises(InvalidId, match="without @"):
        assemble(here(copied["ledger"]), "small@0123456789abcdef", built["roots"], (), read_policy(built["policy"]))


@pytest.mark.parametrize("shares", [{"train": 0.5}, {"train": 2, "test": -1}, {"exam": 1.0}, {"train": float("nan")}])
def test_shares_that_cannot_be_met_are_refused_before_anything_runs(copied, built, shares):
    before = copied["ledger"].outbox.counts()
    with pytest.raises(PolicyError, match="splits"):
        assemble(here(copied["ledger"]), "x", built["roots"], (), read_policy(built["policy"]), shares)
    assert copied["ledger"].outbox.counts() == before


def test_a_decision_is_adopted_while_nothing_changes_and_a_recall_makes_another(copied, built):
    ledger, policy = copied["ledger"], read_policy(built["policy"])
    again = gate(here(ledger), "small", policy)
    assert again.batch == built["ticket"].batch and again.allowed
    assert require_ticket(here(ledger), "small", policy).batch == again.batch
    recall(here(ledger), "source", _source(ledger), "gone", "me")
    after = gate(here(ledger), "small", policy)
    assert after.batch != again.batch and not after.allowed
    assert {reason.rule for reason in after.decision.denials} == {"recall"}
    assert ledger.manifest(again.batch) is not None, "what was decided once stays on record"
    with pytest.raises(GateClosed) as caught:
        require_ticket(here(ledger), "small", policy)
    assert "recall" in str(caught.value)


def _source(ledger) -> str:
    return next(str(m.recipe.params["repository"]) for m in ledger.manifests() if m.recipe.step == "snapshot")


def test_a_ticket_is_for_one_policy_one_set_and_these_files(copied, built, tmp_path):
    ledger, policy = copied["ledger"], read_policy(built["policy"])
    assert require_ticket(here(ledger), "small", policy, built["dataset"].digest.hex).allowed
    with pytest.raises(LedgerError, match="not 0000"):
        require_ticket(here(ledger), "small", policy, "0" * 64)
    other = dataclasses.replace(policy, min_records=2)
    for _ in range(2):  # asking for a ticket must not make the decision that is missing
        with pytest.raises(LedgerError, match="has no decision that allows it under policy loose"):
            require_ticket(here(ledger), "small", other)
    with pytest.raises(LedgerError, match="is not a training set"):
        require_ticket(here(ledger), "other", policy)
    # A set that was denied has no ticket either.
    strict = dataclasses.replace(policy, name="many", min_records=1000)
    assert not gate(here(ledger), "small", strict).allowed
    with pytest.raises(GateClosed, match="asked at least 1000 records"):
        require_ticket(here(ledger), "small", strict)


def test_a_changed_file_closes_the_gate_and_the_ticket(copied, built):
    ledger, policy = copied["ledger"], read_policy(built["policy"])
    path = next((ledger.path / "datasets").rglob("*.parquet"))
    path.write_bytes(path.read_bytes() + b" ")
    ticket = gate(here(ledger), "small", policy)
    assert [reason.rule for reason in ticket.decision.denials] == ["files"]
    assert path.name in ticket.decision.denials[0].examples[0]
    with pytest.raises(GateClosed):
        require_ticket(here(ledger), "small", policy)


def test_files_and_manifest_rewritten_together_close_the_gate(copied, built):
    """The folder then agrees with itself in every digest; only the ledger knows better."""
    ledger, policy = copied["ledger"], read_policy(built["policy"])
    folder = next((ledger.path / "datasets").rglob("manifest.json")).parent
    manifest = json.loads((folder / "manifest.json").read_text())
    members = []
    for entry in manifest["files"]:
        table = pq.read_table(folder / entry["path"])
        rows = table.to_pylist()
        for row in rows:
            row["text"] += "      * poison\n"
            row["content_sha256"] = Digest.of(row["text"].encode(row["encoding"])).hex
            members.append((Member(RecordId.parse(row["record"]), row["split"]), row["content_sha256"]))
        pq.write_table(table.from_pylist(rows, schema=table.schema), folder / entry["path"])
        data = (folder / entry["path"]).read_bytes()
        entry.update(sha256=Digest.of(data).hex, bytes=len(data))
    manifest["root"] = str(root_of(members))
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))
    ticket = gate(here(ledger), "small", policy)
    assert [reason.rule for reason in ticket.decision.denials] == ["files"], "texts that nobody checked were allowed"
    with pytest.raises(GateClosed, match="files"):
        require_ticket(here(ledger), "small", policy)


@pytest.mark.parametrize("table", ["records", "edges", "verdicts", "members"])
def test_an_altered_part_file_is_named_and_nothing_of_it_believed(copied, built, table):
    ledger, policy = copied["ledger"], read_policy(built["policy"])
    path = sorted((ledger.path / "parts" / table).rglob("*.parquet"))[0]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)
    decision = gate(here(ledger), "small", policy).decision
    files = next(reason for reason in decision.denials if reason.rule == "files")
    assert any(path.name in example for example in files.examples)
    assert not any(reason.rule == "human_share" and str(reason.outcome) == "allow" for reason in decision.reasons)


def test_an_older_set_does_not_stand_in_for_a_newer_one_whose_files_are_gone(copied, built):
    import shutil

    from provenance.ledger.upkeep import verify

    ledger, policy = copied["ledger"], read_policy(built["policy"])
    now = built["dataset"].ref
    other = dataclasses.replace(policy, min_records=2)
    _, newer = assemble(here(ledger), "small", built["roots"] + built["derived"], built["verdicts"], other)
    shutil.rmtree(newer.path)
    with pytest.raises(LedgerError, match="has a newer version"):
        gate(here(ledger), "small", policy)
    assert gate(here(ledger), str(now), policy).allowed, "by its version it is still what was asked for"
    assert [fault.where for fault in verify(ledger)] == [str(newer.ref)]


def test_a_damaged_part_file_is_a_denial_with_its_name(copied, built):
    ledger = copied["ledger"]
    path = next(iter(sorted((ledger.path / "parts" / "texts").rglob("*.parquet"))))
    data = bytearray(path.read_bytes())
    data[20] ^= 1  # inside a page: the file can still be opened
    path.write_bytes(data)
    ticket = gate(here(ledger), "small", read_policy(built["policy"]))
    assert "files" in {reason.rule for reason in ticket.decision.denials}


def test_a_set_of_another_ledger_is_denied(copied, built, tmp_path):
    other = Ledger.init(tmp_path / "other")
    folder = next((copied["ledger"].path / "datasets").rglob("manifest.json")).parent
    ticket = gate(here(other), str(folder), read_policy(built["policy"]))
    assert not ticket.allowed
    assert {"files", "size"} <= {reason.rule for reason in ticket.decision.denials}


def test_policies_that_ship_are_found_by_name_and_others_by_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [read_policy(name).name for name in ("sample", "train.toml", "strict")] == ["sample", "train", "strict"]
    (tmp_path / "sample").mkdir()
    assert read_policy("sample").name == "sample", "a folder of that name is no policy"
    for wrong in ("nope", "", str(tmp_path), "../sample", str(tmp_path / "sample")):
        with pytest.raises(PolicyError, match="is not a policy file"):
            read_policy(wrong)
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(PolicyError, match="is not UTF-8 text"):
        read_policy("latin.toml")


def test_a_policy_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    path = tmp_path / "closed.toml"
    path.write_text("name = 'x'")

    def closed(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.read_text", closed)
    with pytest.raises(PolicyError, match=r"closed\.toml: cannot be read: Permission denied"):
        read_policy(path)


def test_a_mixture_limits_the_children_of_a_root_and_stands_in_the_manifest(copied):
    ledger = copied["ledger"]
    batches = copied["roots"] + copied["derived"]
    said = tuple(manifest.batch for manifest in ledger.manifests() if manifest.recipe.step in ("verify", "judge"))
    free = assemble(here(ledger), "free", batches, said, load_policy(LOOSE, "loose"))[1]
    _, limited = assemble(here(ledger), "limited", batches, said, load_policy(LOOSE, "loose"), mixture=Mixture(per_root=1))
    parents = {(row["batch"], row["row"]): (row["parent_batch"], row["parent_row"]) for batch in copied["derived"]
               for row in ledger.table(ledger.require(batch), "edges").to_pylist()}
    members, dropped = chosen(ledger, limited)
    children = [parents[key] for key in members if key in parents]
    assert children and len(children) == len(set(children))
    assert "mixture: per_root 1" in dropped.values()
    assert set(members) < set(chosen(ledger, free)[0])
    assert limited.manifest["mixture"] == {"per_root": 1} and free.manifest["mixture"] == {}
    assert sum(limited.manifest["makers"].values()) == limited.manifest["size"]
    assert limited.manifest["makers"]["ingest"] == free.manifest["makers"]["ingest"]
