"""Exact and near-duplicates: which records say what another already says.

    >>> texts = [(RecordId(1, row), "MOVE A TO B. ADD 1 TO C. STOP RUN.") for row in (0, 1)]
    >>> [(str(v.record), v.check, str(v.outcome)) for v in dedup(texts) if v.outcome is not Outcome.PASS]
    [('rec:0000000000000001.1', 'exact_duplicate', 'fail'), ('rec:0000000000000001.1', 'near_duplicate', 'fail')]

Every record gets one verdict for each of the two checks. Of a group the first in the order given is kept, so the
caller puts first what it would rather keep (human before synthetic, parent before child). Candidates come from MinHash
signatures (rensa, banded so that a pair at a threshold of 0.71 or more is missed with a probability below 1e-4; a lower
one is refused) and each candidate is verified with its exact Jaccard similarity before anything is said, so a ``fail``
is never an estimate.

A transform that changed one statement gives a near-copy of its parent, and that is what this says of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from provenance.errors import PolicyError, ToolMissing
from provenance.model.identity import Digest, RecordId, canonical_json
from provenance.model.verdict import Outcome, Verdict

VERSION = "1"
#: Token n-gram length: five tokens are about one COBOL statement. Source: measured choices of code-deduplication
#: pipelines (BigCode uses 5-gram words); `docs/judge.md` shows what it gives on COBOL.
SHINGLE = 5
#: Signature length and bands: at Jaccard 0.85 with 4 rows a band, a pair is missed with (1 - 0.85**4)**32 < 1e-10.
PERMUTATIONS, BANDS = 128, 32
#: (1 - 0.71**4)**32 < 1e-4; at 0.5 it would be 0.13.
LEAST_THRESHOLD = 0.71
SEED = 42
_TOKEN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*|[^\sA-Za-z0-9_]")


def tokens(text: str) -> list[str]:
    """Words and single marks, case folded; white space and layout do not count."""
    return _TOKEN.findall(text.casefold())


def shingles(text: str) -> frozenset[str]:
    """The set of runs of `SHINGLE` tokens; a text shorter than that is its own single shingle."""
    words = tokens(text)
    if len(words) <= SHINGLE:
        return frozenset({" ".join(words)})
    return frozenset(" ".join(words[i:i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """Size of the intersection over size of the union, 0..1."""
    return len(left & right) / len(left | right)


def parameters(threshold: float) -> dict[str, object]:
    """Everything that decides the outcome, for the recipe and the verdicts."""
    rensa = _rensa()
    return {"threshold": threshold, "shingle": SHINGLE, "permutations": PERMUTATIONS, "bands": BANDS, "seed": SEED,
            "library": "rensa", "algorithm": int(rensa.RMinHash.ALGORITHM_VERSION)}


def dedup(texts: Iterable[tuple[RecordId, str]], threshold: float = 0.85,
          fetch: Callable[[RecordId], str] | None = None) -> Iterator[Verdict]:
    """Judge records in order; yields two verdicts for each.

    Args:
        texts: records with their texts, in order of preference.
        threshold: Jaccard similarity (`LEAST_THRESHOLD`..1) from which two texts are near-duplicates.
        fetch: gives the text of an earlier record again; without it the texts of kept records are held in memory.

    Memory: one signature (512 bytes) a distinct text, and its text where ``fetch`` is absent.

    Raises:
        PolicyError: the threshold is out of range.
        ToolMissing: rensa is not installed.
    """
    if not LEAST_THRESHOLD <= threshold <= 1:
        raise PolicyError(f"near-duplicate threshold {threshold}", f"is not in {LEAST_THRESHOLD}..1",
                          "0.85 is the default")
    rensa = _rensa()
    version = str(getattr(rensa, "__version__", f"algorithm-{rensa.RMinHash.ALGORITHM_VERSION}"))
    index = rensa.RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=BANDS)
    first_of: dict[str, RecordId] = {}
    kept: list[RecordId] = []
    held: dict[RecordId, str] = {}

    @lru_cache(maxsize=256)
    def shingles_of(record: RecordId) -> frozenset[str]:
        return shingles(fetch(record) if fetch else held[record])

    def said(check: str, record: RecordId, twin: RecordId | None, similarity: float) -> Verdict:
        tool, tool_version = ("rensa", version) if check == "near_duplicate" else ("corpus-provenance", VERSION)
        if twin is None:
            return Verdict(check, Outcome.PASS, record, tool=tool, tool_version=tool_version)
        value = canonical_json({"of": str(twin), "jaccard": round(similarity, 4)}).decode()
        return Verdict(check, Outcome.FAIL, record, value=value, reason=f"duplicate-of: {twin}", tool=tool,
                       tool_version=tool_version)

    for record, text in texts:
        content = Digest.of(text.encode("utf-8", "surrogatepass")).hex
        same = first_of.setdefault(content, record)
        if same != record:
            yield said("exact_duplicate", record, same, 1.0)
            yield said("near_duplicate", record, same, 1.0)
            continue
        yield said("exact_duplicate", record, None, 0.0)
        mine = shingles(text)
        signature = rensa.RMinHash(num_perm=PERMUTATIONS, seed=SEED)
        signature.update(sorted(mine))
        twin, similarity = None, 0.0
        for key in sorted(index.query(signature)):
            similarity = jaccard(mine, shingles_of(kept[key]))
            if similarity >= threshold:
                twin = kept[key]
                break
        yield said("near_duplicate", record, twin, similarity)
        if twin is None:
            # Only kept records are compared against: a chain of small changes must not carry a copy out of reach.
            index.insert(len(kept), signature)
            kept.append(record)
            if fetch is None:
                held[record] = text


def _rensa() -> Any:  # the extension module ships no types
    try:
        import rensa
    except ImportError as error:
        raise ToolMissing("rensa", "is not installed; near-duplicates cannot be judged",
                          "pip install 'corpus-provenance[quality]'") from error
    return rensa
