"""PICTURE strings: what kind of field they describe, how many characters and digits it has.

    >>> picture = parse_picture("S9(5)V99")
    >>> picture.category, picture.digits, picture.scale, picture.signed
    ('numeric', 7, 2, True)
    >>> parse_picture("X(NAME)") is None
    True
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_REPEATED = re.compile(r"([A-Z0-9/,.+*$-])\((\d{1,6})\)")
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A PICTURE that is understood.

    Attributes:
        text: as written, in upper case.
        category: "alphabetic", "alphanumeric", "numeric", "numeric-edited", "alphanumeric-edited", "national" or "dbcs".
        size: characters that it shows; the sign of ``S`` and the point of ``V`` take none.
        digits: digits that it holds (``9``, ``Z``, ``*`` and all but the first of a floating sign).
        scale: digits after the point; below 0 where ``P`` stands at the end.
        signed: it can hold a negative number.
    """

    text: str
    category: str
    size: int
    digits: int = 0
    scale: int = 0
    signed: bool = False


def parse_picture(text: str) -> Picture | None:
    """A PICTURE string, or None where it is not understood (names in parentheses, floating point, other currencies)."""
    written = text.upper()
    if sum(int(count) for _, count in _REPEATED.findall(written)) > _LONGEST:
        return None
    symbols = _REPEATED.sub(lambda found: found[1] * int(found[2]), written)
    if not symbols or not re.fullmatch(r"[AXN9GSVPZB0/,.+*$CRD-]+", symbols):
        return None
    plain = set(symbols)
    if plain <= {"A"}:
        return Picture(written, "alphabetic", len(symbols))
    if plain <= {"N"}:
        return Picture(written, "national", len(symbols))
    if plain <= {"G"}:
        return Picture(written, "dbcs", len(symbols))
    if plain <= set("SV9P"):
        return _numeric(written, symbols)
    if plain & set("XA"):
        if not plain <= set("XA9B0/"):
            return None
        return Picture(written, "alphanumeric" if plain <= set("XA9") else "alphanumeric-edited", len(symbols))
    return _edited(written, symbols)


def _numeric(written: str, symbols: str) -> Picture | None:
    found = re.fullmatch(r"(S?)(P*)(9*)(V?)(P*)(9*)(P*)", symbols)
    if not found or "9" not in symbols:
        return None
    sign, before, whole, _, between, fraction, after = found.groups()
    digits = len(whole) + len(fraction)
    if not (before or between or after):
        return Picture(written, "numeric", digits, digits, len(fraction), bool(sign))
    if (before or between) and not after and not (whole and fraction):
        # P before the digits stands for zeros after the point, behind them for zeros before it.
        scale = digits + len(before + between) if fraction or before else -len(between)
        return Picture(written, "numeric", digits, digits, scale, bool(sign))
    if after and not (before or between or (whole and fraction)):
        return Picture(written, "numeric", digits, digits, -len(after), bool(sign))
    return None


def _edited(written: str, symbols: str) -> Picture | None:
    if not re.fullmatch(r"[9VPZB0/,.+*$-]*(?:CR|DB)?", symbols) or symbols.count(".") + symbols.count("V") > 1:
        return None
    ending = symbols[-2:] in ("CR", "DB")
    body = symbols[:-2] if ending else symbols
    places, scale, after = 0, 0, False
    floating = {sign: body.count(sign) > 1 for sign in "+-$"}
    first = dict.fromkeys("+-$", True)
    for symbol in body:
        if symbol in ".V":
            after = True
            continue
        holds = symbol in "9Z*"
        if floating.get(symbol):
            holds, first[symbol] = not first[symbol], False
        places += holds
        scale += holds and after
    if "P" in body or not places:
        return None
    return Picture(written, "numeric-edited", len(symbols.replace("V", "")), places, scale, ending or bool(set(body) & set("+-")))
