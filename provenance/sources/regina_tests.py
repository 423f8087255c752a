"""The tests of the exercism REXX track on Regina: their text, the solution and a small runner of ours made one program.

A test is a call of ``check(title, expression, variable, operation, expected)``, with a call of ``context(title)`` here
and there. The runner evaluates the expression and compares its value, or that of the variable where one is named, with
what is expected. What it has to say it says in lines that begin with a random word, so that a program which prints
"ok" has not passed. A solution that stops the interpreter fails the check at which it did.

    >>> text = script("F: procedure; return 1", "check('one' 'F()',, 'F()',, '=', 1)", {}, "n0nce")
    >>> text.splitlines()[0]
    "check('one' 'F()',, 'F()',, '=', 1)"
    >>> script("F: return 1", "say F()", {}, "n0nce") is None
    True
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from provenance.languages.toolchain import Library

_CHECK = re.compile(r"^[ \t]*check[ \t]*\(", re.IGNORECASE | re.MULTILINE)
#: Returns '' as the instruction "check(...)" gives its value to the shell as a command. Not a PROCEDURE: an expression
#: may use variables of the tests.
_RUNNER = r"""
say; say 'NONCE end'
exit 0
check:
  pv_title = arg(1); pv_call = arg(2); pv_name = arg(3); pv_sign = arg(4); pv_want = arg(5)
  if wordpos(pv_sign, '= \= == \== < > <= >=') = 0 then do
    say; say 'NONCE unknown' pv_sign; return ''
  end
  interpret 'pv_got =' pv_call
  if pv_name \== '' then pv_got = value(pv_name)
  interpret 'pv_held = pv_got' pv_sign 'pv_want'
  if pv_held then do
    say; say 'NONCE ok'
  end
  else do
    say; say 'NONCE no' translate(pv_title': expected' pv_sign pv_want', got' pv_got, '  ', '0a0d'x)
  end
  return ''
context:
  return ''
"""


def script(solution: str, tests: str, library: Library, nonce: str) -> str | None:
    """The whole program: shared variables, tests, runner, solution, shared functions. None where nothing is checked."""
    if not _CHECK.search(tests):
        return None
    shared = {kind: [library[path] for path in sorted(library) if PurePosixPath(path).name.endswith(f"-{kind}.rexx")]
              for kind in ("toplevel", "funcs")}
    return "\n".join([*shared["toplevel"], tests, _RUNNER.replace("NONCE", nonce), solution, *shared["funcs"]]) + "\n"
