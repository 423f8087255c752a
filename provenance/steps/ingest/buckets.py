"""Buckets: which files share a batch, decided by the files' own paths, so that a commit re-makes only what it touched.

    >>> entries = [Entry(path=f"src/{n}.cbl", blob="", size=1) for n in range(300)]
    >>> sorted(buckets(entries))
    ['0/4', '1/4', '2/4', '3/4']

The number of buckets is the power of two at which they average 128 files or fewer; when a repository grows past it,
every bucket splits in two once. The parameters of a bucket's recipe name no snapshot: a later commit elsewhere leaves
them, and so the batch, as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from provenance.languages import by_extension, kind_of
from provenance.model.identity import Digest
from provenance.steps.ingest.entry import Entry, Options

#: Files a bucket holds on average, at most. Source: measured batch sizes of the ledger (128 files are one part file).
AVERAGE = 128


def buckets(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Entries by bucket, keyed "3/16", in order of bucket, and within one in the order given. Empty ones are absent."""
    listed = list(entries)
    count = 1
    while len(listed) > count * AVERAGE:
        count *= 2
    found: dict[int, list[Entry]] = {}
    for entry in listed:
        found.setdefault(_place(entry.path) % count, []).append(entry)
    return {f"{place}/{count}": found[place] for place in sorted(found)}


def _place(path: str) -> int:
    return int.from_bytes(hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest()[:8], "big")


def bucket_params(entries: Sequence[Entry], options: Options, repository: str) -> dict[str, Any]:
    """The parameters of a bucket's recipe: repository, options, and [path, mode, blob, digest] of each file.

    The digest covers history, evidence and licence, and the language that the path has today: when a language is
    added, only the buckets that hold its files are made again.
    """
    return {
        "repository": repository,
        "options": {
            "languages": sorted(set(options.languages)), "paths": sorted(set(options.paths)),
            "licence": options.licence, "claim": options.claim, "claimed_by": options.claimed_by,
            "max_bytes": options.max_bytes, "include_vendored": options.include_vendored,
            "include_generated": options.include_generated},
        "files": [[entry.path, entry.mode, entry.blob, evidence_digest(entry)] for entry in entries],
    }


def evidence_digest(entry: Entry) -> str:
    """``sha256:...`` over all that is known of a file beside its bytes."""
    language = by_extension(entry.path)
    facts = asdict(entry.facts) if entry.facts else None
    return str(Digest.of_json({
        "facts": facts and {key: list(value) if isinstance(value, tuple) else value for key, value in facts.items()},
        "evidence": [list(item.sort_key()) for item in sorted(entry.evidence, key=lambda item: item.sort_key())],
        "licence": [entry.licence_text_blob, entry.licence_detected],
        "language": [language.name, kind_of(entry.path)] if language else [],
        "missing": entry.missing}))
