"""Identifiers: digests, SWHIDs, batch ids and record ids. Each has a grammar, a parser, a ``str`` and a round trip.

    >>> str(RecordId.parse("rec:0123456789abcdef.42"))
    'rec:0123456789abcdef.42'
    >>> str(Swhid.of_content(b"hello\\n"))
    'swh:1:cnt:ce013625030ba8dba906f756967f9e9ca394464a'
    >>> str(Digest.of(b""))[:15]
    'sha256:e3b0c442'

Every hash is written with its kind. The grammars are in ``spec/identifiers.md``. What is not exactly in the grammar is
refused with `InvalidId`; nothing is repaired in silence.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote, unquote

from provenance.errors import InvalidId

_HEX64 = re.compile(r"[0-9a-f]{64}")
_BATCH = re.compile(r"[0-7][0-9a-f]{15}")
_RECORD = re.compile(r"rec:([0-7][0-9a-f]{15})\.(0|[1-9][0-9]{0,9})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_SWHID_CORE = re.compile(r"swh:1:(cnt|dir|rev|rel|snp):([0-9a-f]{40})")
#: Rows are stored as 32-bit signed integers.
MAX_ROW = 2**31 - 1


def canonical_json(value: Any) -> bytes:
    """The one byte form of a JSON value: that of RFC 8785 (keys by UTF-16 code unit, no spaces, UTF-8).

    Accepted are numbers that every JSON reader holds exactly and writes without an exponent: integers up to 2**53
    (beyond it, up to 1e16, those that a double holds) and floats of magnitude 0 or in [1e-6, 1e16); an integral float
    is written as an integer. NaN, infinities, other magnitudes, keys that are not text, lone surrogates, and objects
    that JSON does not know are refused.

    Raises:
        InvalidId: names the offending value.
    """
    return _canonical(value).encode()


_quote = json.JSONEncoder(ensure_ascii=False).encode


def _canonical(value: Any) -> str:
    # By hand, because `json` has neither the order of RFC 8785 (differs beyond U+FFFF) nor its numbers ("1e-05").
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        if not value.isascii() and _SURROGATE.search(value):
            raise InvalidId(ascii(value), "holds a lone surrogate, which has no UTF-8 form", "decode it another way")
        return _quote(value)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise InvalidId(value, "has a key that is not text")
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_canonical(key)}:{_canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_canonical, value)) + "]"
    raise InvalidId(type(value).__name__, "is not a JSON value", "pass text, numbers, lists or dictionaries")


def _number(value: float) -> str:
    if isinstance(value, int):
        if abs(value) > 2**53 and (abs(value) >= 10**16 or int(float(value)) != value):
            raise InvalidId(value, "is an integer that JSON readers cannot hold exactly", "write it as text")
        return int.__repr__(value)
    if not math.isfinite(value) or (value and not 1e-6 <= abs(value) < 1e16):
        raise InvalidId(value, "is a number without one canonical form", "write it as text")
    if value.is_integer():
        return int.__repr__(int(value))
    shortest = float.__repr__(value)
    return format(Decimal(shortest), "f") if "e" in shortest else shortest


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """A SHA-256 digest, written ``sha256:<64 lower-case hex>``."""

    hex: str
    kind: ClassVar[str] = "sha256"

    def __post_init__(self) -> None:
        if not _HEX64.fullmatch(self.hex):
            raise InvalidId(self.hex, "is not 64 lower-case hexadecimal digits")

    @classmethod
    def of(cls, data: bytes) -> Digest:
        return cls(hashlib.sha256(data).hexdigest())

    @classmethod
    def of_json(cls, value: Any) -> Digest:
        return cls.of(canonical_json(value))

    @classmethod
    def parse(cls, text: str) -> Digest:
        kind, _, rest = text.partition(":")
        if kind != cls.kind:
            raise InvalidId(text, "is not a digest of the form sha256:<64 hex>")
        return cls(rest)

    def __str__(self) -> str:
        return f"{self.kind}:{self.hex}"


@dataclass(frozen=True, slots=True, order=True)
class BatchId:
    """A batch: the first 63 bits of its recipe's digest, written as 16 hexadecimal digits (the first below 8)."""

    number: int

    def __post_init__(self) -> None:
        if not 0 <= self.number < 2**63:
            raise InvalidId(self.number, "is not a 63-bit number")

    @classmethod
    def of(cls, digest: Digest) -> BatchId:
        return cls(int(digest.hex[:16], 16) >> 1)

    @classmethod
    def parse(cls, text: str) -> BatchId:
        if not _BATCH.fullmatch(text):
            raise InvalidId(text, "is not a batch id of 16 hexadecimal digits (the first below 8)")
        return cls(int(text, 16))

    def __str__(self) -> str:
        return f"{self.number:016x}"


@dataclass(frozen=True, slots=True, order=True)
class RecordId:
    """A record: its batch and its row within it (dense from 0), written ``rec:<16 hex>.<row>``."""

    batch: int
    row: int

    def __post_init__(self) -> None:
        if not (0 <= self.batch < 2**63 and 0 <= self.row <= MAX_ROW):
            raise InvalidId((self.batch, self.row), "is out of range for a record id")

    @classmethod
    def parse(cls, text: str) -> RecordId:
        match = _RECORD.fullmatch(text)
        if not match or int(match[2]) > MAX_ROW:
            raise InvalidId(text, "is not a record id of the form rec:<16 hex>.<row>")
        return cls(int(match[1], 16), int(match[2]))

    @property
    def batch_id(self) -> BatchId:
        return BatchId(self.batch)

    def __str__(self) -> str:
        return f"rec:{self.batch:016x}.{self.row}"


@dataclass(frozen=True, slots=True)
class Swhid:
    """A SoftWare Hash IDentifier (ISO/IEC 18670), core and qualifiers.

    Qualifiers are kept in the standard's canonical order (origin, visit, anchor, path, lines, bytes). Values are held
    plain and percent-encoded (``%``, ``;`` and what is not printable ASCII) when written.
    """

    object_type: str
    hex: str
    qualifiers: tuple[tuple[str, str], ...] = field(default=())

    ORDER: ClassVar[tuple[str, ...]] = ("origin", "visit", "anchor", "path", "lines", "bytes")

    def __post_init__(self) -> None:
        if not _SWHID_CORE.fullmatch(self.core):
            raise InvalidId(self.core, "is not a SWHID core of the form swh:1:<cnt|dir|rev|rel|snp>:<40 hex>")
        names = [name for name, _ in self.qualifiers]
        if unknown := [name for name in names if name not in self.ORDER]:
            raise InvalidId(unknown[0], "is not a SWHID qualifier")
        if len(set(names)) != len(names):
            raise InvalidId(self.core, "has a qualifier twice")
        for name, value in self.qualifiers:
            if not value or _SURROGATE.search(value):
                raise InvalidId(self.core, f"has a qualifier {name} that is empty or not Unicode text ({value!a})")
        object.__setattr__(self, "qualifiers", tuple(sorted(self.qualifiers, key=lambda q: self.ORDER.index(q[0]))))

    @classmethod
    def of_content(cls, data: bytes, **qualifiers: str) -> Swhid:
        """The identifier of a file's bytes; equal to the git blob id."""
        # SHA-1 because the standard says so; tamper evidence rests on the sha256 that is stored beside it.
        digest = hashlib.sha1(b"blob %d\0" % len(data), usedforsecurity=False)
        digest.update(data)
        return cls("cnt", digest.hexdigest(), tuple(qualifiers.items()))

    @classmethod
    def parse(cls, text: str) -> Swhid:
        core, *rest = text.split(";")
        match = _SWHID_CORE.fullmatch(core)
        if not match:
            raise InvalidId(text, "is not a SWHID of the form swh:1:<cnt|dir|rev|rel|snp>:<40 hex>[;qualifiers]")
        pairs = []
        for part in rest:
            name, separator, value = part.partition("=")
            if not separator or not value or _BAD_ESCAPE.search(value):
                raise InvalidId(text, f"has a malformed qualifier {part!r}")
            try:
                pairs.append((name, unquote(value, errors="strict")))
            except UnicodeDecodeError as error:
                raise InvalidId(text, f"has a qualifier {name} that is not UTF-8") from error
        return cls(match[1], match[2], tuple(pairs))

    @property
    def core(self) -> str:
        """Without qualifiers."""
        return f"swh:1:{self.object_type}:{self.hex}"

    def __str__(self) -> str:
        safe = "/:@!$&'()*+,=-._~?#[] "
        return ";".join([self.core, *(f"{name}={quote(value, safe=safe).replace(' ', '%20')}"
                                      for name, value in self.qualifiers)])
