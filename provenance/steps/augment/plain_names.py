"""Makes up names for variables and methods in the manner of the old ones, from a seeded random source.

A new name keeps the old one's letter case, its separators and its prefix of convention (``lv_``, ``m_``, ``<ls_``). It
is never reserved, never a word of the text, never given twice.

    >>> namer = PlainNamer(random.Random(3), {"total"}, frozenset())
    >>> [bool(re.fullmatch(shape, namer.like(old) or "")) for shape, old in (
    ...     (r"l_[a-z_]+", "l_old_sum"), (r"[A-Z][A-Z_]+", "MAX_SIZE"), (r"[a-z]+([A-Z][a-z]+)*", "oldSum"))]
    [True, True, True]
"""

from __future__ import annotations

import random
import re

_NOUNS = """
account amount answer area balance batch block bound bucket budget buffer candidate cell chain chunk column content count
counter current cursor delta detail digit distance draft edge element entry factor field figure final fragment frame gap
given goal grade grid group guess head height holder input item key label last left length letter level limit line list
local lookup lower mark match measure member mode name nested node note number offset origin output pair part partial
past pattern pending period phrase piece place plan point pool portion position prefix previous price product queue
quota range rank rate ratio reading record region remainder report rest result right row sample scale score section
segment share side sign size slot source span stage start state step stock store sum summary symbol table tail target
task term ticket tier token total trail unit upper value weight width window word work zone
"""
_VERBS = """
apply assess build check clear collect compute count derive emit fetch fill find format gather handle load locate make
mark match measure note obtain pick place prepare prove put resolve roll scan settle show split store sum take trim
update visit walk
"""
_SHORT = "abcdefghijkmnpqrstuvwxyz"
_PREFIX = re.compile(r"<?(?:[a-z]{1,3}_+|_+|%)(?=.)", re.IGNORECASE)


class PlainNamer:
    """Gives new names, no two alike.

    Args:
        rng: the only source of chance.
        taken: folded words that must not be given; every name given is added to it.
        reserved: upper-case words that must not be given either.
        longest: most characters of a name.
        snake: a name of one small word may become two words joined by ``_``, not by a capital.
    """

    def __init__(
        self, rng: random.Random, taken: set[str], reserved: frozenset[str], longest: int = 30, snake: bool = False
    ) -> None:
        self._rng = rng
        self._taken = taken
        self._reserved = reserved
        self._longest = longest
        self._snake = snake
        self._nouns = _NOUNS.split()
        self._verbs = _VERBS.split()

    def like(self, old: str, verb: bool = False) -> str | None:
        """A name in the manner of an old one, or None where chance finds no free one.

        Args:
            verb: the name of something that is called.
        """
        closing = ">" if old.startswith("<") else ""
        body = old[:-1] if closing else old
        lead = _PREFIX.match(body)
        prefix = lead[0] if lead else "<" if closing else ""
        stem = body[len(prefix) :]
        for attempt in range(60):
            name = prefix + self._stem(stem, verb, attempt) + closing
            folded = name.casefold()
            if len(name) <= self._longest and folded not in self._taken and name.upper() not in self._reserved:
                self._taken.add(folded)
                return name
        return None

    def _stem(self, old: str, verb: bool, attempt: int) -> str:
        if len(old) == 1 and not verb and attempt < 30:
            letter = self._rng.choice(_SHORT)
            return letter.upper() if old.isupper() else letter
        count = 1 if len(old) <= 5 else self._rng.choice((1, 2, 2))
        count += attempt >= 30
        words = list(dict.fromkeys(self._rng.choices(self._nouns, k=count)))
        if verb:
            words.insert(0, self._rng.choice(self._verbs))
        if old.isupper():
            # A language without "_" in names shows it by having none: MUMPS and old REXX run words together.
            return ("_" if "_" in old or self._longest > 8 else "").join(words).upper()
        if "_" in old:
            return "_".join(words)
        if old[:1].isupper():
            return "".join(word.title() for word in words)
        if self._snake and old.islower():
            return "_".join(words)
        return words[0] + "".join(word.title() for word in words[1:])
