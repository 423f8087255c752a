"""Real repositories: identities, answers and history agree with git and with what was measured by other means."""

import json
from collections import Counter
from pathlib import Path

import pytest

from provenance.model.identity import Digest, Swhid
from provenance.sources.git import open_repository
from provenance.steps.ingest import Options, ingest_snapshot
from tests.sources.repository_maker import KEY

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
BUNDLES = sorted(CORPORA.glob("git/*.bundle"))
pytestmark = pytest.mark.skipif(not BUNDLES, reason="../shared/corpora/git holds no bundle")


@pytest.fixture(scope="module")
def manifest():
    rows = [json.loads(line) for line in (CORPORA / "manifest.jsonl").read_text().splitlines()]
    return {(row["repo"], row["path"]): row for row in rows}


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda path: path.stem)
def test_a_real_repository(bundle, manifest, tmp_path):
    snapshot = open_repository(str(bundle), key=KEY, workdir=tmp_path)
    entries = snapshot.entries()
    made = list(ingest_snapshot(snapshot, entries, Options()))
    records = [got.record for got in made if got.record]
    refused = [got for got in made if not got.record]
    assert len(entries) == len(records) + len(refused) and all(got.verdicts[0].reason for got in refused)
    known = Counter()
    for entry in entries:
        row = manifest.get((bundle.stem.replace("__", "/", 1), entry.path))
        if row:
            # The manifest counted without following renames through merges: never fewer commits here than there.
            known["commits"] += entry.facts.commits >= row["n_commits"]
            known["blob"] += entry.blob == row["git_blob"]
            known["files"] += 1
    assert known["files"] and known["commits"] == known["blob"] == known["files"]
    for entry, got in zip(entries, made, strict=True):
        if got.record:
            data = got.record.text.encode(got.record.encoding)
            assert Swhid.parse(got.record.swhid).hex == entry.blob == Swhid.of_content(data).hex
            assert got.record.content == Digest.of(data) and len(got.record.source.commit) == 40
            assert (got.record.ancestry.origin == "human") == (got.record.source.last_commit_at < "2021-06-29")
