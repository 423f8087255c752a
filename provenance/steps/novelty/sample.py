"""Records drawn for measuring, at an equal budget of tokens: diversity depends on how much is looked at.

    >>> drawn = Reservoir(5)
    >>> for key, text in enumerate(["A B C", "D E F", "G H I"]):
    ...     drawn.add(read([text], "rexx", [key])[0])
    >>> [piece.key for piece in drawn.pieces()], cut(drawn.pieces(), 5).sizes.tolist()
    ([0, 1], [3, 2])

A reservoir keeps the records of the least keys until their tokens reach the budget, so what it holds does not depend on
the order in which records come, and its memory is that of the budget. A key is a seeded hash of the record's id. The
last record is cut, so that two samples of one budget have exactly as many tokens. It judges nothing.
"""

from __future__ import annotations

import heapq
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from provenance.steps import shingles
from provenance.steps.shingles import Hashes

#: Raised whenever the same text and key could give another piece.
VERSION = "1"
#: Rules of stars and dashes: one mark says as much, and runs of them would be most of what is counted in COBOL.
_RULE = re.compile(r"([^\w\s])\1{3,}")
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Piece:
    """One record as measures see it.

    Attributes:
        key: where it stands in the draw; 64 bits.
        tokens: hashed tokens, in order; names: which of them are identifiers (neither reserved words, numbers nor marks).
        signature: hash of all tokens with identifiers and numbers masked; whole: of all tokens.
        text: without columns that say nothing, white space and rules of one mark run together.
    """

    key: int
    tokens: Hashes
    names: Flags
    signature: int
    whole: int
    text: str


def draw_key(seed: int, *what: object) -> int:
    """The place of something in a seeded draw: 63 bits, the same on every machine."""
    said = "\0".join(map(str, (seed, *what))).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big") >> 1


def readable(text: str, language: str) -> str:
    """What of a text is compared: no columns that say nothing, and one mark for a rule of many."""
    return _RULE.sub(r"\1", shingles.comparable(text, language))


def read(texts: Sequence[str], language: str, keys: Sequence[int]) -> list[Piece]:
    """Some texts of one language as pieces."""
    shown = [readable(text, language) for text in texts]
    tokens, masked = shingles.tokenise(shown), shingles.masked(shown, language)
    return [Piece(key, tokens.of(place).copy(), masked.of(place) == 1, _digest(masked.of(place)), _digest(tokens.of(place)),
                  " ".join(text.split()))
            for place, (text, key) in enumerate(zip(shown, keys, strict=True))]


def _digest(hashes: Hashes) -> int:
    return int.from_bytes(blake2b(hashes.tobytes(), digest_size=8).digest(), "big")


class Reservoir:
    """The pieces of the least keys whose tokens reach a budget. Empty texts are left out."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.offered = 0
        self._tokens = 0
        # Greatest key first; the running number only keeps pieces from being compared.
        self._heap: list[tuple[int, int, int, Piece]] = []

    def wants(self, key: int) -> bool:
        """Whether a piece of this key could still be among the chosen: what is not wanted need not be read."""
        return self._tokens < self.budget or -self._heap[0][0] >= key

    def add(self, piece: Piece) -> None:
        """Offer a piece."""
        if not len(piece.tokens):
            return
        self.offered += 1
        heapq.heappush(self._heap, (-piece.key, -piece.whole, self.offered, piece))
        self._tokens += len(piece.tokens)
        while self._heap and self._tokens - len(self._heap[0][-1].tokens) >= self.budget:
            self._tokens -= len(heapq.heappop(self._heap)[-1].tokens)

    def pieces(self) -> list[Piece]:
        """What is held, in order of key."""
        return sorted((entry[-1] for entry in self._heap), key=lambda piece: (piece.key, piece.whole))

    @property
    def tokens(self) -> int:
        """Tokens held: at least the budget, where there are as many."""
        return self._tokens


@dataclass(frozen=True)
class Sample:
    """Pieces at a budget, laid end to end.

    Attributes:
        pieces: the last is cut to the budget.
        lengths: tokens of each piece before it was cut.
    """

    pieces: tuple[Piece, ...]
    lengths: Integers

    def __len__(self) -> int:
        return len(self.pieces)

    @cached_property
    def sizes(self) -> Integers:
        """Tokens of each piece."""
        return np.array([len(piece.tokens) for piece in self.pieces], np.int64)

    @property
    def size(self) -> int:
        """Tokens over all."""
        return int(self.sizes.sum())

    @cached_property
    def tokens(self) -> Hashes:
        """All tokens."""
        return np.concatenate([piece.tokens for piece in self.pieces]) if self.pieces else np.zeros(0, np.uint64)

    @cached_property
    def names(self) -> Flags:
        """Which of them are identifiers."""
        return np.concatenate([piece.names for piece in self.pieces]) if self.pieces else np.zeros(0, np.bool_)

    @cached_property
    def owner(self) -> Integers:
        """The piece that each token is of."""
        return np.repeat(np.arange(len(self.pieces)), self.sizes)

    def runs(self, width: int) -> tuple[Hashes, Integers]:
        """Runs of ``width`` tokens inside one piece, hashed, and the piece that each is of."""
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(self.sizes)])
        grams = shingles.shingle(shingles.Grams(self.tokens, ends), width)
        return grams.hashes, np.repeat(np.arange(len(self.pieces)), grams.sizes)

    @cached_property
    def compressed(self) -> Integers:
        """Bytes that each piece adds to the zlib stream of all, in order: their sum over `plain` is the compression ratio."""
        packer = zlib.compressobj(6)
        sizes = []
        for piece in self.pieces:
            data = piece.text.encode("utf-8", "surrogatepass")
            sizes.append(len(packer.compress(data)) + len(packer.flush(zlib.Z_SYNC_FLUSH)))
        return np.array(sizes, np.int64)

    @cached_property
    def plain(self) -> Integers:
        """Bytes of each piece."""
        return np.array([max(1, len(piece.text.encode("utf-8", "surrogatepass"))) for piece in self.pieces], np.int64)


def cut(pieces: Iterable[Piece], budget: int) -> Sample:
    """The first pieces up to a budget of tokens; the one that goes beyond it is cut (its text in proportion)."""
    chosen: list[Piece] = []
    lengths: list[int] = []
    left = budget
    for piece in pieces:
        if left <= 0:
            break
        size = len(piece.tokens)
        lengths.append(size)
        if size > left:
            chosen.append(replace(piece, tokens=piece.tokens[:left], names=piece.names[:left],
                                  text=piece.text[:max(1, len(piece.text) * left // size)]))
        else:
            chosen.append(piece)
        left -= size
    return Sample(tuple(chosen), np.array(lengths, np.int64))
