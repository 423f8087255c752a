"""INGEST: from what a source holds to records; pure.

    >>> options = Options(languages=("cobol",), licence="MIT")
    >>> snapshot = MemorySnapshot("file:demo", [(Entry(path="A.md", blob="", size=3), b"# A")])
    >>> [made] = ingest_snapshot(snapshot, snapshot.entries(), options)
    >>> made.verdicts[0].reason
    'no-language: .md'
"""

from provenance.steps.ingest.buckets import bucket_params, buckets
from provenance.steps.ingest.entry import Entry, MemorySnapshot, Options, Snapshot
from provenance.steps.ingest.ingest import VERSION, Ingested, ingest, ingest_snapshot
from provenance.steps.ingest.pseudonym import pseudonym

__all__ = ["VERSION", "Entry", "Ingested", "MemorySnapshot", "Options", "Snapshot", "bucket_params", "buckets",
           "ingest", "ingest_snapshot", "pseudonym"]
