"""A task as a person reads it: Markdown with the text, what checks said, and how it differs from its parent.

    >>> print(fenced("a ``` b"))
    ````
    a ``` b
    ````

What comes from a record is untrusted: it stays inside a fence that it cannot close, without control characters, and cut
to a length that can be read.
"""

from __future__ import annotations

import difflib

from provenance.steps.review.answer import Task

#: Most characters of a text and of a difference that a page shows.
MOST = 6_000


def cut(text: str, most: int = MOST) -> str:
    """The beginning of a text, cut at a line's end where it is too long, with a line that says so."""
    if len(text) <= most:
        return text
    kept = text[:most].rpartition("\n")[0] or text[:most]
    return f"{kept}\n[... cut: {len(kept)} of {len(text)} characters shown ...]"


def plain(text: str) -> str:
    """Text that drives nothing: control and other unprintable characters but line ends and tabs are replaced."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def fenced(text: str, language: str = "") -> str:
    """A Markdown code block with a fence longer than any run of backquotes in the text."""
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def difference(task: Task) -> str:
    """A unified diff from the parent to the record; empty for a root."""
    if not task.parent:
        return ""
    return "\n".join(difflib.unified_diff(task.parent_text.splitlines(), task.text.splitlines(), task.parent, task.record,
                                          lineterm="", n=2))


def page(task: Task, most: int = MOST) -> str:
    """The whole page as Markdown."""
    tongue = task.language if task.language.isalnum() else ""
    lines = [f"**{_inline(task.name) or 'record'}** `{task.record}` ({_inline(task.language)}, {_inline(task.kind)})", ""]
    if task.questions:
        lines += ["Also asked: " + ", ".join(map(_inline, task.questions)), ""]
    lines += [fenced(cut(plain(task.text), most), tongue), ""]
    if changed := difference(task):
        lines += [f"Difference from its parent `{task.parent}`:", "", fenced(cut(plain(changed), most), "diff"), ""]
    if task.checks:
        lines += ["What checks said: " + ", ".join(map(_inline, task.checks)), ""]
    return "\n".join(lines)


def _inline(text: str) -> str:
    """A short text outside a fence: nothing in it is Markdown or HTML."""
    return "".join(c if c.isalnum() or c in " .-_:/+#," else "\N{REPLACEMENT CHARACTER}" for c in text)[:200]
