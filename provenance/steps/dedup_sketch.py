"""Sketches of texts: MinHash signatures folded into band keys, by which texts that may be alike are found.

    >>> made = sketch(["MOVE A TO B. STOP RUN.", "move a to b.  stop run."], "cobol", RAW)
    >>> made.tokens.tolist(), made.shingles.tolist(), bool((made.bands[0] == made.bands[1]).all())
    ([6, 6], [2, 2], True)

Two views of a text: ``raw``, its tokens with comments, and ``masked``, its code with every name one name, in which a
renamed copy looks like its original. A sketch finds candidates and says nothing by itself: what is said of two texts
is worked out from their shingles (`provenance.steps.dedup`). Signatures are rensa's; without it there are none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from provenance.errors import PolicyError, ToolMissing
from provenance.steps import shingles as room
from provenance.steps.comparing import code_of, comparable
from provenance.steps.shingles import Grams

#: Raised whenever a sketch of the same text changes.
VERSION = "1"
#: Token n-gram length: five tokens are about one COBOL statement. Source: measured choices of code-deduplication
#: pipelines (BigCode uses 5-gram words); `docs/duplicates.md` shows what it gives.
SHINGLE = 5
PERMUTATIONS, SEED = 128, 42
Numbers = npt.NDArray[np.int64]
#: Texts that are hashed at once: a few hundred kB, which stay in the processor's cache.
_TEXTS = 100


@dataclass(frozen=True, slots=True)
class View:
    """How a text is looked at: bands of rows of its signature, ``bands * rows`` being `PERMUTATIONS`."""

    name: str
    bands: int
    rows: int


#: At Jaccard 0.71 a pair shares none of 32 bands of 4 with (1 - 0.71**4)**32 < 1e-4.
RAW = View("raw", 32, 4)
#: Masked texts of one language are alike by nature: rows of 8 keep the buckets apart, and 0.9 and more is asked of them.
MASKED = View("masked", 16, 8)


@dataclass(frozen=True, slots=True)
class Sketches:
    """One row a text: tokens, distinct shingles, and band keys (int64, one column a band)."""

    tokens: Numbers
    shingles: Numbers
    bands: Numbers


def sketch(texts: Sequence[str], language: str, view: View, mapper: Callable[..., Iterable[Any]] = map) -> Sketches:
    """The sketches of some texts of one language, in order.

    Args:
        mapper: like ``map``; that of a thread pool uses all cores, as numpy lets go of the interpreter's lock.

    Raises:
        PolicyError: the view is masked and the language's reserved words are not known.
        ToolMissing: rensa is not installed.
    """
    rensa()
    if view is MASKED and not room.maskable(language):
        raise PolicyError(language, "has no list of reserved words, so its names cannot be masked", "use the raw view")
    parts = list(mapper(lambda start: _sketch(texts[start:start + _TEXTS], language, view), range(0, len(texts), _TEXTS)))
    if not parts:
        return Sketches(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, view.bands), np.int64))
    return Sketches(np.concatenate([part.tokens for part in parts]), np.concatenate([part.shingles for part in parts]),
                    np.concatenate([part.bands for part in parts]))


def grams(texts: Sequence[str], language: str, view: View) -> tuple[Grams, Grams]:
    """Tokens and shingles of texts as a view sees them."""
    if view is MASKED:
        tokens = room.masked([code_of(text, language) for text in texts], language)
    else:
        tokens = room.tokenise([comparable(text, language) for text in texts])
    return tokens, room.shingle(tokens, SHINGLE)


def signatures(shingles: Grams) -> npt.NDArray[np.uint32]:
    """MinHash signatures, one row of `PERMUTATIONS` a text. Repeated shingles change nothing.

    Raises:
        ToolMissing: rensa is not installed.
    """
    matrix = rensa().RMinHash.digest_matrix_from_flat_token_hashes(
        shingles.hashes, shingles.offsets.astype(np.uint64), PERMUTATIONS, SEED)
    return np.array(matrix.to_rows(), np.uint32).reshape(len(shingles), PERMUTATIONS)


def band_keys(signed: npt.NDArray[np.uint32], view: View, salt: int = 0) -> Numbers:
    """The key of each band: its rows folded into 64 bits. Keys of different bands are not to be compared."""
    rows = signed.reshape(len(signed), view.bands, view.rows)
    keys = np.full((len(signed), view.bands), salt, np.uint64)
    for row in range(view.rows):
        keys = (keys ^ rows[:, :, row]) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return keys.view(np.int64)


def parameters() -> dict[str, object]:
    """Everything that decides a sketch, for the recipe.

    Raises:
        ToolMissing: rensa is not installed.
    """
    return {"shingle": SHINGLE, "shingles": room.VERSION, "permutations": PERMUTATIONS, "seed": SEED,
            "bands": {view.name: [view.bands, view.rows] for view in (RAW, MASKED)}, "library": "rensa",
            "library_version": version("rensa"), "algorithm": int(rensa().RMinHash.ALGORITHM_VERSION)}


def rensa() -> Any:
    """The library of signatures; the extension module ships no types.

    Raises:
        ToolMissing: it is not installed.
    """
    try:
        import rensa as library
    except ImportError as error:
        raise ToolMissing("rensa", "is not installed; near-duplicates cannot be judged",
                          "pip install 'corpus-provenance[quality]'") from error
    return library


def _sketch(texts: Sequence[str], language: str, view: View) -> Sketches:
    tokens, shingles = grams(texts, language, view)
    # The masked words of one language say nothing beside another's.
    salt = int.from_bytes(hashlib.blake2b(language.encode(), digest_size=8).digest(), "little") if view is MASKED else 0
    return Sketches(tokens.sizes, _distinct(shingles), band_keys(signatures(shingles), view, salt))


def _distinct(shingles: Grams) -> Numbers:
    """How many different shingles each of at most 128 texts has: one sort of all, each hash (57 bits of it) behind its text."""
    of = np.repeat(np.arange(len(shingles), dtype=np.uint64), shingles.sizes)
    keys = np.sort(shingles.hashes >> np.uint64(7) | of << np.uint64(57))
    again = (keys[1:][keys[1:] == keys[:-1]] >> np.uint64(57)).astype(np.int64)
    return shingles.sizes - np.bincount(again, minlength=len(shingles))
