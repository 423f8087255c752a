"""TONGUES: which language does a text look like? A cheap guess from a handful of marks, for telling a wrong answer early.

    >>> looks_like("#include <stdio.h>\\nint main(void) { return 0; }")
    'c'
    >>> other_than("cobol", "PROCEDURE DIVISION.\\n    DISPLAY 'console.log(1)'."), looks_like("well, hello")
    ('', '')

It never says what a text is: the compiler does. It only says no where nothing speaks for the language that was asked
for and two marks speak for another. Languages without marks here are never called wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_MARKS: Mapping[str, tuple[str, ...]] = {
    "abap": (r"^\s*REPORT\s+\w+", r"\bENDCLASS\s*\.", r"\bENDMETHOD\s*\.", r"^\s*DATA:?\s+\w+\s+TYPE\b", r"^\s*WRITE:?\s*/",
             r"\bCLASS\s+\w+\s+(?:DEFINITION|IMPLEMENTATION)\b", r"\bENDLOOP\s*\."),
    "apex": (r"\bwith(?:out)?\s+sharing\s+class\b", r"\bSystem\.debug\(", r"^\s*trigger\s+\w+\s+on\s+\w+",
             r"\bList<SObject>", r"\[\s*SELECT\b"),
    "c": (r"^\s*#\s*include\s*[<\"]\w+\.h[>\"]", r"\bint\s+main\s*\(", r"\b(?:f|s)?printf\s*\(", r"\bmalloc\s*\(",
          r"\bchar\s*\*\s*\w+"),
    "cobol": (r"\b(?:IDENTIFICATION|ID)\s+DIVISION\b", r"\bPROGRAM-ID\b", r"\bPROCEDURE\s+DIVISION\b",
              r"\bDATA\s+DIVISION\b", r"\bWORKING-STORAGE\b", r"\bPIC(?:TURE)?\s+(?:S?9|X|A|Z)", r"\bSTOP\s+RUN\b",
              r"\bPERFORM\s+[A-Z0-9-]+"),
    "cpp": (r"^\s*#\s*include\s*<(?:iostream|vector|string|map|algorithm|memory)>", r"\bstd::", r"\busing\s+namespace\b",
            r"\bcout\s*<<", r"\btemplate\s*<"),
    "csharp": (r"^\s*using\s+System", r"\bConsole\.Write", r"\bnamespace\s+\w+", r"\bstatic\s+void\s+Main\b"),
    "go": (r"^package\s+\w+", r"\bfunc\s+\w*\(", r"\bfmt\.Print", r":=\s*range\b"),
    "hlasm": (r"^\w*\s+(?:CSECT|DSECT|START)\b", r"\bUSING\s+\*,", r"^\w*\s+(?:STM|LA|BALR|MVC|BR)\s+\S+",
              r"^\w*\s+D[CS]\s+\d*[A-Z]"),
    "java": (r"\bpublic\s+(?:final\s+|abstract\s+)?(?:class|interface|record|enum)\b", r"\bSystem\.out\.print",
             r"^\s*import\s+java[x.]", r"\bpublic\s+static\s+void\s+main\b", r"\bprivate\s+(?:final\s+)?\w+(?:<\w+>)?\s+\w+"),
    "javascript": (r"\bconsole\.log\(", r"\bfunction\s+\w*\s*\(", r"\b(?:const|let)\s+\w+\s*=", r"=>\s*[{(\w]",
                   r"\brequire\("),
    "jcl": (r"^//\w+\s+JOB\b", r"^//\w*\s+EXEC\s+", r"^//\w+\s+DD\s"),
    "mumps": (r"^[A-Za-z%]\w*\s*(?:\([^)]*\))?\s*;", r"^\s+(?:S|SET)\s+[\w^%]+(?:\([^)]*\))?=", r"\b(?:Q|QUIT)\s*:?",
              r"^\s+(?:W|WRITE)\s+[\"!$]", r"\$(?:GET|PIECE|ORDER|LENGTH|[GPOL])\("),
    "pli": (r"\bPROC(?:EDURE)?\s+OPTIONS\s*\(\s*MAIN\s*\)", r"\bDCL\s+\w+\s+(?:CHAR|FIXED|BIT|FLOAT)", r"\bPUT\s+SKIP\b",
            r"\bEND\s+\w+\s*;"),
    "plsql": (r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:PACKAGE|PROCEDURE|FUNCTION|TRIGGER)\b", r"\bDBMS_OUTPUT\b",
              r"\bVARCHAR2\b", r"^\s*DECLARE\b", r"%(?:ROW)?TYPE\b", r"^\s*END\s*(?:\w+)?\s*;\s*$"),
    "python": (r"^\s*def\s+\w+\(.*\).*:\s*$", r"^\s*(?:import|from)\s+\w+", r"^\s*print\(", r"\bif\s+__name__\s*==",
               r"^\s*class\s+\w+.*:\s*$", r"^\s*(?:for|while|if|elif)\b.*:\s*$"),
    "rexx": (r"\A\s{0,99}/\*.*rexx", r"^\s*say\s+", r"\bparse\s+(?:upper\s+)?(?:arg|pull|var|value)\b", r"\bstem\.|\w\.0\b",
             r":\s*procedure\b"),
    "rpg": (r"^\s*\*\*FREE", r"\bdcl-(?:s|ds|proc|pr|pi|f)\b", r"\bend-(?:proc|ds|pi)\b"),
    "rust": (r"\bfn\s+main\s*\(", r"\blet\s+mut\b", r"\bprintln!\("),
}
#: A blank of a mark is one within its line: a run of line ends must not take time.
_COMPILED = {name: tuple(re.compile(mark.replace(r"\s", r"[ \t]"), re.MULTILINE if name in {"java", "apex", "python"}
                                    else re.MULTILINE | re.IGNORECASE) for mark in found) for name, found in _MARKS.items()}
_READ = 100_000
#: Languages in which the same text can be both: one is not called the other.
_KIN = (frozenset({"c", "cpp"}), frozenset({"java", "apex", "csharp"}))
#: Names that models give to a language in a fence.
_ALIASES = {"c++": "cpp", "cxx": "cpp", "cc": "cpp", "c#": "csharp", "cs": "csharp", "js": "javascript", "py": "python",
            "python3": "python", "pl/sql": "plsql", "sql": "plsql", "oracle": "plsql", "pl/i": "pli", "pl1": "pli",
            "cob": "cobol", "cbl": "cobol", "rex": "rexx", "m": "mumps", "rpgle": "rpg", "asm": "hlasm", "golang": "go",
            "rs": "rust", "cut": "cobol"}
#: What a language starts with, for finding where prose ends in an answer without a fence.
_STARTS: Mapping[str, str] = {
    "cobol": r"^.{0,8}(?:\*|/\*|>>\s*SOURCE|\$SET|(?:IDENTIFICATION|ID)\s+DIVISION|PROGRAM-ID|CBL\s|COPY\s|REPLACE\s)",
    "c": r"^[ \t]*(?:#\s*\w+|/\*|//|(?:static|int|void|char|typedef|struct)\b.*[({;])",
    "cpp": r"^[ \t]*(?:#\s*\w+|/\*|//|using\b|namespace\b|template\b|(?:class|struct|int|void|auto)\b.*[({;])",
    "java": r"^[ \t]*(?:package\s|import\s|/\*|//|@\w+|(?:public|final|abstract)?\s*(?:class|interface|enum|record)\b.*\{?)",
    "rexx": r"^[ \t]*(?:/\*|--|say\b|parse\b|signal\b|call\b|\w+\s*:|\w+\s*=)",
    "abap": r"^[ \t]*(?:REPORT\b|CLASS\b|\*|\"|DATA\b|FORM\b|FUNCTION\b|INTERFACE\b)",
    "jcl": r"^//",
    "plsql": r"^[ \t]*(?:CREATE\b|DECLARE\b|BEGIN\b|--|/\*|SET\s)",
}
_STARTED = {name: re.compile(start, re.IGNORECASE) for name, start in _STARTS.items()}


def scores(text: str) -> dict[str, int]:
    """How many marks of each language stand in the first `_READ` characters of a text; only languages with any."""
    text = text[:_READ]
    found = {name: sum(bool(mark.search(text)) for mark in marks) for name, marks in _COMPILED.items()}
    return {name: score for name, score in found.items() if score}


def looks_like(text: str) -> str:
    """The language with the most marks, of at least two; empty where nothing is clear."""
    found = scores(text)
    best = max(found.values(), default=0)
    names = [name for name, score in found.items() if score == best]
    return names[0] if best > 1 and len(names) == 1 else ""


def other_than(language: str, text: str) -> str:
    """The language that a text looks like, where that is clearly not the one asked for; else empty."""
    if language not in _COMPILED:
        return ""
    found = scores(text)
    best = max((name for name in found if name != language), key=lambda name: (found[name], name), default="")
    if not best or found[best] < 2 or any({best, language} <= kin for kin in _KIN):
        return ""
    own = found.get(language, 0)
    return best if own == 0 or (own == 1 and found[best] >= 4) else ""


def named(word: str) -> str:
    """The language that a fence's word means, as we name it; the word itself where it is unknown."""
    word = word.strip().lower()
    return _ALIASES.get(word, word)


def starts(language: str, line: str) -> bool | None:
    """Whether a program of this language may begin with this line; None where nobody here can tell."""
    pattern = _STARTED.get(language)
    return None if pattern is None else bool(pattern.match(line))
