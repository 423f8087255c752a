"""Numbers that stand in for numbers: of the same length, with right check digits, and of a reserved range where one exists.

    >>> from provenance.steps.mask.draw import subkey
    >>> made = card("4539578763621486", Draw(subkey(b"k" * 32), "card", "4539578763621486"))
    >>> made[:7], sums.luhn(made)
    ('4000000', True)

Reserved ranges: card numbers with six zeros behind the issuer's digits (4000 0000 0000 0002 and its like are what networks
and payment providers publish for tests), telephone numbers that regulators keep for fiction (555-01xx in North America,
07700 900xxx in Britain, 01 99 00 xx xx in France), IBANs of a bank whose code begins with ``0000`` or ``XXXX`` (no registry
gives those out), US social security numbers of area 666 (never assigned). For everything else no range is reserved, and a
drawn number can be one that somebody has; nothing ties it to whom the replaced one belonged to.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from provenance.steps.mask.draw import Draw
from provenance.steps.screen import checksums as sums

__all__ = ["RESERVED", "SHAPES", "card", "checked", "date", "day", "iban", "mod97", "phone", "plain", "ssn"]

#: Issuer's range -> the issuer's digits of the test numbers that stand in for it, before the six zeros.
_TEST_CARDS: Mapping[str, str] = {
    "4": "4", "51": "51", "52": "52", "53": "53", "54": "54", "55": "55", "2": "2223", "34": "34", "37": "37", "6011": "6011",
    "64": "644", "65": "65", "62": "62", "35": "3530", "30": "300", "36": "36", "38": "38"}
#: Country code -> numbers kept for fiction, by the countries' regulators; the rest of a number is drawn.
_DRAMA = (("44", "447700900"), ("33", "33199009"), ("49", "493023125"), ("61", "61491570"))
#: What a replacement may begin with, though the original may have done so as well.
RESERVED: tuple[str, ...] = (*(f"{start}000000" for start in sorted(_TEST_CARDS.values())), "55501", "07700900", "019900",
                             *(drama for _, drama in _DRAMA))


def mod97(text: str) -> bool:
    """Whether an IBAN's check digits are right (ISO 13616, ISO 7064 MOD 97-10), whatever its country's length."""
    moved = text[4:] + text[:4]
    return len(text) > 4 and moved.isalnum() and moved.isascii() and _number(moved) % 97 == 1


def _number(text: str) -> int:
    return int("".join(str(int(char, 36)) for char in text))


def _with_check(body: str, right: Callable[[str], bool], tail: str = "9") -> str:
    """The body with the first check digits or letter that are right, or an empty text where none are.

    ``tail`` is the shape of what is missing: a nine for each digit, or an A for a letter.
    """
    ends = string.ascii_uppercase if tail == "A" else (f"{number:0{len(tail)}}" for number in range(10 ** len(tail)))
    return next((body + end for end in ends if right(body + end)), "")


def card(core: str, draw: Draw) -> str:
    """A card number of the same network, six zeros behind the issuer's digits as in the networks' test numbers (``4000 0000
    0000 0002``); with a right check digit where the original's was right."""
    start = next((_TEST_CARDS[core[:size]] for size in (4, 2, 1) if core[:size] in _TEST_CARDS), core[:1]) + "000000"
    body = start + draw.digits(len(core) - len(start) - 1)
    return _with_check(body, sums.luhn) if sums.luhn(core) else body + draw.digits(1)


def iban(core: str, draw: Draw) -> str:
    """An IBAN of the same country, of a bank that cannot exist; lower case letters in, lower case letters out."""
    land, bban = core[:2], core[4:]
    drawn = "".join(_alike(char, draw) if place >= 4 else ("x" if char.isalpha() else "0") for place, char in enumerate(bban))
    if not mod97(core.upper()):
        return land + draw.digits(2) + drawn
    return land + f"{98 - _number((drawn + land + '00').upper()) % 97:02}" + drawn


def phone(core: str, draw: Draw) -> str:
    """A telephone number kept for fiction where a plan has such numbers; else of the same country code."""
    size = len(core)
    if size in (10, 11) and core[:size - 10] in ("", "1") and core[size - 10] in "23456789":
        return core[:size - 10] + draw.digits(1, first="23456789") + draw.digits(2) + "55501" + draw.digits(2)
    if size == 7 and core[0] in "23456789":
        return "55501" + draw.digits(2)
    for code, drama in _DRAMA:
        for out in ("", "00"):
            if core.startswith(out + code) and len(out + drama) < size <= len(out + drama) + 4:
                return out + drama + draw.digits(size - len(out + drama))
    if size == 11 and core.startswith("0"):
        return "07700900" + draw.digits(3)
    if size == 10 and core.startswith("0"):
        return "019900" + draw.digits(4)
    return plain(core, draw)


def ssn(core: str, draw: Draw) -> str:
    """A US social security number of area 666."""
    return "666" + draw.digits(len(core) - 3, first="123456789") if len(core) == 9 else plain(core, draw)


def date(core: str, draw: Draw) -> str:
    """A day that exists, in the same order of year, month and day and in the same century."""
    if len(core) not in (6, 8):
        return plain(core, draw)
    month, day = f"{1 + draw.below(12):02}", f"{1 + draw.below(28):02}"
    if len(core) == 6:
        return draw.digits(2) + month + day if core[2:4] <= "12" else month + day + draw.digits(2)
    if core[:2] in ("18", "19", "20"):
        return _year(core[:2], draw) + month + day
    return (day + month if core[2:4] <= "12" else month + day) + _year(core[4:6], draw)


def day(value: str, draw: Draw) -> str:
    """The same of a day that is written with its year last ("3/11/1968")."""
    def part(found: re.Match[str]) -> str:
        if len(found[0]) == 4:
            return _year(found[0][:2], draw)
        # What is above twelve is no month; the other one may be.
        most = 28 if int(found[0]) > 12 else 12
        return str(1 + draw.below(9)) if len(found[0]) == 1 else f"{1 + draw.below(most):02}"
    return re.sub(r"\d+", part, value)


def _year(century: str, draw: Draw) -> str:
    known = century if century in ("18", "19", "20") else "19"
    return known + draw.digits(2, first="01" if known == "20" else "0123456789")


@dataclass(frozen=True, slots=True)
class _Shape:
    """A number with check digits: what it looks like, when it is right, and the shape of its check digits."""

    looks: re.Pattern[str]
    right: Callable[[str], bool]
    tail: str = "9"


def _shape(looks: str, right: Callable[[str], bool], tail: str = "9") -> _Shape:
    return _Shape(re.compile(looks), right, tail)


_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
#: Tried in this order on what is called a tax number or a number of a person; the first that the original satisfies counts.
SHAPES: tuple[_Shape, ...] = (
    _shape(r"[XYZ]?\d{7,8}[A-Z]", sums.spanish_id, "A"), _shape(rf"[12]\d\d{_MONTH}\d{{10}}", sums.french_nir, "99"),
    _shape(r"[A-Z]{6}\d\d[A-EHLMPRST](?:[0-6]\d|7[01])[A-Z]\d{3}[A-Z]", sums.codice_fiscale, "A"),
    _shape(r"756\d{10}", sums.swiss_ahv), _shape(r"[1-9]\d{10}", sums.german_tax_id),
    _shape(rf"\d\d(?:[02468]|[13579])\d{_DAY}\d{{5}}", sums.polish_pesel),
    _shape(rf"\d\d{_MONTH}{_DAY}\d{{5}}", sums.belgian_number, "99"), _shape(r"\d{11}", sums.brazilian_cpf, "99"),
    _shape(r"\d{10}", sums.uk_nhs), _shape(rf"\d\d{_MONTH}{_DAY}\d{{4}}", sums.luhn), _shape(r"\d{9}", sums.dutch_bsn),
    _shape(r"[1-79]\d{8}", sums.luhn), _shape(r"\d{6,20}", sums.luhn))


def checked(core: str, draw: Draw) -> str:
    """A tax number or a number of a person, in lower case: with right check digits where the original has them; what it
    gives for want of one that fits is empty, and the caller draws again."""
    shape = next((each for each in SHAPES if each.looks.fullmatch(core.upper()) and each.right(core.upper())), None)
    if shape is None:
        return _drawn(core, draw)
    body = _drawn(core[:len(core) - len(shape.tail)], draw).upper()
    if core[:1] in "xyz" and core[1:2].isdecimal():
        body = draw.of("XYZ") + body[1:]
    if shape.right is sums.swiss_ahv:
        body = "756" + body[3:]
    made = _with_check(body, shape.right, shape.tail)
    return made.lower() if shape.looks.fullmatch(made) else ""


def plain(core: str, draw: Draw) -> str:
    """A number or code of the same classes, character by character."""
    return _drawn(core, draw)


def _drawn(core: str, draw: Draw) -> str:
    made = "".join(_alike(char, draw) for char in core)
    # What begins with no zero begins with none afterwards: "010" is another number than "10" to some compilers.
    return draw.digits(1, first="123456789") + made[1:] if core[0] != "0" and core[0].isdecimal() else made


def _alike(char: str, draw: Draw) -> str:
    if char.isdecimal():
        return draw.digits(1)
    return draw.of(string.ascii_lowercase) if char.isalpha() else char
