"""Names of people in programs: author paragraphs and tags, and the lines of change logs. What COBOL holds of people is there.

    >>> text = "      * 12/03/1998 J. SMITH    NEW TAX TABLE"
    >>> [(f.rule, text[f.start:f.end]) for f in find_people(text, "cobol")]
    [('change-log', 'J. SMITH')]

A name cannot be told from two other words by its shape, so nothing here is certain: a person should look. Looked at are
only places that are there to name somebody. Copyright notices are left alone: their licences ask that they stay.
Organisations are left out where a word says that they are one. Initials alone count only where VistA's rules put them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.steps.screen.finding import Finding
from provenance.steps.screen.places import about, around, lowered

CHECK = "personal_data"
RULES: tuple[str, ...] = ("author-paragraph", "author-tag", "change-log", "routine-initials")

_CAP = r"[A-Z\u00c0-\u00de][a-z\u00df-\u00ff][\w'\u2019-]{0,24}"
_LINK = r"(?:(?:de|del|della|van|von|der|den|la|le|di|da|dos|bin|al|el|ter|ten)\s+){0,2}"
#: "Jane Q. Public", "J. Smith", "Smith, Jane".
_MIXED = rf"{_CAP}(?:\s[A-Z]\.?){{0,2}}\s{_LINK}{_CAP}(?:\s{_CAP})?|(?:[A-Z]\.\s?){{1,3}}{_LINK}{_CAP}|{_CAP},\s{_CAP}"
#: "J. SMITH", "J.P.SMITH", "SMITH, J.", "SMITH J."; initials make capitals a name.
_INITIALS = (r"(?:[A-Z]\.\s?){1,3}[A-Z][A-Z'\u2019-]{2,24}|[A-Z][A-Z'\u2019-]{2,24},?\s(?:[A-Z]\.){1,3}"
             r"|[A-Z]\s[A-Z][A-Z'\u2019-]{3,24}(?=\s{2}|\s*[-:;*,(]|\s*$)")
#: Two or three capital words that stand by themselves.
_CAPITALS = r"[A-Z][A-Z'\u2019-]{2,20}(?:,?\s(?:[A-Z]\.?\s)?[A-Z][A-Z'\u2019-]{2,24}){1,2}(?=\s{2}|\s*[-:;*,(]|\s*$)"
_NAME = re.compile(rf"(?:{_INITIALS}|{_MIXED})", re.MULTILINE)
_ANY_NAME = re.compile(rf"(?:{_INITIALS}|{_MIXED}|{_CAPITALS})", re.MULTILINE)
#: One word as a name: a user id, a nickname; only after a tag, and alone on the rest of its line or before an address.
_USER = re.compile(r"@?[A-Za-z][\w.-]{1,30}(?=\s*(?:$|[<(,;*]|-\s|on\s|\d))")

#: Words that no name holds: what was done, and what is a body of people.
_NOT_A_NAME = re.compile(r"(?<!\w)(?:" + "|".join(re.findall(r"\S+", r"""
    add added adds all and allow another application apply bank base[d]? batch bug build call calls called change[ds]? check
    checks checked clean\w* code[ds]? company compiler? consult\w* control convert\w* copy corp corporation correct\w*
    create[ds]? data date delete[ds]? department dept description development enhance\w* error file first fix(?:e[ds])? for
    foundation from function fund gmbh group ibm implement\w* improve\w* inc initial\w* input institute international into lab
    limited llc ltd made main\w* make merge\w* microsoft mod\w* module move[ds]? national new none not now of office oracle
    organi[sz]ation original output patch performance plc problem process\w* program\w* project release[ds]? remove[ds]?
    rename[ds]? replace[ds]? report request revis\w* rewr\w* routine sap section school see server services? set software
    solutions? source start\w* support\w* system[s]? table team technolog\w* test\w* the this to unix unknown university
    updat\w* upgrade[ds]? use[ds]? user utility utilities value various verif\w* version was when with world write written
    x{2,} your you tbd n/?a anonymous author contributors? january february march april may june july august september october
    november december mon tue wed thu fri sat sun jan feb mar apr jun jul aug sep oct nov dec monday tuesday wednesday
    thursday friday saturday sunday license[ds]? apache gnu copyright public general rights reserved amazon aws google
    salesforce""")) + r")(?!\w)",
                         re.IGNORECASE)
_PARAGRAPH = re.compile(r"^(?:[^\n]{6})?[ \t]{0,8}AUTHOR\.[ \t]*(?:\n[^\n]{0,6}[ \t]{4,12})?(?P<v>[^\n]{2,60})",
    re.IGNORECASE | re.MULTILINE)
_NEXT_PARAGRAPH = re.compile(r"[\w-]+\s*\.\s|(?:INSTALLATION|DATE-|SECURITY|REMARKS|ENVIRONMENT|DATA|PROCEDURE)", re.IGNORECASE)
_FURTHER = re.compile(r"\s?(?:<[^>\n]{0,80}>|\([^)\n]{0,80}\))?[ \t]{0,9}(?:,|;|&|and\b|und\b|et\b)[ \t]{1,9}")
_TIME = re.compile(r"(?:\s{1,9}\d{1,2}:\d\d(?::\d\d)?)?[ \t]{0,6}(?:[-:;|*,/]|by)?[ \t]{0,12}")
_NOTICE = re.compile(r"copyright|\(c\)|\xa9", re.IGNORECASE)
#: What may stand before a tag on its line: sequence numbers and the signs that begin a comment.
_LEAD = r"^[ \t\d]{0,12}(?://\*|\(\*|/\*\*?|\*>|--|<!--|[*/#;!|'\"%C]){0,4}[*\-=|#;!]{0,80}[ \t]{0,40}"
_TAG = re.compile(_LEAD + r"(?P<t>@author|\\author|@(?:created|modified|changed|maintained)[-_]?by|(?:original |main "
                          r"|first )?authors?|written by|programmed by|programmers?|coded by"
                  r"|created by|modified by|changed by|updated by|last (?:modified|changed|updated) by|maintained by"
                  r"|maintainer|developers?|developed by|revised by"
                  r"|reviewed by|prepared by|requested by|analyst|autore?s?|auteurs?|erstellt von|ge(?:\u00e4|ae)ndert von"
                  r"|programmierer|bearbeiter|verfasser"
                  r"|programmeur|modifi(?:\u00e9|e) par|escrito por|creado por|modificado por|programador|desarrollador"
                  r"|scritto da|gewijzigd door|auteur)"
                  r"(?![\w-])[ \t]{0,40}(?P<sep>(?!:?=)[:.=\-]{0,20})[ \t]{0,40}", re.IGNORECASE | re.MULTILINE)
_TAG_WORDS = ("author", " by", "programm", "maintainer", "developer", "analyst", "autor", "auteur", " von", "bearbeiter",
    "verfasser", " par ", " por ",
              "desarrollador", "scritto da", "gewijzigd")
_MONTH = r"(?:jan|feb|m[a\u00e4]r|apr|ma[yi]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]{0,6}"
_DATE = re.compile(rf"(?<![\w/.-])(?:\d{{1,2}}([/.-])\d{{1,2}}\1(?:19|20)?\d\d|(?:19|20)\d\d([/.-])\d{{1,2}}\2\d{{1,2}}"
                   rf"|(?:19|20)\d\d[01]\d[0-3]\d"
                   rf"|\d{{1,2}}[ -]?{_MONTH}[ -]?(?:19|20)?\d\d|{_MONTH}\s\d{{1,2}},?\s(?:19|20)\d\d|\d{{1,2}}/(?:19"
                   rf"|20)\d\d)(?![\w/])", re.IGNORECASE)
#: What every date holds.
_DATED = re.compile(r"\d[/.-]\d{1,2}[/.-]\d\d|(?:19|20)\d\d|\d[ -]?[A-Za-z]{3,9}[ -]?\d\d")
#: A name that a date ends.
_BEFORE = re.compile(rf"(?:^|[\s*;/|\-]{{1,3}})(?P<v>{_NAME.pattern})[ \t]{{0,12}}[-:;"
                     rf"|,(]?[ \t]{{0,40}}(?:\(\w{{1,20}}\)[ \t]{{0,40}})?\Z")
#: A line of comment in some language that is looked at; a change log is one.
_COMMENT = re.compile(r"^(?:.{6}[*/]|\s*(?://\*|/\*|\*|//|--|#|;|\"|!|\||\(\*)|.{0,12};|\s{0,4}\d)")
_INITIALS_OF = re.compile(r"\A[A-Z%][A-Z0-9]{0,15}[ \t]{0,4};[ \t]{0,4}[A-Z]{2,5}(?:\.[A-Z]{2,5})?/(?P<v>[A-Z]{2,4})(?![A-Z])")


def find_people(text: str, language: str, rules: frozenset[str] | None = None) -> list[Finding]:
    """Every name in a place that is there to name somebody; may overlap. All are uncertain.

    Args:
        text: of any length: time is linear in it.
        language: author paragraphs are COBOL's, routine initials are MUMPS's.
        rules: names of the rules to try; all where not given.
    """
    small = lowered(text)
    found: list[Finding] = []
    if language == "cobol" and "author" in small:
        found += _paragraphs(text)
    if language == "mumps" and (match := _INITIALS_OF.match(text)):
        found.append(_person("routine-initials", *match.span("v")))
    found += _tags(text, small)
    found += _logs(text, language)
    return [one for one in found if rules is None or one.rule in rules]


def _person(rule: str, start: int, end: int) -> Finding:
    return Finding(start, end, CHECK, rule, "person", certain=False)


def _paragraphs(text: str) -> Iterator[Finding]:
    for match in _PARAGRAPH.finditer(text):
        # A new paragraph right after an empty one is no name, nor is what stands in the columns of sequence numbers.
        said = re.split(r"[ \t]{6,}\S{0,8}[ \t]*\Z|\s*\*>", match["v"])[0]
        name = said.strip(" \t\r.*'\"-")
        if len(name) < 2 or (_NEXT_PARAGRAPH.match(name) \
                and not re.match(r"(?:[A-Z]\.\s?)+", name)) or _NOT_A_NAME.search(name) or not re.search(r"[^\W\d_]{2}", name):
            continue
        start = match.start("v") + match["v"].index(name)
        yield _person("author-paragraph", start, start + len(name))


def _tags(text: str, small: str) -> Iterator[Finding]:
    for match in (match for region in around(small, _TAG_WORDS, 160, 80) for match in _TAG.finditer(text, *region)):
        tag = match["t"].lower()
        # "Author" may begin a sentence; with a colon, an at sign or " by" it names.
        naming = tag[0] in "@\\" or bool(match["sep"]) or tag.endswith((" by", " von", " par", " por", " da", " door"))
        at = match.end()
        for _ in range(4):
            name = (_ANY_NAME if naming else _NAME).match(text, at, at + 90)
            if name is None and naming and (tag[0] in "@\\" or ":" in match["sep"]):
                name = _USER.match(text, at, _line_end(text, at))
            if name is None or _NOT_A_NAME.search(name[0]):
                break
            yield _person("author-tag", *name.span())
            more = _FURTHER.match(text, name.end())
            if more is None:
                break
            at = more.end()


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at, at + 90)
    return at + 90 if end < 0 else end


def _logs(text: str, language: str) -> Iterator[Finding]:
    for match in (match for region in about(text, _DATED, 14, 14) for match in _DATE.finditer(text, *region)):
        begin = max(text.rfind("\n", max(0, match.start() - 80), match.start()) + 1, match.start() - 80)
        if not _COMMENT.match(text[begin:match.start() + 1]) or _NOTICE.search(text[begin:match.end() + 40]):
            continue
        after = _TIME.match(text, match.end())
        at = after.end() if after else match.end()
        name = _ANY_NAME.match(text, at, min(at + 60, _line_end(text, at)))
        if name is not None and not _NOT_A_NAME.search(name[0]):
            yield _person("change-log", *name.span())
            continue
        if language == "mumps":
            continue  # before the date of a routine's first line stands what it does
        before = _BEFORE.search(text[begin:match.start()])
        if before is not None and not _NOT_A_NAME.search(before["v"]):
            yield _person("change-log", begin + before.start("v"), begin + before.end("v"))
