"""Ingest and augment: what a second run adopts, what a later commit re-makes, and one run with the real compiler."""

from __future__ import annotations

from collections import Counter

import pytest

from provenance.errors import InvalidId, LedgerCorrupt, LedgerError, PolicyError, SourceError
from provenance.ledger import Ledger
from provenance.ledger.upkeep import verify
from provenance.model.identity import Digest, RecordId
from provenance.pipeline import Run, Source, Workshop, find_workshop
from provenance.pipeline.making import augment
from provenance.steps.ingest import Entry, Options, buckets
from provenance.testing import FakeToolchain
from tests.pipeline.small_pipeline import COPYBOOK, LOOSE, NOTES, build, program, repository, run_of
from tests.sources.repository_maker import MIT, NEW, OLD, Maker

pytestmark = pytest.mark.usefixtures("quick")


def rows(ledger: Ledger) -> Counter[str]:
    return Counter({name: part.rows for m in ledger.manifests() for name, part in m.parts.items()})


def test_a_second_run_adopts_everything_and_adds_nothing(tmp_path):
    repository(tmp_path / "repo")
    policy = tmp_path / "loose.toml"
    policy.write_text(LOOSE)
    first = build(tmp_path / "ledger", tmp_path / "repo", policy)
    files = {path: path.stat().st_mtime_ns for part in ("batches", "parts", "datasets")
             for path in (tmp_path / "ledger" / part).rglob("*") if path.is_file()}
    second = build(tmp_path / "ledger", tmp_path / "repo", policy)
    assert [(r.made, r.records, r.verdicts) for r in second["run"].results] == [
        (0, r.records, r.verdicts) for r in first["run"].results]
    assert sum(r.made for r in first["run"].results) > 5
    assert {path: path.stat().st_mtime_ns for part in ("batches", "parts", "datasets")
            for path in (tmp_path / "ledger" / part).rglob("*") if path.is_file()} == files
    assert second["ticket"].batch == first["ticket"].batch and second["dataset"].digest == first["dataset"].digest
    assert not list(verify(first["ledger"]))


def test_what_was_ingested_and_what_was_refused(built):
    """Every file of the commit has its record or its reason."""
    ledger = built["ledger"]
    records = [record for batch in built["roots"] for record in ledger.records(batch)]
    assert sorted(record.source.path for record in records) == [
        "BROKEN.cbl", "ONE.cbl", "copy/SHARED.cpy", "old/ONE.cbl", "src/THREE.cbl", "src/TWO.cbl"]
    refused = [row for batch in built["roots"] for row in ledger.table(ledger.require(batch), "verdicts").to_pylist()
               if row["check"] == "ingest"]
    assert sorted(row["reason"] for row in refused) == ["no-language: .md", "no-language: LICENSE"]
    for record in records:
        assert record.content == Digest.of(record.text.encode()) and record.licence == "MIT"


def test_children_name_their_program_and_what_they_include(built):
    ledger = built["ledger"]
    children = [record for batch in built["derived"] for record in ledger.records(batch)]
    # Four programs that compile, two transforms; the one that does not compile has its reason instead.
    assert len(children) == 8
    assert all([parent.role for parent in child.parents] == ["source"] for child in children)
    assert {child.ancestry.depth for child in children} == {1}
    reasons = [row["reason"] for batch in built["derived"]
               for row in ledger.table(ledger.require(batch), "verdicts").to_pylist()
               if row["check"].startswith("augment:")]
    assert len(reasons) == 2 and all(reason.startswith("parent-does-not-compile") for reason in reasons)


def test_without_a_toolchain_every_transform_says_so(context, tmp_path):
    repository(tmp_path / "repo")
    run = run_of(context.ledger)
    roots = run.ingest(Source(str(tmp_path / "repo")))
    result = augment(context, roots, run._snapshots, NOTES, Workshop.empty("no-sandbox: bwrap is not installed"))
    assert result.records == 0 and result.verdicts == 10
    reasons = {row["reason"] for batch in result.batches
               for row in context.ledger.table(context.ledger.require(batch), "verdicts").to_pylist()}
    assert reasons == {"no-toolchain: no-sandbox: bwrap is not installed"}


class Big:
    """A repository of more than one bucket, and who lies where."""

    def __init__(self, root) -> None:
        names = [f"P{number:03}.cbl" for number in range(134)]
        entries = [Entry(path=name, blob="", size=1) for name in (*names, "LICENSE", "SHARED.cpy", "OTHER.cpy")]
        found = {entry.path: shard for shard, listed in buckets(entries).items() for entry in listed}
        assert len(set(found.values())) == 2
        self.programs = {shard: [name for name in names if found[name] == shard] for shard in set(found.values())}
        self.home = found["SHARED.cpy"]
        self.other = next(shard for shard in self.programs if shard != self.home)
        self.maker = Maker(root)
        # The copybook and its user are in different buckets; nobody else copies anything.
        self.user = self.programs[self.other][0]
        files = {name: program(name[:4], copies="SHARED" if name == self.user else "") for name in names}
        self.maker.commit({**files, "LICENSE": MIT, "SHARED.cpy": COPYBOOK,
                           "OTHER.cpy": "       01 WS-OTHER PIC X.\n"}, at=OLD)

    def run(self, ledger):
        run = run_of(ledger)
        roots = run.ingest(Source(str(self.maker.root), name="big"))
        derived = run.augment(roots, NOTES[:1])
        run.verify(roots + derived)
        return run


def test_a_later_commit_re_makes_only_the_bucket_it_touched_and_what_came_of_it(tmp_path, ledger):
    big = Big(tmp_path / "repo")
    first = big.run(ledger)
    assert [(r.step, r.made) for r in first.results] == [("ingest", 3), ("augment", 2), ("verify", 4)]
    # Not in the copybook's bucket: what includes a copybook descends from its bucket.
    big.maker.commit({big.programs[big.other][1]: program("CHANGED")}, at=NEW)
    second = big.run(ledger)
    # One bucket and the snapshot; one child batch; the verdicts of both.
    assert [(r.step, r.made, r.adopted) for r in second.results] == [
        ("ingest", 2, 1), ("augment", 1, 1), ("verify", 2, 2)]
    # A commit that touches nothing that is read ties a new snapshot to the old buckets.
    big.maker.commit(message="empty", at=NEW)
    third = big.run(ledger)
    assert [(r.made, r.adopted) for r in third.results] == [(1, 2), (0, 2), (0, 4)]
    assert not list(verify(ledger))


def test_a_changed_copybook_re_makes_its_users_and_nobody_else(tmp_path, ledger):
    big = Big(tmp_path / "repo")
    big.run(ledger)
    big.maker.commit({"OTHER.cpy": "       01 WS-OTHER PIC X(2).\n"}, at=NEW)
    unused = big.run(ledger)
    # Its own bucket is another one; the other bucket's programs do not copy it, and stay.
    touched = {shard for shard in big.programs if "OTHER.cpy" in _paths(ledger, unused, shard)}
    assert [r.made for r in unused.results] == [2, 1, 2] and len(touched) == 1
    big.maker.commit({"SHARED.cpy": COPYBOOK.replace("shared", "SHARED")}, at=NEW)
    used = big.run(ledger)
    # The copybook's bucket, and besides it the user's children and all its verdicts, though its own bucket stays.
    assert [(r.step, r.made, r.adopted) for r in used.results] == [
        ("ingest", 2, 1), ("augment", 2, 0), ("verify", 4, 0)]
    assert not list(verify(ledger))


def _paths(ledger, run, shard):
    return {record.source.path for batch in run.results[0].batches if ledger.require(batch).recipe.shard == shard
            for record in ledger.records(batch)}


def test_two_snapshots_of_one_repository_are_not_mixed_in_silence(tmp_path, ledger):
    """A bucket of both would compile with the copybooks of either."""
    maker = repository(tmp_path / "repo")
    run = run_of(ledger)
    roots = run.ingest(Source(str(tmp_path / "repo")))
    maker.commit(message="empty")
    run.ingest(Source(str(tmp_path / "repo")))
    with pytest.raises(LedgerCorrupt, match="one snapshot a repository"):
        run.augment(roots, NOTES)


def test_a_source_that_cannot_be_read_leaves_nothing(tmp_path, ledger):
    run = run_of(ledger)
    repository(tmp_path / "repo")
    for where, rev in (("nowhere", "HEAD"), ("repo", "no-such-branch"), ("repo", "f" * 40)):
        with pytest.raises(SourceError):
            run.ingest(Source(str(tmp_path / where), rev))
    assert not list(ledger.manifests())


def test_a_claim_needs_somebody(ledger):
    with pytest.raises(InvalidId, match="--by NAME"):
        run_of(ledger).ingest("repo", claim="human")


def test_an_unknown_transform_is_refused_before_anything_runs(ledger):
    with pytest.raises(PolicyError, match="use one of"):
        run_of(ledger).augment((), ["rename-everything"])
    assert ledger.outbox.counts()["waiting"] == 0


def test_a_batch_that_is_not_in_the_ledger_is_named(ledger, context):
    gone = RecordId(5, 0).batch_id
    with pytest.raises(LedgerError, match=str(gone)):
        augment(context, (gone,), (), NOTES, Workshop.empty("none"))


def test_options_make_other_batches(tmp_path, ledger):
    repository(tmp_path / "repo")
    run = run_of(ledger)
    plain = run.ingest(Source(str(tmp_path / "repo")))
    claimed = run.ingest(Source(str(tmp_path / "repo"), options=Options(claim="human", claimed_by="ACME")))
    assert not set(plain) & set(claimed)


def test_the_real_compiler_in_its_sandbox(tmp_path, ledger):
    workshop = find_workshop()
    compiler = workshop.of("cobol")
    if compiler is None:
        pytest.skip(f"no compiler in a sandbox: {workshop.why('cobol')}")
    maker = Maker(tmp_path / "repo")
    maker.commit({"LICENSE": MIT, "copy/SHARED.cpy": COPYBOOK, "ONE.cbl": program("ONE"),
                  "src/TWO.cbl": program("TWO", copies="SHARED"),
                  "BROKEN.cbl": program("BROKEN").replace("ADD 1 TO", "ADD TO")}, at=OLD)
    run = Run("real", ledger)
    run._workshop = workshop
    roots = run.ingest(Source(str(maker.root)))
    derived = run.augment(roots, ("rename-data-names", "add-subtract-to-compute", "expand-copy"), seed=7)
    run.verify(roots + derived)
    children = [(RecordId(batch.number, row), record) for batch in derived
                for row, record in enumerate(ledger.records(batch))]
    made = Counter(ledger.require(child.batch_id).recipe.params["transform"] for child, _ in children)
    assert made["rename-data-names"] == 2 and made["add-subtract-to-compute"] == 2 and made["expand-copy"] == 1
    expanded = next(record for child, record in children if len(record.parents) == 2)
    assert [parent.role for parent in expanded.parents] == ["source", "included"]
    verdicts = [row for batch in run._verdicts for row in ledger.table(ledger.require(batch), "verdicts").to_pylist()]
    said = {(row["batch"], row["row"], row["check"]): (row["outcome"], row["reason"]) for row in verdicts}
    for child, _ in children:
        for check in ("syntax", "compile", "run", "differential"):
            assert said[child.batch, child.row, check][0] == "pass", (child, check, said[child.batch, child.row, check])
    broken = next(RecordId(batch.number, row) for batch in roots for row, record in enumerate(ledger.records(batch))
                  if record.name == "BROKEN.cbl")
    assert said[broken.batch, broken.row, "syntax"][0] == "fail"
    assert {row["tool_version"] for row in verdicts if row["outcome"] == "pass"} == {compiler.version}
    assert not list(verify(ledger))


def test_per_program_draws_among_the_transforms_that_apply(context, tmp_path):
    repository(tmp_path / "repo")
    run = run_of(context.ledger)
    roots = run.ingest(Source(str(tmp_path / "repo")))
    every = augment(context, roots, run._snapshots, NOTES, Workshop(FakeToolchain()))
    one = augment(context, roots, run._snapshots, NOTES, Workshop(FakeToolchain()), per_program=1)
    assert len(NOTES) == 2 and every.records == 2 * one.records > 0
    parents = [parent.record for batch in one.batches for record in context.ledger.records(batch) for parent in record.parents]
    assert len(parents) == len(set(parents))
    assert {record.text for batch in one.batches for record in context.ledger.records(batch)} <= \
        {record.text for batch in every.batches for record in context.ledger.records(batch)}
    # What was not drawn is said, and asking again adopts it.
    reasons = {row["reason"] for batch in one.batches
               for row in context.ledger.table(context.ledger.require(batch), "verdicts").to_pylist()}
    assert "not-drawn: per_program" in reasons
    assert augment(context, roots, run._snapshots, NOTES, Workshop(FakeToolchain()), per_program=1).made == 0
