"""Makes up COBOL names that look written by hand, from a seeded random source.

A name is never a reserved word of any dialect and never a word that the caller has taken. Where no free name of the
wanted size can be found it gives None rather than a bad name.

    >>> Namer(random.Random(1), set()).exactly(12) is not None
    True
"""

from __future__ import annotations

import random
import re

from provenance.languages.cobol import LANGUAGE

#: Longest name that every dialect takes.
LONGEST = 30

_NOUNS = """
ACCOUNT ACCT ADJUST AGENT ALLOWANCE AMOUNT AMT AREA ASSET AUDIT AVERAGE BALANCE BAL BASE BATCH BILL BIN BLOCK BONUS
BOOK BRANCH BUCKET BUDGET BUYER CARD CARRIER CASE CATALOG CELL CHARGE CHECK CLAIM CLAIMS CLERK CLIENT CODE COST COUNT
CREDIT CTR CUST CUSTOMER DAY DEBIT DELTA DEPT DESK DETAIL DISCOUNT DOC DRAFT DUE ENTRANT ERR EVENT EXTRACT FACTOR FEE
FIELD FIGURE FLAG FLOW FUND GRADE GROSS GRP HEADER HIST HOLD HOUR HOURS IDX INDICATOR INVOICE ISSUE ITEM JOB JOURNAL
LEDGER LEVEL LIST LOAN LOT MARGIN MARK MARKET MATCH MONTH MOVEMENT NAME NBR NET NODE NOTE NUM OFFICE OWNER PARTNER
PART PAYEE PAYMENT PERIOD PERSON PLAN POINT POLICY POOL PRICE PRODUCT PROFIT PTS QTY QUOTA RATE RATIO REASON REC
RECEIPT REFUND REGION RESULT RETAIL RISK ROUND ROW SALARY SALE SCALE SCORE SEAT SHARE SHIFT SHIP SITE SLOT STAGE STATE
STEP STOCK STORE SUBTOTAL SUPPLY SWITCH TARGET TARIFF TAX TEAM TERM TICKET TIER TOKEN TOTAL TRACK TRADE TRAN UNIT
VENDOR VOUCHER WAGE WEEK WEIGHT WORK YEAR YIELD ZONE
"""
_VERBS = """
APPLY ASSESS BALANCE BUILD CALC CHECK CLEAR COLLECT COUNT DERIVE EDIT EMIT FETCH FILL FIND FORMAT GATHER HANDLE LIST
LOAD LOCATE MAKE MATCH NOTE OBTAIN PAINT POST PREPARE PROCESS PROVE PUT RECORD RESOLVE ROLL SCAN SETTLE SHOW SPLIT
STAMP STEP STORE SUM SWAP TAKE TEST TOTAL TRIM UPDATE VERIFY WALK
"""
_LETTERS = "ABCDEFGHIJKLMNPQRSTUVWXYZ"
_NUMBERED = re.compile(r"(?:\d+[A-Z]?|[A-Z]\d+)-(?=.)")
_AREA = re.compile(r"(?:WS|LS|LK|FD|W|L|FS|WK|SW|IDX|IX)-(?=.)")
_CLOSING = re.compile(r"-(?:EXIT|EX|END|FIN|X)$")


class Namer:
    """Gives new names, no two alike.

    Args:
        rng: the only source of chance.
        taken: upper-case words that must not be given; every name given is added to it.
    """

    def __init__(self, rng: random.Random, taken: set[str]) -> None:
        self._rng = rng
        self._taken = taken
        self._given: dict[str, str] = {}
        self._nouns = _NOUNS.split()
        self._verbs = _VERBS.split()

    def like(self, old: str, longest: int, procedure: bool = False) -> str | None:
        """A name in the manner of an old one (its number or area prefix, its -EXIT), of at most so many characters."""
        lead, tail = self._manner(old, longest)
        if tail:
            return tail
        closing = "-EXIT" if procedure and old.upper().endswith("-EXIT") else ""
        for _ in range(60):
            nouns = self._rng.choices(self._nouns, k=self._rng.choice((1, 2, 2, 3)))
            parts = [self._rng.choice(self._verbs), *nouns[:2]] if procedure else nouns
            name = lead + "-".join(dict.fromkeys(parts)) + closing
            if len(name) <= min(longest, LONGEST) and self._free(name):
                return name
        return None

    def exactly(self, length: int, old: str = "") -> str | None:
        """A name of exactly so many characters."""
        lead, tail = self._manner(old, length)
        if tail and len(tail) == length:
            return tail
        lead = lead if length - len(lead) >= 3 else ""
        for attempt in range(200):
            name = lead + self._fill(length - len(lead))
            if attempt >= 20:
                # Few words have this length: digits at the end make room.
                name = name[: max(1, length - 2)] + "".join(
                    self._rng.choices("0123456789", k=length - max(1, length - 2))
                )
            if len(name) == length and self._free(name):
                return name
        return None

    def keep(self, old: str, new: str) -> None:
        """Record that a name was used, so that nobody else gets it and ``OLD-EXIT`` becomes ``NEW-EXIT``."""
        self._taken.add(new.upper())
        self._given[old.upper()] = new

    def _manner(self, old: str, longest: int) -> tuple[str, str]:
        """What a new name shares with an old one: its prefix; and the whole new name where its stem was renamed."""
        closing = _CLOSING.search(old.upper())
        stem = self._given.get(old.upper()[: closing.start()]) if closing else None
        if stem and closing and len(stem) + len(closing[0]) <= min(longest, LONGEST) and self._free(stem + closing[0]):
            return "", stem + closing[0]
        found = _NUMBERED.match(old.upper()) or _AREA.match(old.upper())
        return (found[0] if found else ""), ""

    def _fill(self, length: int) -> str:
        """Words joined by hyphens, exactly so long."""
        if length <= 2:
            return "".join(self._rng.choices(_LETTERS, k=length))
        fitting = [word for word in self._nouns if len(word) == length]
        if fitting and (length < 6 or self._rng.random() < 0.3):
            return self._rng.choice(fitting)
        heads = [word for word in self._nouns if length - len(word) >= 3]
        if not heads:
            return self._rng.choice(fitting) if fitting else "".join(self._rng.choices(_LETTERS, k=length))
        head = self._rng.choice(heads)
        return f"{head}-{self._fill(length - len(head) - 1)}"

    def _free(self, name: str) -> bool:
        return name not in self._taken and name not in LANGUAGE.reserved and re.search("[A-Z]", name) is not None
