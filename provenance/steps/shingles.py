"""Texts as hashed tokens and hashed runs of tokens, many texts at once: what every comparison of texts here stands on.

    >>> grams = shingle(tokenise(["MOVE A TO B.", "move a to b ."]), 5)
    >>> [len(set(grams.of(number).tolist())) for number in range(len(grams))]
    [1, 1]
    >>> bool((grams.of(0) == grams.of(1)).all())
    True

A token is a word (letters, digits, underscores, bytes of 128 and more, and hyphens inside a word) or a single mark; ASCII
case and white space do not count. Hashes are 64 bits, the same on every machine and in every version of Python
(`VERSION` is raised when they change), and are stored by nobody without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from provenance.languages import all_languages
from provenance.languages.cobol_copy import looks_free

VERSION = "1"
Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_MULTIPLIER = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
#: Bytes a call hashes at once; more is cut into several, so that memory stays bounded.
_BATCH_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Grams:
    """Hashes of some texts, one behind the other.

    Attributes:
        hashes: uint64, all texts' tokens (or runs of tokens) in order.
        offsets: int64, one more than there are texts; text ``n`` is ``hashes[offsets[n]:offsets[n + 1]]``.
    """

    hashes: Hashes
    offsets: Places

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, number: int) -> Hashes:
        """The hashes of one text, in order, repeats included."""
        return self.hashes[self.offsets[number]:self.offsets[number + 1]]

    def distinct(self, number: int) -> Hashes:
        """The hashes of one text, sorted, once each."""
        return np.unique(self.of(number))

    @property
    def sizes(self) -> Places:
        """How many each text has."""
        return np.diff(self.offsets)


def tokenise(texts: Sequence[str]) -> Grams:
    """The tokens of some texts, hashed."""
    parts = [_tokens(chunk) for chunk in _chunks(texts)]
    return _joined(parts)


def shingle(tokens: Grams, width: int) -> Grams:
    """Every run of ``width`` tokens of each text, hashed; a text with fewer tokens is its own single run, if it has any."""
    return _runs(tokens, width)


def masked(texts: Sequence[str], language: str) -> Grams:
    """Tokens in which every name is one name and every number one number; reserved words and marks stay.

    A renamed copy has the masked tokens of its original.
    """
    parts = [_tokens(chunk, language) for chunk in _chunks(texts)]
    return _joined(parts)


def comparable(text: str, language: str) -> str:
    """The text without what says nothing of it: sequence numbers and labels of COBOL's fixed format."""
    if language != "cobol" or looks_free(text):
        return text
    return "\n".join(line if "\t" in line[:7] else line[6:72] for line in text.splitlines())


def jaccard(left: Hashes, right: Hashes) -> float:
    """Size of the intersection over size of the union of two sorted sets, 0..1; 1 for two empty ones."""
    if not len(left) and not len(right):
        return 1.0
    both = len(np.intersect1d(left, right, assume_unique=True))
    return both / (len(left) + len(right) - both)


def containment(part: Hashes, whole: Hashes) -> float:
    """How much of a sorted set lies in another, 0..1; 0 for an empty one."""
    return len(np.intersect1d(part, whole, assume_unique=True)) / len(part) if len(part) else 0.0


def _chunks(texts: Sequence[str]) -> list[list[bytes]]:
    chunks: list[list[bytes]] = [[]]
    size = 0
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        if size and size + len(data) > _BATCH_BYTES:
            chunks.append([])
            size = 0
        chunks[-1].append(data)
        size += len(data) + 1
    return chunks


def _joined(parts: Sequence[Grams]) -> Grams:
    sizes = np.concatenate([part.sizes for part in parts]) if parts else np.zeros(0, np.int64)
    hashes = np.concatenate([part.hashes for part in parts]) if parts else np.zeros(0, np.uint64)
    return Grams(hashes, np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]))


def _classes() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    lower = np.arange(256, dtype=np.uint8)
    lower[65:91] += 32
    kind = np.full(256, 2, np.uint8)  # a mark
    for byte in range(256):
        if (chr(byte).isspace() and byte < 128) or byte == 0:
            kind[byte] = 0
        elif byte >= 128 or chr(byte).isalnum() or byte == 95:
            kind[byte] = 1
    digit = np.zeros(256, np.uint8)
    digit[48:58] = 1
    return lower, kind, digit


_LOWER, _KIND, _DIGIT = _classes()


def _powers(count: int, base: int) -> Hashes:
    powers = np.full(count, base, np.uint64)
    if count:
        powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _mixed(values: Hashes) -> Hashes:
    # The finaliser of splitmix64: sums of powers are weak in their low bits.
    values = values ^ (values >> np.uint64(30))
    values = values * np.uint64(0xBF58476D1CE4E5B9)
    values = values ^ (values >> np.uint64(27))
    values = values * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _tokens(texts: Sequence[bytes], language: str = "") -> Grams:
    data = np.frombuffer(b"\n".join(texts) + b"\n", np.uint8)
    kind = _KIND[data]
    word = kind == 1
    before = np.concatenate([np.zeros(1, np.bool_), word[:-1]])
    word = word | ((data == 45) & before)  # a hyphen inside a word
    before = np.concatenate([np.zeros(1, np.bool_), word[:-1]])
    mark = (kind == 2) & ~word
    starts = np.flatnonzero((word & ~before) | mark)
    after = np.concatenate([word[1:], np.zeros(1, np.bool_)])
    ends = np.flatnonzero((word & ~after) | mark) + 1
    lower = _LOWER[data].astype(np.uint64) + np.uint64(1)
    inverse = pow(_MULTIPLIER, -1, 1 << 64)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(lower * _powers(len(data), _MULTIPLIER), dtype=np.uint64)])
    hashes = _mixed((sums[ends] - sums[starts]) * _powers(len(data), inverse)[starts])
    if language:
        first = data[starts]
        is_word = word[starts]
        numbers = is_word & (_DIGIT[first] == 1)
        names = is_word & ~numbers & ~np.isin(hashes, _reserved(language))
        hashes = np.where(names, np.uint64(1), np.where(numbers, np.uint64(2), hashes))
    lengths = np.array([len(text) + 1 for text in texts], np.int64)
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return Grams(hashes, np.searchsorted(starts, bounds).astype(np.int64))


@lru_cache(maxsize=32)
def _reserved(language: str) -> Hashes:
    known = all_languages().get(language)
    words = sorted(known.reserved) if known else []
    return np.sort(_tokens([word.encode() for word in words]).hashes) if words else np.zeros(0, np.uint64)


def _runs(tokens: Grams, width: int) -> Grams:
    sizes = tokens.sizes
    counts = np.where(sizes >= width, sizes - width + 1, np.minimum(sizes, 1))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    total = len(tokens.hashes)
    if not total:
        return Grams(np.zeros(0, np.uint64), offsets)
    value = np.zeros(total, np.uint64)
    factor = 1
    for place in range(width):
        factor = factor * _MULTIPLIER & _MASK
        value[: max(0, total - place)] += tokens.hashes[place:] * np.uint64(factor)
    value = _mixed(value)
    # A run may not cross into the next text.
    take = np.repeat(tokens.offsets[:-1] - offsets[:-1], counts) + np.arange(int(offsets[-1]))
    out = value[take]
    for short in np.flatnonzero((sizes > 0) & (sizes < width)):
        out[offsets[short]] = _short(tokens.of(int(short)))
    return Grams(out, offsets)


def _short(hashes: Hashes) -> np.uint64:
    value = 0
    factor = 1
    for each in hashes.tolist():
        factor = factor * _MULTIPLIER & _MASK
        value = (value + each * factor) & _MASK
    return np.uint64(_mixed(np.array([value], np.uint64))[0])
