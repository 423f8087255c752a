"""MUMPS: facts only. GT.M compiles and runs it.

``.m`` is also MATLAB's and Objective-C's: a source that mixes them must say so by path.

    >>> LANGUAGE.extensions[".m"], LANGUAGE.tier.value
    ('program', 'A')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

# Upper-case: commands (ANSI X11.1 and GT.M); M reserves no word, so these are only never given as new names.
_WORDS = """
B BREAK C CLOSE D DO E ELSE F FOR G GOTO H HALT HANG I IF J JOB K KILL L LOCK M MERGE N NEW O OPEN Q QUIT R READ S SET
TC TCOMMIT TRE TRESTART TRO TROLLBACK TS TSTART U USE V VIEW W WRITE X XECUTE ZALLOCATE ZBREAK ZCOMPILE ZCONTINUE
ZDEALLOCATE ZEDIT ZGOTO ZHALT ZHELP ZKILL ZLINK ZMESSAGE ZPRINT ZSHOW ZSTEP ZSYSTEM ZTRIGGER ZWITHDRAW ZWRITE
"""

LANGUAGE = Language(
    name="mumps",
    tier=Tier.RUN,
    extensions={".m": "program"},
    line_comments=(";",),
    reserved=frozenset(_WORDS.split()),
    toolchain="gtm",
)
