"""Marks of poisoned training data that a machine without a model can see: what a text can do that its parents could not.

    reading        code, comments and strings of a text, each at its own place
    sinks          calls that run commands or code, reach the network or files, or switch a check off
    names          hosts, addresses, packages and programs that a text names
    payloads       long encoded or random literals; calls that lie in comments
    instructions   text that speaks to a model instead of a reader
    look           all of these over one text
    weigh          what a record has that its parents and the human corpus lack -> a verdict
    sheets         a text as hashed tokens, ready to be counted
    bursts         runs of tokens that one source or one model brings again and again, and nobody else
    limits         sources, models and people that brought much and of which little was reviewed

It refuses to call anything clean: a ``pass`` says that none of these marks was found. A vulnerability that looks like
ordinary code has none of them.

    >>> from provenance.steps.poison.look import look
    >>> [sink.code for sink in look("CALL 'SYSTEM' USING X.", "cobol", "program").sinks]
    ["CALL 'SYSTEM'"]
"""

from __future__ import annotations

#: Raised whenever any of the modules says something else of the same text.
VERSION = "1"
