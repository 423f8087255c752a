"""ANSWER: what a model said becomes a program or a JSON object, or the reason why it does not.

    >>> read = read_code(Completion("Sure!\\n```rexx\\nsay 'hello'\\n```\\nHope that helps."), "rexx")
    >>> read.text, read.notes
    ("say 'hello'\\n", ('fence', 'prose-after: 1 lines', 'prose-before: 1 lines'))
    >>> read_code(Completion("say 'hel", finish_reason="length"), "rexx").reason
    'truncated: length'

It takes code out of fences and prose and touches nothing within it: columns, case and blank lines stay, whatever they
do to the program. What was left out is noted and stands in the record's evidence. It refuses rather than repairs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provenance.steps.generate.asking import Completion
from provenance.steps.generate.screen import secret_in
from provenance.steps.generate.tongues import named, other_than, starts

#: Characters of an answer beyond which nobody reads on. Source: the longest program of the reference corpora has 190,000.
MOST = 400_000
#: Shares of equal lines from which two texts are nearly the same.
NEARLY = 0.97
_FENCE = re.compile(r"^(?P<indent>[ \t]{0,12})(?P<mark>`{3,}|~{3,})[ \t]*(?P<word>[^\s`{]*)[^\n`]*$")
_THINKING = re.compile(r"<(think|thinking|reasoning)>", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")
#: First words of the prose with which models close an answer that has no fence.
_CLOSING = re.compile(r"^(?:this (?:program|code|version|script)|note(?:s)?\b|explanation|here(?:'s| is| are)\b|in this\b|"
                      r"i (?:have|hope)|hope\b|let me\b|the (?:above|program|code)\b|please\b|key (?:changes|points))",
                      re.IGNORECASE)
_WORDS = re.compile(r"[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    """What an answer holds: the text, and what was left out or changed on the way to it, sorted."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why an answer gives nothing: a stable code with detail, and what to tell the model; empty where asking again with
    the same question cannot help."""

    reason: str
    feedback: str = ""

    @property
    def code(self) -> str:
        """The reason without its detail."""
        return self.reason.split(":", 1)[0]


def read_code(completion: Completion, language: str, given: Sequence[str] = (), told: str = "", *,
              most: int = MOST, alike: float = NEARLY) -> Read | Unreadable:
    """The program in an answer.

    Args:
        completion: the answer.
        language: the language that was asked for.
        given: the programs that the model was given; an answer must not be one of them.
        told: the rest of the prompt, without these; an answer must not repeat it.
        most: characters above which an answer is absurd.
        alike: share of equal lines from which an answer is one of the given programs; above 1, only the same lines are.
    """
    plain = _plain(completion, most)
    if isinstance(plain, Unreadable):
        return plain
    body, notes = plain
    found = _fenced(body, language)
    code, more = found if found is not None else _unfenced(body, language)
    if not code.strip():
        if wrong := other_than(language, body):
            return Unreadable(f"other-language: looks like {wrong}", f"The answer looks like {wrong}. It has to be {language}.")
        return Unreadable("prose: no code in the answer" if body.strip() else "empty",
                          "The answer holds no program. Give the whole program in one fenced block and nothing else.")
    if wrong := other_than(language, code):
        return Unreadable(f"other-language: looks like {wrong}",
                          f"The answer looks like {wrong}. It has to be {language}.")
    if found is None and starts(language, "") is None and _is_prose(code):
        return Unreadable("prose: no code in the answer", "The answer is prose. Give the program in one fenced block.")
    if refused := _repeats(code, given, told, alike):
        return refused
    if rule := secret_in(code):
        return Unreadable(f"secret: {rule}")
    return Read(code, tuple(sorted({*notes, *more})))


def read_json(completion: Completion, keys: Sequence[str], told: str = "", *, most: int = MOST) -> dict[str, str] | Unreadable:
    """The JSON object in an answer, with exactly these texts taken from it (others are ignored).

    Strings may hold bare line ends, which models write and JSON forbids.
    """
    plain = _plain(completion, most)
    if isinstance(plain, Unreadable):
        return plain
    body = plain[0]
    wanted = f"Answer with one JSON object with the keys {', '.join(keys)} and nothing else."
    if told and len(_squeezed(body)) >= 20 and _squeezed(body) in _squeezed(told):
        return Unreadable("repeats-prompt: the answer stands in the prompt", wanted)
    value = _object(body)
    if isinstance(value, Unreadable):
        return Unreadable(value.reason, wanted)
    texts = {}
    for key in keys:
        text = value.get(key)
        if not isinstance(text, str) or not text.strip():
            return Unreadable(f"json-keys: {key} is {'empty' if text == '' else 'missing or no text'}", wanted)
        texts[key] = _SURROGATE.sub("\ufffd", text).strip()
    if rule := next(filter(None, map(secret_in, texts.values())), ""):
        return Unreadable(f"secret: {rule}")
    return texts


def similarity(one: str, other: str) -> float:
    """Share of the lines, blank ones and the layout within lines not counted, that two texts have in common; 0 to 1.

        >>> similarity("a\\nb\\nc\\n", "a\\n\\n  b\\nd\\n")
        0.5
    """
    left, right = _lines(one), _lines(other)
    common = sum(min(count, right.get(line, 0)) for line, count in left.items())
    total = sum(left.values()) + sum(right.values()) - common
    return common / total if total else 1.0


def _plain(completion: Completion, most: int) -> tuple[str, set[str]] | Unreadable:
    if completion.finish_reason in ("length", "content_filter"):
        # Half a program may well compile; what it was to be is not there.
        return Unreadable(f"truncated: {completion.finish_reason}")
    text, notes = completion.text, set()
    if len(text) > most:
        return Unreadable(f"too-long: {len(text)} characters", "The answer is far too long. Give the program once.")
    if text.startswith("\ufeff"):
        text = text[1:]
        notes.add("byte-order-mark")
    if _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)
        notes.add("lone-surrogates")
    if "\r" in text:
        notes.add(f"carriage-returns: {text.count(chr(13))}")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        notes.add(f"nul: {text.count(chr(0))}")
        text = text.replace("\0", "")
    text, thoughts = _thought_out(text)
    if thoughts:
        notes.add(f"thinking: {thoughts} blocks")
    if _THINKING.match(text.lstrip()):
        return Unreadable("truncated: it never stopped thinking")
    return (text, notes) if text.strip() else Unreadable("empty")


def _thought_out(text: str) -> tuple[str, int]:
    """The text without its blocks of thinking, and how many there were. One pass: a lazy pattern would take hours over a
    text of nothing but beginnings."""
    pieces, at, count = [], 0, 0
    while begun := _THINKING.search(text, at):
        end = text.lower().find(f"</{begun[1].lower()}>", begun.end()) if count < 100 else -1
        if end < 0:
            break
        pieces.append(text[at:begun.start()])
        at, count = end + len(begun[1]) + 3, count + 1
    return "".join((*pieces, text[at:])), count


def _fenced(body: str, language: str) -> tuple[str, set[str]] | None:
    """The longest fence in the language, or of those without a name, or at all; None where there is no fence."""
    lines = body.split("\n")
    blocks: list[tuple[str, int, int, int]] = []  # word, first line, line after the last, indent of the fence
    opened: tuple[str, str, int, int] | None = None
    for at, line in enumerate(lines):
        if not (mark := _FENCE.match(line)):
            continue
        if opened is None:
            opened = (mark["mark"], mark["word"], at + 1, len(mark["indent"]))
        elif mark["mark"].startswith(opened[0]) and not mark["word"]:
            blocks.append((named(opened[1]), opened[2], at, opened[3]))
            opened = None
    notes = {"fence"}
    if opened is not None:
        blocks.append((named(opened[1]), opened[2], len(lines), opened[3]))
        notes.add("fence-left-open")
    if not blocks:
        return None
    rank = {language: 2, "": 1}
    word, first, last, indent = max(blocks, key=lambda block: (rank.get(block[0], 0), block[2] - block[1], -block[1]))
    if len(blocks) > 1:
        notes.add(f"fences: {len(blocks)}")
    code = lines[first:last]
    if indent and all(not line.strip() or line.startswith(" " * indent) for line in code):
        # In a list a fence and all in it stand further in; Markdown takes that off again.
        code = [line[indent:] for line in code]
        notes.add(f"indent: {indent}")
    if word not in ("", language):
        notes.add(f"fence-says: {word}"[:40])
    before = sum(bool(line.strip()) for line in lines[:first - 1])
    after = sum(bool(line.strip()) for line in lines[last + 1:])
    notes |= {f"prose-{where}: {count} lines" for where, count in (("before", before), ("after", after)) if count}
    return "\n".join(code).rstrip("\n") + "\n", notes


def _unfenced(body: str, language: str) -> tuple[str, set[str]]:
    lines, notes = body.split("\n"), set()
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if starts(language, "") is not None:
        begun = next((at for at in range(first, len(lines)) if starts(language, lines[at])), None)
        if begun is None:
            return "", set()
        if prose := sum(bool(line.strip()) for line in lines[first:begun]):
            notes.add(f"prose-before: {prose} lines")
        first = begun
    last = len(lines)
    for at in range(first + 1, len(lines)):
        if not lines[at - 1].strip() and _CLOSING.match(lines[at]) and _is_prose(lines[at]):
            last = at
            notes.add(f"prose-after: {sum(bool(line.strip()) for line in lines[at:])} lines")
            break
    return "\n".join(lines[first:last]).rstrip("\n ") + "\n", notes


def _is_prose(text: str) -> bool:
    """Mostly words, with the signs of sentences and none of code; no line of prose is indented."""
    if any(line[:1] in (" ", "\t") and line.strip() for line in text.splitlines()):
        return False
    words = len(_WORDS.findall(text))
    signs = sum(text.count(sign) for sign in "=(){};<>_*/+|&")
    return words >= 4 and signs * 6 < words


def _repeats(code: str, given: Sequence[str], told: str, alike: float) -> Unreadable | None:
    squeezed = _squeezed(code)
    for at, text in enumerate(given):
        if squeezed == _squeezed(text):
            return Unreadable("identical-to-parent" if at == 0 else "repeats-prompt: a program that was shown",
                              "The answer is the program that was given. It has to be another text.")
        if alike <= 1 and (share := similarity(code, text)) >= alike:
            return Unreadable(f"{'identical-to-parent' if at == 0 else 'repeats-prompt'}: {share:.0%} of the lines",
                              "The answer is nearly the program that was given. It has to be another text.")
    if told:
        if len(squeezed) >= 20 and squeezed in _squeezed(told):
            return Unreadable("repeats-prompt: the answer stands in the prompt", "Do not repeat the question.")
        asked = {line for line in _lines(told) if len(line) >= 16}
        own = _lines(code)
        again = sum(count for line, count in own.items() if line in asked)
        if again >= 3 or 2 * again > sum(own.values()):
            return Unreadable(f"repeats-prompt: {again} lines", "Do not repeat the question. Give the program alone.")
    return None


def _object(body: str) -> dict[str, object] | Unreadable:
    fence = _fenced(body, "json")
    text = (fence[0] if fence else body).strip()
    at = text.find("{")
    if at < 0:
        return Unreadable("not-json: there is no object in the answer")
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text[at:])
    except (ValueError, RecursionError) as error:
        # Either it ends before its time or it never was JSON: to whoever asked it is half an answer.
        return Unreadable(f"half-json: {str(error)[:120]}")
    return value if isinstance(value, dict) else Unreadable("not-json: there is no object in the answer")


def _squeezed(text: str) -> str:
    return "".join(text.lower().split())


def _lines(text: str) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for line in text.splitlines():
        if squeezed := " ".join(line.split()):
            counts[squeezed] = counts.get(squeezed, 0) + 1
    return counts
