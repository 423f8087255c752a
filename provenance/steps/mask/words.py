"""Words that stand in for words: names, addresses, user names, and the dummies that stand in for secrets.

    >>> dummy("hunter2"), dummy("4711", number=True)
    ('XXXXXXX', '9999')

Addresses are of domains that RFC 2606 keeps for examples (``example.org``, ``.test``), or, where the original is too short
for one, of the top level ``zz`` (never delegated: ISO 3166-1 keeps it for users). Internet addresses are of networks that
are nobody's host (RFC 1918, RFC 1122, RFC 1112, RFC 4193). Names are drawn from a short list by length, and built of
syllables where the list has none of that length.
"""

from __future__ import annotations

import re
import string
import unicodedata

from provenance.steps.mask.draw import Draw

__all__ = ["FILLERS", "address", "alike", "cased", "dummy", "host", "name", "word"]

#: Given and family names, drawn by length; common ones, so that they say nothing about anybody.
_NAMES = """
Ann Ben Dan Eva Ian Jim Kay Lee Max Ned Pam Ray Sam Tom Una Zoe Fox Day Dey Orr Kerr Adam Anna Beth Carl Dana Emil Fred Gina
Hugo Ines Jane Karl Lena Mara Nora Omar Paul Rosa Sven Tina Vera Ward Webb Wolf Ross Reed Aaron Alice Bruno Carla David Edgar
Elena Felix Grace Helen Irene James Julia Klara Laura Marco Nadia Oscar Petra Ralph Simon Teresa Tobin Ulric Viola Wanda Brown
Clark Evans Green Hayes Jones Klein Lopez Meyer Perez Scott Weber Young Albert Andrew Bianca Carlos Daniel Esther Fabian Gloria
Harald Ingrid Jasper Katrin Lorena Martin Nadine Oliver Philip Regina Stefan Thomas Ursula Victor Walter Bailey Carter Fisher
Graham Hansen Jensen Kramer Larsen Miller Nelson Palmer Turner Vargas Wagner Adriana Bernard Camilla Dominic Eleanor Francis
Gabriel Heather Isidora Jeffrey Kristin Leonard Melanie Natalie Ottilie Patrick Quentin Rebecca Sabrina Timothy Valerie Wilfred
Andrews Bennett Collins Douglas Edwards Foster Gardner Hoffman Johnson Keller Lambert Mueller Parsons Richter Schmidt Simmons
Watkins Angelica Benedict Caroline Cordelia Dorothea Ferdinand Frederik Giovanni Hamilton Isabella Jonathan Kimberly Lorraine
Margaret Nicholas Patricia Reginald Samantha Theodore Veronica Williams Anderson Chandler Crawford Fletcher Gonzalez Hamilton
Lawrence Marshall Petersen Phillips Robinson Sanchez Schuster Thompson Whitaker Alexander Anastasia Cassandra Christoph
Constance Elizabeth Frederick Gabriella Gwendolyn Katharina Madeleine Priscilla Sebastian Valentina Armstrong Ferguson Fernandez
Gallagher Henderson Kowalski Mackenzie Rodriguez Schneider Wilkinson
"""
_BY_LENGTH: dict[int, tuple[str, ...]] = {
    size: found for size in range(3, 10)
    if len(found := tuple(sorted({each.lower() for each in _NAMES.split() if len(each) == size}))) >= 12}
#: Parts of a name that name nobody: they stay.
FILLERS = frozenset([
    "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "van", "von", "de", "der", "den", "la", "le", "du", "da", "di", "del",
    "della", "dos", "el", "al", "bin", "ibn", "st", "jr", "sr", "ii", "iii", "and", "und", "et", "y", "by", "the", "of", "for"])
_SYLLABLES = tuple(f"{onset}{vowel}" for onset in "bdfgklmnprstv" for vowel in "aeiou")
_PIECE = re.compile(r"[^\W\d_]+")


def cased(made: str, original: str) -> str:
    """What was made with the case of the original: all upper, all lower, capitalised, or letter by letter.

        >>> cased("adam", "JOHN"), cased("adam", "John"), cased("adam", "jOhn")
        ('ADAM', 'Adam', 'aDam')
    """
    return "".join(new.upper() if old.isupper() and len(new.upper()) == 1 else new
                   for new, old in zip(made, original, strict=True))


def alike(char: str, draw: Draw, encoding: str = "utf-8") -> str:
    """Another character of the same class; of the same script and as many bytes where it is not ASCII; itself where it is
    neither letter nor digit, or where there is none."""
    if not char.isalnum():
        return char
    if char.isascii():
        among = string.digits if char.isdecimal() else string.ascii_lowercase if char.islower() else string.ascii_uppercase
        return draw.of(among)
    block = range(ord(char) & ~63, (ord(char) & ~63) + 64)
    found = [other for other in map(chr, block) if other != char and unicodedata.category(other) == unicodedata.category(char)
             and _size(other, encoding) == _size(char, encoding) and _size(other, "utf-8") == _size(char, "utf-8")]
    return draw.of(found) if found else char


def _size(char: str, encoding: str) -> int:
    try:
        return len(char.encode(encoding))
    except (UnicodeEncodeError, LookupError):
        return 0


def word(core: str, draw: Draw, encoding: str = "utf-8") -> str:
    """A word or code of the same classes, character by character."""
    return "".join(alike(char, draw, encoding) for char in core)


def name(core: str, draw: Draw, encoding: str = "utf-8") -> str:
    """One part of a person's name, in lower case: of the list, else of syllables."""
    if not core.isascii():
        return word(core, draw, encoding)
    if among := _BY_LENGTH.get(len(core)):
        return draw.of(among)
    if len(core) == 1:
        return draw.of(string.ascii_lowercase)
    made = ""
    while len(made) < len(core):
        made += draw.of(_SYLLABLES)
    return made[:len(core)]


def pieces(text: str) -> list[tuple[int, int]]:
    """Where the parts of a name are that name somebody."""
    return [(found.start(), found.end()) for found in _PIECE.finditer(text) if found[0].lower() not in FILLERS]


def address(core: str, draw: Draw) -> str:
    """An e-mail address of the same length that cannot be anybody's, in lower case."""
    size = len(core)
    if size < 6:
        return "".join(char if not char.isalnum() else draw.of(string.ascii_lowercase) for char in core)
    if size >= 16:
        domain = draw.of(("example.org", "example.com", "example.net"))
    else:
        tail = ".test" if size >= 8 else ".zz"
        domain = "".join(draw.of(string.ascii_lowercase) for _ in range(1 if size < 11 else 2)) + tail
    local, size = "", size - len(domain) - 1
    while len(local) < size:
        local += draw.of(_SYLLABLES)
    return f"{local[:size]}@{domain}"


def host(core: str, draw: Draw) -> str:
    """An internet address with parts of the same length, of a network that is nobody's host."""
    octets = core.split(".")
    if len(octets) != 4 or not all(each.isdecimal() and 1 <= len(each) <= 3 for each in octets):
        # Of version 6: unique local addresses (RFC 4193) are nobody's on the net.
        made = "".join(draw.of("0123456789abcdef") if char.isalnum() else char for char in core)
        return "fd" + made[2:] if core[:2].isalnum() and ":" in core else made
    rest = [str(({1: 0, 2: 10, 3: 100}[len(each)]) + draw.below({1: 10, 2: 90, 3: 156}[len(each)])) for each in octets[1:]]
    return ".".join([{1: "0", 2: "10", 3: f"24{draw.below(10)}"}[len(octets[0])], *rest])


def dummy(text: str, *, number: bool = False) -> str:
    """A secret's stand-in: nothing of it is left but its length and its blanks; ``number`` where only digits can stand."""
    sign = ("8" if set(text) <= {"9"} else "9") if number else ("x" if set(text) <= {"X"} else "X")
    return "".join(char if char.isspace() else sign for char in text)
