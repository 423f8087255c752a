"""A value's mark: the same value has the same mark, and only the holder of the key can tell which value it is.

    >>> mark("HUNTER22", b"k" * 32) == mark("HUNTER22", b"k" * 32) != mark("HUNTER22", b"j" * 32)
    True
    >>> mark("HUNTER22", b"k" * 32)[:5], len(mark("HUNTER22", b"k" * 32))
    ('hmac:', 37)

A plain hash would not do: passwords, card numbers and telephone numbers can all be tried. The key that is used is drawn
from the ledger's by a label, so a mark says nothing about a person's pseudonym.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from provenance.errors import InvalidId

_MARK = re.compile(r"hmac:[0-9a-f]{32}")


def mark(value: str, key: bytes) -> str:
    """``hmac:`` and the first 32 hex digits of HMAC-SHA256 over a value.

    Raises:
        InvalidId: the key is empty.
    """
    return "hmac:" + hmac.new(_drawn(key, b"findings"), value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def is_mark(text: str) -> bool:
    """Whether a text is written as a mark."""
    return bool(_MARK.fullmatch(text))


def fingerprint(key: bytes) -> str:
    """16 hex digits that tell keys apart and say nothing of them.

    Raises:
        InvalidId: the key is empty.
    """
    return _drawn(key, b"fingerprint").hex()[:16]


def _drawn(key: bytes, label: bytes) -> bytes:
    if not key:
        raise InvalidId("key", "is empty, so anybody could undo the marks", "pass the ledger's secret key")
    return hmac.new(key, b"corpus-provenance/screen/1/" + label, hashlib.sha256).digest()
