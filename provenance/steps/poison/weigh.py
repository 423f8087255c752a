"""What a record has that its parents and the human corpus lack, and how much each of that counts.

    >>> parent, child = look("GOBACK.", "cobol", "program"), look("CALL 'SYSTEM' USING X.", "cobol", "program")
    >>> [(found.code, str(found.outcome(strict=False))) for found in weigh(child, [parent], True, Ground())]
    [('sink-added', 'fail')]

A root has nothing that it could be held against: a call that runs commands is normal in what people write, so of a
root only payloads, calls in comments and words to a model are said. Whatever is said is said of a text, never of a
person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from provenance.model.identity import canonical_json
from provenance.model.verdict import Outcome
from provenance.steps.poison.look import Look, look
from provenance.steps.poison.names import Name, allowed, lookalike

#: Reason code -> its outcome, and its outcome where the settings are strict. Gravest first: the first names the verdict.
CODES: Mapping[str, tuple[Outcome, Outcome]] = {
    "sink-added": (Outcome.FAIL, Outcome.FAIL),
    "sink-unparented": (Outcome.WARN, Outcome.FAIL),
    "lookalike-added": (Outcome.WARN, Outcome.FAIL),
    "payload-added": (Outcome.WARN, Outcome.FAIL),
    "sink-in-comment-added": (Outcome.WARN, Outcome.FAIL),
    "check-removed": (Outcome.WARN, Outcome.FAIL),
    "host-added": (Outcome.WARN, Outcome.FAIL),
    "reach-added": (Outcome.WARN, Outcome.FAIL),
    "name-added": (Outcome.WARN, Outcome.FAIL),
    "trigger-burst": (Outcome.WARN, Outcome.WARN),
    "pair-burst": (Outcome.WARN, Outcome.WARN),
    "instruction-like": (Outcome.WARN, Outcome.WARN),
    "payload": (Outcome.WARN, Outcome.WARN),
    "sink-in-comment": (Outcome.WARN, Outcome.WARN),
}
_ORDER = {code: number for number, code in enumerate(CODES)}
#: Details shown in one verdict.
_SHOWN = 5
__all__ = ["CODES", "Found", "Ground", "look", "verdict_of", "weigh"]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that counts: its code, what it is, and on which line (0 where it has none)."""

    code: str
    detail: str
    line: int = 0

    def outcome(self, strict: bool) -> Outcome:
        """What it is worth."""
        return CODES[self.code][strict]


#: Kinds of names outside of every corpus.
_REMOTE = frozenset({"host", "address"})


@dataclass(slots=True)
class Ground:
    """What is known without the parents: names in the human corpus, by language, and what the settings allow."""

    allow: tuple[str, ...] = ()
    names: dict[str, set[Name]] = field(default_factory=dict)
    files: dict[str, set[str]] = field(default_factory=dict)

    def shelve(self, language: str, name: str) -> None:
        """Take in that a file of this name lies in the corpus: to copy or call it is no invention."""
        known = name.rpartition("/")[2].lower()
        self.files.setdefault(language, set()).update((known, known.partition(".")[0]))

    def learn(self, seen: Look) -> None:
        """Take the names of a human record in."""
        self.names.setdefault(seen.language, set()).update(seen.names)

    def knows(self, name: Name, language: str) -> bool:
        """Whether a name is no news."""
        lies_here = name.kind not in _REMOTE and name.name in self.files.get(language, ())
        return lies_here or name in self.names.get(language, ()) or allowed(name, self.allow)


def weigh(mine: Look, parents: Sequence[Look], made: bool, ground: Ground) -> list[Found]:
    """All that counts of one record, gravest first.

    Args:
        mine: the record.
        parents: all of its parents, whatever their role; what any of them has is no news.
        made: whether it was made here; else it is a root, held against nothing.
        ground: what is known besides.
    """
    found = list(_made(mine, parents, ground) if made else _root(mine))
    found += [Found("instruction-like", each.code, each.line) for each in mine.instructions
              if not any(each.code == other.code for parent in parents for other in parent.instructions)]
    return sorted(found, key=lambda each: (_ORDER[each.code], each.line, each.detail))


def verdict_of(found: Sequence[Found], strict: bool, more: Mapping[str, object] | None = None) -> tuple[Outcome, str, str]:
    """Outcome, reason and value over all that was found; a pass where nothing was."""
    ordered = sorted(found, key=lambda each: (_ORDER[each.code], each.line, each.detail))
    counts = {code: sum(each.code == code for each in ordered) for code in {each.code for each in ordered}}
    value: dict[str, object] = {"found": counts, **(more or {})}
    if not ordered:
        return Outcome.PASS, "", canonical_json(value).decode()
    value["of"] = [f"{each.code}: {each.detail}" + (f" (line {each.line})" if each.line else "") for each in ordered[:_SHOWN]]
    outcomes = {each.outcome(strict) for each in ordered}
    outcome = Outcome.FAIL if Outcome.FAIL in outcomes else Outcome.WARN
    first = next(each for each in ordered if each.outcome(strict) is outcome)
    return outcome, f"{first.code}: {first.detail}", canonical_json(value).decode()


def _root(mine: Look) -> Iterator[Found]:
    yield from (Found("payload", f"{each.code}, {each.length} characters", each.line) for each in mine.payloads)
    yield from (Found("sink-in-comment", each.code, each.line) for each in mine.laid)


def _made(mine: Look, parents: Sequence[Look], ground: Ground) -> Iterator[Found]:
    code = [parent for parent in parents if parent.code]
    same = [parent for parent in code if parent.language == mine.language]
    theirs = {sink.code for parent in same for sink in parent.sinks}
    # A translation has other calls than its parent; what they do is the same.
    families = {sink.family for parent in code if parent.language != mine.language for sink in parent.sinks}
    for sink in mine.sinks:
        if sink.code in theirs or sink.family in families:
            continue
        if sink.grave:
            yield Found("sink-added" if code else "sink-unparented", sink.code, sink.line)
        elif code:
            yield Found("reach-added", f"{sink.family}: {sink.code}" if sink.family != sink.code else sink.code, sink.line)
    laid = theirs.union(sink.code for parent in same for sink in parent.laid)
    yield from (Found("sink-in-comment-added", each.code, each.line) for each in mine.laid if each.code not in laid)
    digests = {payload.digest for parent in parents for payload in parent.payloads}
    yield from (Found("payload-added", f"{each.code}, {each.length} characters", each.line)
                for each in mine.payloads if each.digest not in digests)
    yield from _checks(mine, same)
    yield from _names(mine, parents, bool(same), ground)


def _checks(mine: Look, same: Iterable[Look]) -> Iterator[Found]:
    """Checks of which a program has fewer than the program that it is a version of."""
    parent = next((each for each in same if each.kind == mine.kind), None)
    for check, count in parent.checks if parent else ():
        left = dict(mine.checks).get(check, 0)
        if left < count:
            yield Found("check-removed", f"{check}, {count} in the parent, {left} here")


def _names(mine: Look, parents: Sequence[Look], same: bool, ground: Ground) -> Iterator[Found]:
    theirs = frozenset[Name]().union(*(parent.names for parent in parents))
    # A program that is a sink was said as one.
    said = {word.lower() for sink in (*mine.sinks, *mine.laid) for word in sink.code.replace("=", "'").split("'")}
    for name in sorted(mine.names - theirs):
        if ground.knows(name, mine.language) or name.name in said:
            continue
        remote = name.kind in _REMOTE
        # Without a parent or a person's text in this language every package would be new.
        if not remote and not same and not ground.names.get(mine.language):
            continue
        twin = lookalike(name, theirs | ground.names.get(mine.language, set()))
        if twin:
            yield Found("lookalike-added", f"{name}, known is {twin.name}")
        else:
            yield Found("host-added" if remote else "name-added", str(name))
