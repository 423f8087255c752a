"""The words by which COBOL statements begin, branch and end: all that the segmenter knows of grammar, as tables.

    >>> VERBS["READ"].terminator, sorted(VERBS["READ"].clauses)
    ('END-READ', ['END', 'INVALID'])
"""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """What a verb allows: its scope terminator (or empty) and the kinds of conditional clauses that it takes."""

    terminator: str
    clauses: frozenset[str]


# One line a verb that has a scope terminator, and the clauses that it takes.
_SCOPED = """\
ACCEPT EXCEPTION
ADD SIZE
CALL EXCEPTION OVERFLOW
COMPUTE SIZE
DELETE INVALID EXCEPTION
DISPLAY EXCEPTION
DIVIDE SIZE
EVALUATE
IF
INVOKE EXCEPTION
JSON EXCEPTION
MULTIPLY SIZE
PERFORM
READ END INVALID
RECEIVE
RETURN END
REWRITE INVALID
SEARCH END
START INVALID
STRING OVERFLOW
SUBTRACT SIZE
UNSTRING OVERFLOW
WRITE INVALID EOP
XML EXCEPTION"""
_PLAIN = """
ALLOCATE ALTER CANCEL CLOSE COMMIT CONTINUE DISABLE ENABLE ENTER ENTRY EXAMINE EXHIBIT EXIT FREE GENERATE GO GOBACK
INITIALIZE INITIATE INSPECT MERGE MOVE OPEN PURGE RAISE READY RELEASE RESET RESUME ROLLBACK SEND SET SORT STOP SUPPRESS
TERMINATE TRANSFORM UNLOCK USE VALIDATE
"""


def _verbs() -> dict[str, Verb]:
    found = {word: Verb("", frozenset()) for word in _PLAIN.split()}
    for verb, *kinds in map(str.split, _SCOPED.split("\n")):
        found[verb] = Verb(f"END-{verb}", frozenset(kinds))
    return found


#: What is known of a word that is no verb.
NO_VERB = Verb("", frozenset())
#: Every verb that the segmenter knows.
VERBS: dict[str, Verb] = _verbs()
#: Scope terminator -> its verb.
TERMINATORS: dict[str, str] = {verb.terminator: word for word, verb in VERBS.items() if verb.terminator}
#: What may follow EXIT: PERFORM is a verb elsewhere.
AFTER_EXIT = frozenset({"PERFORM", "PARAGRAPH", "SECTION", "PROGRAM", "FUNCTION", "METHOD", "CYCLE"})
#: Words after which a word that looks like a verb or a clause is an operand ("SET P TO ENTRY", "FROM EXCEPTION").
BEFORE_OPERAND = frozenset({"TO", "OF", "IN", "FROM", "UNTIL", "FUNCTION"})
#: Words of the compiler's listing, which stand anywhere and end nothing.
LISTING_WORDS = frozenset({"EJECT", "SKIP1", "SKIP2", "SKIP3"})
DIVISIONS = frozenset({"IDENTIFICATION", "ID", "ENVIRONMENT", "DATA", "PROCEDURE"})
UNITS = frozenset({"PROGRAM-ID", "FUNCTION-ID", "CLASS-ID", "METHOD-ID", "INTERFACE-ID"})
ENDED_UNITS = frozenset({"PROGRAM", "FUNCTION", "CLASS", "METHOD", "INTERFACE"})
