"""Keyed draws: what replaces a value is decided by a ledger's key and the value, and by nothing else.

    >>> key = subkey(b"k" * 32)
    >>> Draw(key, "number", "4711").digits(4) == Draw(key, "number", "4711").digits(4)
    True

The draws are the bytes of HMAC-SHA256 in counter mode (as NIST SP 800-108). So the same value gets the same replacement
in every file, and who has no key learns nothing from a replacement but what is kept on purpose (length, classes of
characters, a prefix that says whose range a number is of). Who has the key can try values until one fits: it is to be
kept as the data itself. An empty key is refused, or anybody could.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from provenance.errors import InvalidId

__all__ = ["Draw", "fingerprint", "subkey"]

_LABEL = b"corpus-provenance mask 1"


def subkey(key: bytes) -> bytes:
    """The key of masking, derived from a ledger's: neither says anything about the ledger's pseudonyms.

    Raises:
        InvalidId: the key is empty.
    """
    if not key:
        raise InvalidId("key", "is empty, so anybody could undo the masking", "pass the ledger's secret key")
    return hmac.new(key, _LABEL, hashlib.sha256).digest()


def fingerprint(key: bytes) -> str:
    """Which key masks, for recipes: 16 hex digits that tell keys apart and are of no use without them."""
    return hmac.new(subkey(key), b"fingerprint", hashlib.sha256).hexdigest()[:16]


class Draw:
    """A stream of choices for one value.

    Args:
        key: of `subkey`.
        family: what the value is of; the same digits as a card and as a customer number are two values.
        value: normalised.
        attempt: counts up where what was drawn cannot be used.
    """

    def __init__(self, key: bytes, family: str, value: str, attempt: int = 0) -> None:
        named = b"\0".join(part.encode("utf-8", "surrogatepass") for part in (family, str(attempt), value))
        self._key, self._named = key, hashlib.sha256(named).digest()
        self._count, self._left = 0, b""

    def below(self, limit: int) -> int:
        """A number from 0 to ``limit`` - 1; the bias of a limit below a million is under 2**-44."""
        if len(self._left) < 8:
            block = hmac.new(self._key, self._named + self._count.to_bytes(4, "big"), hashlib.sha256).digest()
            self._count += 1
            self._left += block
        number, self._left = int.from_bytes(self._left[:8], "big"), self._left[8:]
        return number % limit

    def of(self, among: Sequence[str]) -> str:
        """One of several."""
        return among[self.below(len(among))]

    def digits(self, count: int, *, first: str = "0123456789") -> str:
        """So many digits, the first one of ``first``."""
        return "".join(self.of(first if place == 0 else "0123456789") for place in range(count))
