"""From a found value to what stands in its place: of the same length and classes, never itself, nothing of it left.

    >>> from provenance.steps.mask.draw import subkey
    >>> replace = Replacer(subkey(b"k" * 32))
    >>> one, other = replace.of("card", "5105105105105100"), replace.of("card", "5105-1051-0510-5100")
    >>> one == other.replace("-", ""), one[:8]
    (True, '51000000')

A value is normalised before it is looked up (separators and case away, leading zeros of long numbers away), so the same
customer gets the same number however it is written. What was drawn is drawn again while it shares four characters in a row
with the original, beyond what is kept on purpose (`RESERVED`: zeros that pad, what reserved ranges begin with). Where
nothing fits in 2,000 draws there is no replacement (None), and the caller refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from provenance.steps.mask import numbers, words
from provenance.steps.mask.draw import Draw

__all__ = ["NAMES", "RESERVED", "SECRETS", "Replacer", "shared"]

#: Kinds that become dummies.
SECRETS = frozenset({"password", "key", "token", "hash", "secret", "credential", "connection", "private-key"})
NAMES = frozenset({"person", "name", "author"})
_MAILS = frozenset({"email", "mail", "e-mail"})
_HOSTS = frozenset({"ip", "ipv4", "ipv6", "host", "ip-address", "mac"})
_DATES = frozenset({"date", "birthdate", "birth-date", "birth", "dob", "date-of-birth"})
_IDS = frozenset({"national-id", "tax-id", "id"})
#: Draws before it is given up; a day inside a number makes one in thirty fit.
_TRIES = 2000
#: Runs that say nothing about whose a value is: what pads, and what reserved ranges begin with.
RESERVED = ("0000", "xxxx", "0044", "0033", "0049", "@example.org", "@example.com", "@example.net", ".test", *numbers.RESERVED)

_Make = Callable[[str, Draw], str]


class Replacer:
    """Replacements under one key.

    Args:
        key: of `draw.subkey`; encoding: codec in which the text is written, for letters that are not ASCII.
    """

    def __init__(self, key: bytes, encoding: str = "utf-8") -> None:
        self._key, self._encoding = key, encoding

    def of(self, kind: str, value: str, *, number: bool = False) -> str | None:
        """What stands in for a value, of exactly its length; None where there is nothing to replace or nothing fits.

        Args:
            kind: of the finding; one that is not known is replaced character by character.
            value: as it stands in the text.
            number: it stands where only digits can.
        """
        if not any(char.isalnum() for char in value) and kind not in SECRETS:
            return None
        if kind in SECRETS:
            return words.dummy(value, number=number and value.isdecimal())
        if kind in NAMES:
            return self._name(value)
        if kind in _MAILS:
            made = self._drawn("email", value.lower() if len(value.lower()) == len(value) else value, words.address)
            return made.upper() if made and value.isupper() else made
        if kind in _HOSTS:
            made = self._drawn("host", value.lower(), words.host)
            return made.upper() if made and value.isupper() else made
        if kind in _DATES and re.fullmatch(r"(?:\d\d?[-/. ]){2}\d{4}", value):
            return self._drawn("date", value, numbers.day)
        return self._coded(kind, value)

    def _name(self, value: str) -> str | None:
        made, changed = value, False
        for start, end in words.pieces(value):
            part = value[start:end]
            low = "".join(char.lower() if len(char.lower()) == 1 else char for char in part)
            drawn = self._drawn("name", low, partial(words.name, encoding=self._encoding))
            if drawn is None:
                return None
            made, changed = made[:start] + words.cased(drawn, part) + made[end:], True
        return made if changed else self._coded("person", value)

    def _coded(self, kind: str, value: str) -> str | None:
        """Numbers and codes: the letters and digits are drawn, everything between them stays."""
        places = [at for at, char in enumerate(value) if char.isalnum()]
        core = "".join(char.lower() if len(char.lower()) == 1 else char for char in (value[at] for at in places))
        zeros = len(core) - len(core.lstrip("0"))
        # Long numbers are the same number however far they are padded; of short ones too little would be left to draw.
        padding = zeros if core.isdecimal() and len(core) - zeros >= 5 and kind not in ("phone", *_DATES, *_IDS) else 0
        family, make = self._way(kind, core)
        made = self._drawn(family, core[padding:], make)
        if made is None:
            return None
        found = list(value)
        for at, char in zip(places, "0" * padding + made, strict=True):
            found[at] = words.cased(char, value[at])
        return "".join(found)

    def _way(self, kind: str, core: str) -> tuple[str, _Make]:
        """Family, and how it is made."""
        digits = core.isascii() and core.isdecimal()
        if kind in ("card", "credit-card", "pan") and digits and 12 <= len(core) <= 19:
            return "card", numbers.card
        if kind == "iban" and core.isascii() and core[:2].isalpha() and len(core) >= 8:
            return "iban", numbers.iban
        if kind in ("phone", "telephone", "fax") and digits:
            return "phone", numbers.phone
        if kind in ("ssn", "us-ssn") and digits and len(core) == 9:
            return "number", numbers.ssn
        if kind in _DATES and digits:
            return "date", numbers.date
        if core.isascii():
            return ("id", numbers.checked) if kind in _IDS else ("number", numbers.plain)
        return "word", partial(words.word, encoding=self._encoding)

    def _drawn(self, family: str, core: str, make: _Make) -> str | None:
        for attempt in range(_TRIES):
            made = make(core, Draw(self._key, family, core, attempt))
            if len(made) == len(core) and made != core and not shared(core, made):
                return made
        return None


def shared(one: str, other: str) -> str:
    """The first run of characters that both have and that a replacement may not have; empty where there is none.

    Four in a row count (of values under six characters: more than half of them), whatever their case; zeros that pad and
    what belongs to a reserved range do not.

        >>> shared("a4711b", "x4711y"), shared("100004", "200005"), shared("2125550123", "3475550177")
        ('4711', '', '')
    """
    one, other = one.lower(), other.lower()
    size = min(4, len(one) // 2 + 1)
    runs = {other[at:at + size] for at in range(len(other) - size + 1)}
    return next((run for at in range(len(one) - size + 1) if (run := one[at:at + size]) in runs
                 and not (size == 4 and any(run in kept for kept in RESERVED))), "")
