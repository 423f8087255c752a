"""A person's stand-in: the same person gets the same text, and only the holder of the key can make it from an address.

    >>> pseudonym("Ada", "Ada@Example.org", b"k" * 32) == pseudonym("A. L.", " ada@example.org", b"k" * 32)
    True

A plain hash would not do: addresses are guessable, so a plain hash of one is the address to whoever tries. An empty
key is refused for the same reason.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

from provenance.errors import InvalidId

_GITHUB_NOREPLY = re.compile(r"(?:[0-9]+\+)?([^@]+)@users\.noreply\.github\.com")


def pseudonym(name: str, email: str, key: bytes) -> str:
    """``person:`` and the first 16 hex digits of HMAC-SHA256 over the address, or over the name where there is none.

    Raises:
        InvalidId: the key is empty.
    """
    if not key:
        raise InvalidId("key", "is empty, so anybody could undo the pseudonyms", "pass the ledger's secret key")
    who = _normal(email) or "name:" + _normal(name)
    return "person:" + hmac.new(key, who.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]


def _normal(text: str) -> str:
    # GitHub writes one account's private address with and without its number; both are one person.
    plain = unicodedata.normalize("NFC", text).strip().lower()
    match = _GITHUB_NOREPLY.fullmatch(plain)
    return f"{match[1]}@users.noreply.github.com" if match else plain
