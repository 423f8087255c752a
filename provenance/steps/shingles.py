"""Texts as hashed tokens and hashed runs of tokens, many texts at once: what every comparison of texts here stands on.

    >>> grams = shingle(tokenise(["MOVE A TO B.", "move a to b ."]), 5)
    >>> [len(set(grams.of(number).tolist())) for number in range(len(grams))]
    [1, 1]
    >>> bool((grams.of(0) == grams.of(1)).all())
    True

A token is a word (letters, digits, underscores, bytes of 128 and more, and hyphens between two of those) or a single
mark; ASCII case, white space and NUL do not count. Hashes are 64 bits, the same on every machine, in every version of
Python and however texts are grouped (`VERSION` is raised when they change), and are stored by nobody without it.
They are made for speed and not against an attacker: two texts that were built to collide may do so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from provenance.languages import all_languages
from provenance.steps.comparing import code_of, comparable

__all__ = ["VERSION", "Grams", "Hashes", "code_of", "comparable", "containment", "distinct_of", "jaccard", "maskable",
           "masked", "shingle", "tokenise"]

VERSION = "1"
Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_MULTIPLIER = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
#: Bytes (or tokens) that are worked on at once: what fits in a processor's cache; measured, 4 MB takes twice as long.
_BATCH_BYTES, _BATCH_TOKENS = 200_000, 50_000
#: Longer tokens (data in a literal) are hashed one by one, by blake2b.
_LONG = 64
_NAME, _NUMBER = np.uint64(1), np.uint64(2)


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
        return distinct_of(self.of(number))

    @property
    def sizes(self) -> Places:
        """How many each text has."""
        return np.diff(self.offsets)


def tokenise(texts: Sequence[str]) -> Grams:
    """The tokens of some texts, hashed."""
    return _joined([_tokens(chunk) for chunk in _chunks(texts)])


def shingle(tokens: Grams, width: int) -> Grams:
    """Every run of ``width`` tokens of each text, hashed; a text with fewer tokens is its own single run, if it has any."""
    sizes = tokens.sizes
    counts = np.where(sizes >= width, sizes - width + 1, np.minimum(sizes, 1))
    offsets = _offsets(counts)
    value = _mixed(_sums(tokens.hashes, width))
    # A run may not cross into the next text.
    out = value[np.repeat(tokens.offsets[:-1] - offsets[:-1], counts) + np.arange(int(offsets[-1]))]
    for short in np.flatnonzero((sizes > 0) & (sizes < width)).tolist():
        own = tokens.of(short)
        out[offsets[short]] = _mixed(_sums(own, len(own))[:1])[0]
    return Grams(out, offsets)


def masked(texts: Sequence[str], language: str) -> Grams:
    """Tokens in which every name is one name and every number one number; reserved words and marks stay.

    A renamed copy has the masked tokens of its original. A number is a word without a hyphen that begins with a digit.
    """
    return _joined([_tokens(chunk, language) for chunk in _chunks(texts)])


def maskable(language: str) -> bool:
    """Whether the language's reserved words are known, without which masked texts are marks and little else."""
    return bool(_reserved(language)[1])


def distinct_of(hashes: Hashes) -> Hashes:
    """Hashes sorted, once each; ``numpy.unique`` for many small arrays."""
    ordered = np.sort(hashes)
    if len(ordered) < 2:
        return ordered
    first = np.empty(len(ordered), np.bool_)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def jaccard(left: Hashes, right: Hashes) -> float:
    """Size of the intersection over size of the union of two sorted sets, 0..1; 1 for two empty ones."""
    if not len(left) and not len(right):
        return 1.0
    both = _shared(left, right)
    return both / (len(left) + len(right) - both)


def containment(part: Hashes, whole: Hashes) -> float:
    """How much of a sorted set lies in another, 0..1; 0 for an empty one."""
    return _shared(part, whole) / len(part) if len(part) else 0.0


def _shared(left: Hashes, right: Hashes) -> int:
    both = np.concatenate([left, right])
    both.sort()
    return int(np.count_nonzero(both[1:] == both[:-1]))


def _chunks(texts: Sequence[str]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    size = 0
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        if chunk and size + len(data) > _BATCH_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(data)
        size += len(data) + 1
    if chunk:
        yield chunk


def _joined(parts: Sequence[Grams]) -> Grams:
    if len(parts) == 1:
        return parts[0]
    sizes = [part.sizes for part in parts]
    hashes = [part.hashes for part in parts]
    return Grams(np.concatenate(hashes) if hashes else np.zeros(0, np.uint64),
                 _offsets(np.concatenate(sizes) if sizes else np.zeros(0, np.int64)))


def _offsets(sizes: Places) -> Places:
    offsets = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets


def _kinds() -> bytes:
    """For each byte: 0 nothing, 1 of a word, 2 a mark."""
    return bytes(0 if byte == 0 or (byte < 128 and chr(byte).isspace()) else
                 1 if byte >= 128 or chr(byte).isalnum() or byte == 95 else 2 for byte in range(256))


_KIND = _kinds()
_LOWER = bytes(range(65)) + bytes(range(97, 123)) + bytes(range(91, 256))
_DIGITS = np.array([48 <= byte < 58 for byte in range(256)])
#: The first so many bytes of a little-endian word.
_FIRST = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)


def _mixed(values: Hashes) -> Hashes:
    """The finaliser of splitmix64 (a bijection), in place. Source: Steele, Lea, Flood, OOPSLA 2014."""
    shifted = values >> np.uint64(30)
    values ^= shifted
    values *= np.uint64(0xBF58476D1CE4E5B9)
    np.right_shift(values, np.uint64(27), out=shifted)
    values ^= shifted
    values *= np.uint64(0x94D049BB133111EB)
    np.right_shift(values, np.uint64(31), out=shifted)
    values ^= shifted
    return values


def _tokens(texts: Sequence[bytes], language: str = "") -> Grams:
    raw = b"\n".join(texts) + b"\n"
    size = len(raw)
    kind: Bytes = np.frombuffer(bytearray(raw.translate(_KIND)), np.uint8)
    # Eight bytes more, so that a word of eight can be read at every place.
    lower: Bytes = np.frombuffer(raw.translate(_LOWER) + bytes(8), np.uint8)
    hyphens = np.flatnonzero(lower[1:size - 1] == 45) + 1
    hyphens = hyphens[(kind[hyphens - 1] == 1) & (kind[hyphens + 1] == 1)]
    kind[hyphens] = 1
    word = np.zeros(size + 1, np.bool_)
    np.equal(kind, 1, out=word[1:])
    mark = kind == 2
    starts = np.flatnonzero((word[1:] > word[:-1]) | mark)
    ending = mark
    ending[:-1] |= word[1:-1] > word[2:]
    lengths = np.flatnonzero(ending) - starts + 1
    hashes = _hashed(lower, starts, lengths)
    if language:
        first = lower[starts]
        named = kind[starts] == 1
        number = named & _DIGITS[first]
        number[np.searchsorted(starts, hyphens, "right") - 1] = False
        hashes[named & ~number & ~_is_reserved(hashes, language)] = _NAME
        hashes[number] = _NUMBER
    bounds = _offsets(np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts)))
    return Grams(hashes, np.searchsorted(starts, bounds).astype(np.int64))


def _hashed(data: Bytes, starts: Places, lengths: Places) -> Hashes:
    """A hash of each token: its length, then its bytes in words of eight, each mixed in."""
    words: Hashes = np.ndarray((max(0, len(data) - 7),), "<u8", data, strides=(1,))
    values = words[starts] & _FIRST[np.minimum(lengths, 8)]
    values ^= lengths.astype(np.uint64) * np.uint64(_MULTIPLIER)
    values = _mixed(values)
    rest = np.flatnonzero((lengths > 8) & (lengths <= _LONG))
    place = 8
    while len(rest):
        left = lengths[rest] - place
        values[rest] = _mixed(values[rest] ^ (words[starts[rest] + place] & _FIRST[np.minimum(left, 8)]))
        place += 8
        rest = rest[left > 8]
    for long in np.flatnonzero(lengths > _LONG).tolist():
        token = data[starts[long]:starts[long] + lengths[long]].tobytes()
        values[long] = int.from_bytes(hashlib.blake2b(token, digest_size=8).digest(), "little")
    return values


def _is_reserved(hashes: Hashes, language: str) -> npt.NDArray[np.bool_]:
    table, _ = _reserved(language)
    slots = hashes & np.uint64(len(table[0]) - 1)
    found: npt.NDArray[np.bool_] = table[0][slots] == hashes
    for layer in table[1:]:
        found |= layer[slots] == hashes
    return found


@lru_cache(maxsize=32)
def _reserved(language: str) -> tuple[tuple[Hashes, ...], int]:
    """The hashes of the reserved words by their low bits, in as many layers as words share them; and how many."""
    known = all_languages().get(language)
    words = sorted(known.reserved) if known else []
    hashes = np.unique(_tokens([word.encode() for word in words]).hashes) if words else np.zeros(0, np.uint64)
    layers = [np.zeros(1 << 14, np.uint64)]
    for value in hashes:
        slot = int(value) & ((1 << 14) - 1)
        layer = next((layer for layer in layers if not layer[slot]), None)
        if layer is None:
            layers.append(layer := np.zeros(1 << 14, np.uint64))
        layer[slot] = value
    return tuple(layers), len(hashes)


def _sums(hashes: Hashes, width: int) -> Hashes:
    """For each place the sum of the next ``width`` hashes, each times a power; in blocks that stay in the cache."""
    out = np.zeros(len(hashes), np.uint64)
    for start in range(0, len(hashes), _BATCH_TOKENS):
        block = out[start:start + _BATCH_TOKENS]
        factor = 1
        for place in range(width):
            factor = factor * _MULTIPLIER & _MASK
            part = hashes[start + place:start + place + len(block)]
            block[:len(part)] += part * np.uint64(factor)
    return out
