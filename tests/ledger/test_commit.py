"""Commit and adopt; and the chain: what a single changed byte of any file does."""

import json
import random

import pyarrow as pa
import pytest

from provenance.errors import LedgerCorrupt, LedgerError, ProvenanceError, RecipeCollision
from provenance.ledger import Draft, Ledger
from provenance.ledger.codec import encode_records, table
from provenance.ledger.upkeep import verify
from provenance.model.identity import BatchId, RecordId
from provenance.model.recipe import Recipe
from tests.ledger.conftest import WHEN, build, child_of, commit, record

ONE = Recipe("ingest", "1", {"x": 1})


def test_what_was_committed_is_read_back(ledger):
    records = [record("A."), record("B.")]
    done = commit(ledger, ONE, records)
    assert not done.adopted
    assert ledger.records(ONE.batch) == records
    assert Ledger(ledger.path).manifest(ONE.batch) == done.manifest
    assert done.manifest.records == 2 and done.manifest.summary["origins"] == {"human": 2}


def test_the_same_recipe_is_adopted_and_nothing_is_written(ledger):
    first = commit(ledger, ONE, [record("A.")])
    before = sorted(path for path in ledger.path.rglob("*"))
    again = commit(ledger, ONE, [record("something else.")], run="run-2")
    assert again.adopted and again.manifest == first.manifest
    assert sorted(path for path in ledger.path.rglob("*")) == before


def test_a_batch_of_nothing_can_be_committed_and_adopted(ledger):
    commit(ledger, ONE)
    assert commit(ledger, ONE).adopted
    assert ledger.records(ONE.batch) == [] and list(verify(ledger)) == []


def test_parents_must_be_there_first(ledger):
    recipe = Recipe("augment", "1", {}, (ONE.batch,))
    with pytest.raises(LedgerCorrupt, match=str(ONE.batch)):
        commit(ledger, recipe, [record("A.")])
    assert ledger.manifest(recipe.batch) is None
    assert not list(ledger.path.rglob("*.parquet"))


def test_another_recipe_with_the_same_id_is_refused(ledger, monkeypatch):
    commit(ledger, ONE, [record("A.")])
    other = Recipe("ingest", "1", {"x": 2})
    monkeypatch.setattr(Recipe, "batch", property(lambda self: BatchId.of(ONE.digest)))
    with pytest.raises(RecipeCollision):
        commit(ledger, other, [record("B.")])
    with pytest.raises(RecipeCollision):
        ledger.adopt(other)


def test_a_loser_takes_its_own_files_away_and_leaves_the_winners(ledger, monkeypatch):
    same, mine = encode_records(ONE.batch, [record("A.")]), encode_records(ONE.batch, [record("A.", name="b.cob")])
    real = Ledger.adopt

    # Between the loser's look and its commit the winner commits.
    def late(self, recipe):
        monkeypatch.setattr(Ledger, "adopt", real)
        assert not self.commit(Draft(ONE, same), run="winner", job="j").adopted

    monkeypatch.setattr(Ledger, "adopt", late)
    done = ledger.commit(Draft(ONE, mine), run="loser", job="j")
    assert done.adopted and done.manifest.run == "winner"
    assert ledger.records(ONE.batch) == [record("A.")]
    # Texts were byte for byte the winner's: shared, so kept.
    assert len(list(ledger.path.rglob("*.parquet"))) == len(done.manifest.parts)
    assert list(verify(ledger)) == []


def test_only_the_manifest_names_a_batch_so_a_part_alone_is_nothing(ledger):
    done = commit(ledger, ONE, [record("A.")])
    ledger.layout.manifest(ONE.batch).unlink()
    assert ledger.manifest(ONE.batch) is None and list(ledger.manifests()) == []
    again = commit(ledger, ONE, [record("A.")])
    assert not again.adopted and again.manifest.parts == done.manifest.parts


def test_a_leftover_part_that_was_damaged_is_written_again(ledger):
    done = commit(ledger, ONE, [record("A.")])
    ledger.layout.manifest(ONE.batch).unlink()
    part = ledger.layout.part("texts", ONE.batch, done.manifest.parts["texts"].digest)
    part.write_bytes(part.read_bytes()[:-1])
    commit(ledger, ONE, [record("A.")])
    assert list(verify(ledger)) == []


# -- a changed byte --------------------------------------------------------------------------------------------------


def flips(data, count, seed=0):
    """Copies of ``data`` with one byte changed, with the place."""
    draw = random.Random(seed)
    places = {0, len(data) // 2, len(data) - 1, *(draw.randrange(len(data)) for _ in range(count))}
    for place in sorted(places):
        yield (
            place,
            data[:place] + bytes([data[place] ^ draw.choice([1, 2, 4, 8, 16, 32, 64, 128])]) + data[place + 1 :],
        )


def faults(path):
    """What verify says of a ledger; opening it is part of that."""
    try:
        return [f"{fault.where}: {fault.problem}" for fault in verify(Ledger(path))]
    except ProvenanceError as error:
        return [str(error)]


def test_one_changed_byte_of_any_file_is_named(small):
    ledger, _ = small
    assert faults(ledger.path) == []
    silent = []
    for path in sorted(p for p in ledger.path.rglob("*") if p.is_file()):
        if path.parent.name == "private":
            continue  # a secret that nothing may name; who changes it changes later pseudonyms
        data = path.read_bytes()
        for place, changed in flips(data, 0 if path.suffix == ".parquet" else 8):
            path.write_bytes(changed)
            found = faults(ledger.path)
            if not any(path.name in fault or path.stem[:16] in fault for fault in found):
                silent.append((path.name, place, found))
        path.write_bytes(data)
    # Nothing names the header's time of creation; its id is named by every published training set.
    created = ledger.layout.header.read_bytes().index(b'"created_at"')
    ours = {(name, place) for name, place, found in silent if not found}
    assert all(name == "ledger.json" and place > created for name, place in ours), silent
    assert faults(ledger.path) == []


def test_a_leaf_batch_without_a_training_set_protects_all_but_who_wrote_it_and_when(ledger):
    """The known weakness of format 1: no digest of a leaf's manifest is kept anywhere."""
    commit(ledger, ONE, [record("A.")], run="0190-run", now=WHEN)
    path = ledger.layout.manifest(ONE.batch)
    data = path.read_bytes()
    value = json.loads(data)
    loose = set()
    for key in ("run", "job", "written_at"):
        start = data.index(f'"{key}":"{value[key]}"'.encode()) + len(key) + 4
        loose |= set(range(start, start + len(value[key])))
    silent = set()
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        if not faults(ledger.path):
            silent.add(place)
    assert silent == loose


def test_a_leaf_batch_that_is_gone_is_not_missed_and_a_parent_is(ledger):
    commit(ledger, ONE, [record("A.")])
    child = Recipe("augment", "1", {}, (ONE.batch,))
    commit(ledger, child, [child_of(RecordId(ONE.batch.number, 0), record("A."), "B.")])
    kept = ledger.layout.manifest(child.batch).read_bytes()
    ledger.layout.manifest(child.batch).unlink()
    assert faults(ledger.path) == []  # known: only a digest kept elsewhere could tell
    ledger.layout.manifest(child.batch).write_bytes(kept)
    ledger.layout.manifest(ONE.batch).unlink()
    assert any(str(ONE.batch) in fault for fault in faults(ledger.path))


def test_a_parent_that_was_rewritten_whole_is_contradicted_by_its_child(ledger):
    """Parts and manifest agree with each other; only the chain tells."""
    commit(ledger, ONE, [record("A.")])
    child = Recipe("augment", "1", {}, (ONE.batch,))
    commit(ledger, child, [child_of(RecordId(ONE.batch.number, 0), record("A."), "B.")])
    ledger.layout.manifest(ONE.batch).unlink()
    commit(ledger, ONE, [record("Z.")])
    assert [
        fault for fault in faults(ledger.path) if "has changed since its child" in fault and str(ONE.batch) in fault
    ]


def test_a_missing_part_and_one_that_may_not_be_read_are_named(small, monkeypatch):
    ledger, _ = small
    part = sorted(ledger.layout.parts.rglob("*.parquet"))[0]
    real = type(part).read_bytes

    def refused(self):
        if self == part:
            raise PermissionError(13, "Permission denied")
        return real(self)

    with monkeypatch.context() as patch:
        patch.setattr(type(part), "read_bytes", refused)
        assert any("Permission denied" in fault and part.name in fault for fault in faults(ledger.path))
    part.unlink()
    assert any("is missing" in fault and part.name in fault for fault in faults(ledger.path))


# -- manifests made by someone else ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v.update(format=2), "reads up to"),
        (lambda v: v.update(format="1"), "not a readable manifest"),
        (lambda v: v.update(format=0), "not a readable manifest"),
        (lambda v: v.update(summary=[]), "not a readable manifest"),
        (lambda v: v["recipe"].update(params="x"), "not a readable manifest"),
        (lambda v: v.update(run=1), "not a readable"),
        (lambda v: v["recipe"].update(seed=2), "does not give its batch id"),
        (lambda v: v.pop("job"), "not a readable"),
        (lambda v: v["parts"].update({"../../x": v["parts"]["texts"]}), "not the name of a table"),
        (lambda v: v["parts"]["texts"].update(rows="1"), "not a count"),
        (lambda v: v["parts"]["texts"].update(bytes=-1), "count"),
    ],
)
def test_a_manifest_that_is_not_one_is_refused_with_a_reason(ledger, change, said):
    commit(ledger, ONE, [record("A.")])
    path = ledger.layout.manifest(ONE.batch)
    value = json.loads(path.read_bytes())
    change(value)
    path.write_text(json.dumps(value))
    with pytest.raises(LedgerError, match=said):
        ledger.manifest(ONE.batch)
    with pytest.raises(LedgerError):
        commit(ledger, ONE, [record("A.")])
    assert any(said in fault for fault in faults(ledger.path))


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"1", b'"x"', b"[" * 100_000, b"\xff", b"{}"])
def test_rubbish_is_refused(ledger, data):
    path = ledger.layout.manifest(ONE.batch)
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    with pytest.raises(LedgerCorrupt):
        ledger.manifest(ONE.batch)
    assert len(faults(ledger.path)) == 1


def test_a_table_that_this_program_does_not_know_is_checked_by_its_digest_only(ledger):
    """A newer program may add tables without raising the format."""
    commit(ledger, ONE, [record("A.")])
    path = ledger.layout.manifest(ONE.batch)
    value = json.loads(path.read_bytes())
    texts = ledger.layout.part("texts", ONE.batch, ledger.require(ONE.batch).parts["texts"].digest)
    strange = ledger.layout.part("strange", ONE.batch, ledger.require(ONE.batch).parts["texts"].digest)
    strange.parent.mkdir(parents=True)
    strange.write_bytes(texts.read_bytes())
    value["parts"]["strange"] = value["parts"]["texts"]
    path.write_text(json.dumps(value))
    assert faults(ledger.path) == []
    strange.write_bytes(b"x")
    assert len(faults(ledger.path)) == 1


# -- what a step's mistake looks like -------------------------------------------------------------------------------


def mistaken(ledger, **tables):
    """A committed batch with a right parent, whose tables are changed before the commit; what verify says."""
    commit(ledger, ONE, [record("A."), record("B.")])
    recipe = Recipe("augment", "1", {}, (ONE.batch,))
    made = encode_records(recipe.batch, [child_of(RecordId(ONE.batch.number, 0), record("A."), text) for text in "CD"])
    for name, change in tables.items():
        made[name] = table(name, [row | change(row) for row in made[name].to_pylist()])
    ledger.commit(Draft(recipe, made), run="r", job="j")
    return faults(ledger.path)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("records", lambda row: {}, None),
        ("records", lambda row: {"row": row["row"] * 2}, "without a gap"),
        ("texts", lambda row: {"row": 1 - row["row"]}, "without a gap"),
        ("records", lambda row: {"batch": 5}, "another batch"),
        ("edges", lambda row: {"parent_batch": 5}, "its recipe does not"),
        ("edges", lambda row: {"parent_row": 7}, "parent that cannot be read"),
        ("records", lambda row: {"origin": "human"}, "ancestry summary"),
        ("records", lambda row: {"depth": 2}, "ancestry summary"),
        ("records", lambda row: {"human_share": 0.5}, "ancestry summary"),
        ("records", lambda row: {"evidence": 5}, "ancestry summary"),
        ("records", lambda row: {"licences": ["Apache-2.0"]}, "ancestry summary"),
        ("records", lambda row: {"sources": []}, "ancestry summary"),
        ("records", lambda row: {"origin": "martian"}, "cannot be read"),
        ("records", lambda row: {"content_sha256": "0" * 64}, "content digest"),
        ("records", lambda row: {"encoding": "no-such-codec"}, "cannot be read"),
        ("texts", lambda row: {"text": "else"}, "content digest"),
    ],
)
def test_verify_names_a_steps_mistake(ledger, name, change, said):
    found = mistaken(ledger, **{name: change})
    assert found == [] if said is None else any(said in fault for fault in found), found


def test_a_cut_list_of_generators_is_not_a_fault(ledger):
    """A child's own model can push a parent's beyond the cap."""
    from provenance.model.origin import OriginClass
    from provenance.model.record import LIST_CAP, Ancestry, Parent

    full = Ancestry.of_root(OriginClass.SYNTHETIC_MODEL, "MIT", "r", generators=[f"m{n:02}" for n in range(LIST_CAP)])
    commit(ledger, ONE, [record("A.", ancestry=full)])
    recipe = Recipe("translate", "1", {}, (ONE.batch,))
    made = Ancestry.derive([full], OriginClass.SYNTHETIC_MODEL, ["a-model"])
    assert made.overflow and f"m{LIST_CAP - 1:02}" not in made.generators
    commit(ledger, recipe, [record("B.", ancestry=made, parents=(Parent(RecordId(ONE.batch.number, 0)),))])
    assert faults(ledger.path) == []


def test_an_unknown_table_or_column_is_a_programmers_error(ledger):
    with pytest.raises(KeyError):
        ledger.commit(Draft(ONE, {"strange": pa.table({"a": [1]})}), run="r", job="j")
    with pytest.raises(ValueError, match="names"):
        ledger.commit(Draft(ONE, {"texts": pa.table({"a": [1]})}), run="r", job="j")
    assert ledger.manifest(ONE.batch) is None


def test_stats_count_what_is_there(small):
    ledger, _ = small
    stats = ledger.stats()
    assert stats["batches"] == 4 and stats["tables"]["records"]["rows"] == 6
    assert stats["events"] == {"waiting": 1, "sent": 1, "received": 1}


def test_two_builds_differ_in_nothing_but_their_ids(tmp_path):
    one, other = build(tmp_path / "one")[0], build(tmp_path / "other")[0]
    assert one.id != other.id
    assert [m.digest for m in one.manifests()] == [m.digest for m in other.manifests()]
