"""Long literals that no person writes by hand: base64, hexadecimal, bytes as numbers, random characters.

Each is known by the digest of its characters, so that a child is asked only for those that its parents lack, and
nothing of it is ever shown. Sequence numbers and labels of fixed COBOL do not count.

It refuses to decode anything. Tables of digits, rulers and the alphabet in order are no payload.

    >>> [(p.code, p.length) for p in payloads("x = '" + "4d5a9000b81f0e7c00ba0e00b409cd21b8014ccd2154" * 2 + "'")]
    [('hex', 88)]
    >>> payloads("x = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'")
    []
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from provenance.model.identity import Digest
from provenance.steps.poison.reading import line_of

#: Shortest run of characters that counts, and runs of hexadecimal digits that are a digest's and not a payload's.
LEAST = 64
_DIGESTS = frozenset({64, 96, 128})
#: Bits a character at least: of base64 text of this length 5 and more, of English words without blanks about 4.1.
_BASE64_BITS, _HEX_BITS, _RANDOM_BITS = 4.6, 2.5, 5.0
_RUN = re.compile(r"[^\s'\"`,;()<>{}|]{64,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{64,}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{64,}(?![0-9A-Za-z])")
_BYTES = re.compile(r"(?:\\x[0-9A-Fa-f]{2}){16,}|(?:(?:\(byte\)\s*)?0x[0-9A-Fa-f]{1,2}\s*,\s*){32,}", re.IGNORECASE)
#: Pieces of one literal that was cut to fit its lines.
_PIECE = re.compile(r"(?P<q>['\"])(?P<inside>[A-Za-z0-9+/]{20,}={0,2})(?P=q)")
_PIECES, _GAP = 3, 100


@dataclass(frozen=True, slots=True, order=True)
class Payload:
    """One literal: what it looks like, how long it is, the digest of its characters, its line."""

    code: str
    length: int
    digest: str
    line: int


def payloads(text: str) -> list[Payload]:
    """Every payload of a text, in order of place, no two over the same place."""
    found: dict[int, Payload] = {}
    if _RUN.search(text):
        for hit in _RUN.finditer(text):
            code = _code(hit[0])
            if code:
                found[hit.start()] = _payload(code, hit[0], text, hit.start())
    for hit in _BYTES.finditer(text):
        found.setdefault(hit.start(), _payload("bytes", hit[0], text, hit.start()))
    for at, payload in _cut(text, set(found)):
        found[at] = payload
    return [payload for _, payload in sorted(found.items())]


def _code(run: str) -> str:
    if (hit := _HEX.search(run)) and _bits(hit[0].lower()) >= _HEX_BITS and not hit[0].isdigit() and not hit[0].isalpha():
        return "" if len(hit[0]) in _DIGESTS else "hex"
    if "://" in run:
        return ""
    hit = _BASE64.search(run)
    if hit and _mixed(hit[0]) and _bits(hit[0]) >= _BASE64_BITS and not _orderly(hit[0]):
        return "base64"
    if "/" not in run and "\\" not in run and _mixed(run) and _bits(run) >= _RANDOM_BITS and not _orderly(run):
        return "random"
    return ""


def _cut(text: str, taken: set[int]) -> list[tuple[int, Payload]]:
    """Literals that follow each other and are one base64 text together."""
    groups: list[list[re.Match[str]]] = [[]]
    for hit in _PIECE.finditer(text):
        if groups[-1] and hit.start() - groups[-1][-1].end() > _GAP:
            groups.append([])
        groups[-1].append(hit)
    found = []
    for group in groups:
        joined = "".join(hit["inside"] for hit in group)
        if (len(group) >= _PIECES and len(joined) >= LEAST * 3 // 2 and _mixed(joined) and _bits(joined) >= _BASE64_BITS
                and not _orderly(joined) and not any(hit.start("inside") in taken for hit in group)):
            found.append((group[0].start(), _payload("base64-cut", joined, text, group[0].start())))
    return found


def _payload(code: str, run: str, text: str, at: int) -> Payload:
    # Layout may put blanks between bytes; they are no part of what it is.
    return Payload(code, len(run), Digest.of("".join(run.split()).encode("utf-8", "surrogatepass")).hex[:16], line_of(text, at))


def _bits(text: str) -> float:
    """Entropy of the single characters, in bits a character."""
    size = len(text)
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values())


def _mixed(text: str) -> bool:
    """Whether upper case, lower case and digits alternate as chance would have them, not as in a name of words."""
    if not (any(map(str.isupper, text)) and any(map(str.islower, text)) and sum(map(str.isdigit, text)) * 16 >= len(text)):
        return False
    changes = sum(_class(left) != _class(right) for left, right in pairwise(text))
    return changes >= len(text) / 3


def _class(mark: str) -> int:
    return 0 if mark.isupper() else 1 if mark.islower() else 2 if mark.isdigit() else 3


def _orderly(text: str) -> bool:
    """Whether most characters follow the one before: an alphabet, a translation table."""
    steps = sum(ord(right) - ord(left) == 1 for left, right in pairwise(text))
    return steps * 3 > len(text)
