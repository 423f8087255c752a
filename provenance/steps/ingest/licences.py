"""Licences: what a file's header says, what the licence file up the tree says, what the user declares; what follows.

    >>> conclude("", "Apache-2.0", "MIT")
    ('Apache-2.0 AND MIT', ('conflict: text says Apache-2.0, declared says MIT',))
    >>> conclude("", "", "")
    ('NOASSERTION', ('none: no header, no licence file, nothing declared',))

Where sources differ nobody is believed alone: the expression is their AND and the conflict is kept. Licence texts are
recognised by phrases that only they contain; an unknown text is said to be unknown (`UNRECOGNISED`), never guessed.
Version numbers of the GNU licences are read as "-only": a text alone cannot grant "or later".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from provenance.model.record import licence_ids

#: A licence file that no phrase matches.
UNRECOGNISED = "LicenseRef-unrecognised-text"
#: A header that claims the code outright; IBM samples carry it inside Apache-2.0 repositories.
PROPRIETARY = "LicenseRef-proprietary-notice"
PUBLIC_DOMAIN = "LicenseRef-public-domain"
#: An SPDX header whose expression cannot be read. It stays in the expression so that no gate takes it for a licence.
UNREADABLE = "LicenseRef-unreadable-header"
_DOCUMENTS = {"doc", "docs", "legal"}
#: Lines from the top in which a header may stand.
HEADER_LINES = 80

_FILE = re.compile(r"(?:licen[cs]e|copying|unlicen[cs]e)(?:[._-].*)?|mit-licen[cs]e(?:\..*)?", re.IGNORECASE)
_CODE_EXTENSION = re.compile(r"\.(?:c|h|py|java|js|ts|cls|cbl|cob|sql|go|rs|rb|sh|json|xml|html?)$", re.IGNORECASE)
_HEADER = re.compile(r"SPDX-License-Identifier:[ \t]*([^\r\n\x85]{0,200})")
_CLOSERS = re.compile(r"\s*(?:\*+/|-->|\*\)|#\}|\"{3}|%>|\*+|;)?\s*$")
#: Columns 73-80 of a fixed-format card hold a sequence number or a program's name.
_CARD_TAIL = re.compile(r"\s{2,}\S{1,8}\s*$")
_ID = r"(?:DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9][A-Za-z0-9.-]*\+?"
_TOKEN = re.compile(rf"\s*(\(|\)|{_ID})")
_NOTICE = re.compile(r"licensed\s+materials?\W{1,5}property\s+of", re.IGNORECASE)


def _phrases(*texts: str) -> tuple[str, ...]:
    return tuple(_plain(text) for text in texts)


def _plain(text: str) -> str:
    # Words only; a dot stays inside a version number and goes at the end of a sentence.
    return " ".join(re.sub(r"[^a-z0-9.]+|\.(?![0-9])", " ", text.lower()).split())


_BSD = "redistribution and use in source and binary forms, with or without modification, are permitted provided that"
_BSD_NAME = "to endorse or promote products derived"
_LATER = ("as published by the free software foundation, either version {} of the license, "
          "or (at your option) any later version")
#: (SPDX id, phrases that all occur, phrases of which none occurs). More than one may match: a file can hold several.
_TEXTS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("MIT", _phrases("permission is hereby granted, free of charge, to any person obtaining a copy",
                     "the above copyright notice and this permission notice shall be included in all copies"), ()),
    ("MIT-0", _phrases("permission is hereby granted, free of charge, to any person obtaining a copy"),
     _phrases("this permission notice shall be included")),
    ("Apache-2.0", _phrases("apache license", "version 2.0, january 2004",
                            "terms and conditions for use, reproduction, and distribution"), ()),
    ("Apache-2.0", _phrases("licensed under the apache license, version 2.0"),
     _phrases("terms and conditions for use, reproduction, and distribution")),
    ("BSD-3-Clause", _phrases(_BSD, _BSD_NAME), _phrases("all advertising materials mentioning features")),
    ("BSD-4-Clause", _phrases(_BSD, "all advertising materials mentioning features"), ()),
    ("BSD-2-Clause", _phrases(_BSD), _phrases(_BSD_NAME, "all advertising materials mentioning features")),
    ("ISC", _phrases("permission to use, copy, modify, and/or distribute this software for any purpose with or without "
                     "fee is hereby granted, provided that the above copyright notice"), ()),
    ("ISC", _phrases("permission to use, copy, modify, and distribute this software for any purpose with or without "
                     "fee is hereby granted, provided that the above copyright notice"), ()),
    ("CC0-1.0", _phrases("cc0 1.0 universal"), ()),
    ("CC-BY-4.0", _phrases("attribution 4.0 international", "creative commons"),
     _phrases("attribution sharealike 4.0", "attribution noncommercial", "attribution noderivatives 4.0")),
    ("CC-BY-SA-4.0", _phrases("attribution sharealike 4.0 international"), ()),
    ("Unlicense", _phrases("this is free and unencumbered software released into the public domain"), ()),
    ("GPL-2.0-only", _phrases("gnu general public license version 2, june 1991",
                              "terms and conditions for copying, distribution and modification"), ()),
    ("GPL-3.0-only", _phrases("gnu general public license version 3, 29 june 2007",
                              "the gnu general public license is a free, copyleft license for software"), ()),
    ("LGPL-2.1-only", _phrases("gnu lesser general public license version 2.1, february 1999"), ()),
    ("LGPL-3.0-only", _phrases("gnu lesser general public license version 3, 29 june 2007"), ()),
    ("AGPL-3.0-only", _phrases("gnu affero general public license version 3, 19 november 2007"), ()),
    ("MPL-2.0", _phrases("mozilla public license version 2.0",
                         "covered software is provided under this license on an as is basis"), ()),
    ("EPL-2.0", _phrases("eclipse public license v 2.0"), ()),
    # Notices as they stand at the top of files; unlike the texts they can say "or later".
    ("GPL-2.0-or-later", _phrases(f"gnu general public license {_LATER.format(2)}"), ()),
    ("GPL-3.0-or-later", _phrases(f"gnu general public license {_LATER.format(3)}"), ()),
    ("LGPL-2.1-or-later", _phrases(f"gnu lesser general public license {_LATER.format('2.1')}"), ()),
    ("LGPL-3.0-or-later", _phrases(f"gnu lesser general public license {_LATER.format(3)}"), ()),
    ("AGPL-3.0-or-later", _phrases(f"gnu affero general public license {_LATER.format(3)}"), ()),
    ("MPL-2.0", _phrases("subject to the terms of the mozilla public license, v. 2.0"), ()),
    (PUBLIC_DOMAIN, _phrases("is in the public domain"), _phrases("unencumbered software", "cc0 1.0")),
    (PUBLIC_DOMAIN, _phrases("not subject to copyright protection", "united states"), ()),
)


def is_licence_file(path: str) -> bool:
    """Whether a path's name is that of a licence text ("LICENSE", "COPYING.txt", "LICENSE-MIT")."""
    name = path.rsplit("/", 1)[-1]
    return bool(_FILE.fullmatch(name)) and not _CODE_EXTENSION.search(name)


def detect(text: str) -> str:
    """The SPDX expression of a licence text; `UNRECOGNISED` where no known phrase occurs."""
    plain = f" {_plain(text)} "
    found = {spdx for spdx, wanted, unwanted in _TEXTS
             if all(f" {phrase} " in plain for phrase in wanted) and not any(f" {p} " in plain for p in unwanted)}
    return _and(sorted(found)) or UNRECOGNISED


def nearest(path: str, found: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """(blob, detected) of the closest folder with a licence, going up from ``path``; ("", "") where there is none.

    Args:
        found: folder ("" is the root) -> (blobs of its licence files joined by a space, detected expression).
    """
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        if folder in found:
            return found[folder]
    return "", ""


def by_folder(texts: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, str]]:
    """The map that `nearest` asks for, from (path, blob, text) of every licence file, in order of path."""
    gathered: dict[str, list[tuple[str, str]]] = {}
    for path, blob, text in sorted(texts):
        gathered.setdefault(path.rpartition("/")[0], []).append((blob, detect(text)))
    found = {folder: (" ".join(blob for blob, _ in items), _and([spdx for _, spdx in items]))
             for folder, items in gathered.items()}
    for folder in sorted(found):
        # A project that keeps its licence among its documents means it for the whole project.
        above, _, last = folder.rpartition("/")
        if last.lower() in _DOCUMENTS and above not in gathered:
            found.setdefault(above, found[folder])
    return found


def header(text: str) -> str:
    """The licence that a file states about itself, in its first 80 lines; empty where it states none.

    An SPDX line counts; without one, a licence text or notice that `detect` knows. Several statements hold together
    (AND), and a proprietary notice counts as one.
    """
    top = "\n".join(text.split("\n", HEADER_LINES)[:HEADER_LINES])
    said = []
    for match in _HEADER.finditer(top):
        raw = _CLOSERS.sub("", match[1]).strip()
        shorter = _CARD_TAIL.sub("", match[1]).strip()
        said.append(next((text for text in (raw, shorter) if is_expression(text)), UNREADABLE))
    # A remark that something "is in the public domain" is too common in programs to be taken for a licence.
    if not said and (notice := detect(top)) not in (UNRECOGNISED, PUBLIC_DOMAIN):
        said.append(notice)
    if _NOTICE.search(top):
        said.append(PROPRIETARY)
    return _and(said)


def is_expression(text: str) -> bool:
    """Whether a text has the form of an SPDX expression; ids are not looked up in the SPDX list."""
    depth, want_id, position = 0, True, 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            return False
        position, piece = match.end(), match[1]
        operator = piece.upper() in {"AND", "OR", "WITH"}
        if want_id and piece == "(":
            depth += 1
        elif want_id and not operator and piece != ")":
            want_id = False
        elif not want_id and piece == ")" and depth:
            depth -= 1
        elif not want_id and operator:
            want_id = True
        else:
            return False
    return not want_id and depth == 0


def conclude(header: str, detected: str, declared: str) -> tuple[str, tuple[str, ...]]:
    """The licence expression of a file, and why it may not be trusted as it stands.

    The header wins over the licence file over the declaration as long as they agree; an expression that only makes
    another more precise ("GPL-2.0-or-later" beside the GPL-2.0 text, "MIT OR Apache-2.0" beside the MIT text) agrees.

    Returns:
        The SPDX expression ("NOASSERTION" for nothing) and reason codes; empty where all is well.
    """
    reasons = []
    said = [("header", header.strip()), ("text", detected.strip()), ("declared", declared.strip())]
    if declared.strip() and not is_expression(declared):
        reasons.append("unreadable: declared is not an SPDX expression")
        said[2] = ("declared", UNREADABLE)
    if detected == UNRECOGNISED:
        # It may say anything, so it neither wins nor agrees; whoever declares a licence answers for having read it.
        reasons.append("unrecognised-text: the nearest licence file is not one that is known")
        said[1] = ("text", "")
    given = [(who, text) for who, text in said if text]
    if not given:
        return "NOASSERTION", tuple(reasons) or ("none: no header, no licence file, nothing declared",)
    kept = [given[0]]
    kept += [item for item in given[1:] if not any(_agree(first, item[1]) for _, first in kept)]
    if len(kept) > 1:
        reasons.append("conflict: " + ", ".join(f"{who} says {text}" for who, text in kept))
    expression = _and([text for _, text in kept])
    odd = [name for name in (PROPRIETARY, UNREADABLE) if name in licence_ids(header)]
    reasons += [f"conflict: header carries {name}" for name in odd if len(kept) == 1]
    return expression, tuple(reasons)


def _agree(precise: str, other: str) -> bool:
    return {_family(spdx) for spdx in licence_ids(other)} <= {_family(spdx) for spdx in licence_ids(precise)} \
        and (" AND " not in f" {other.upper()} " or set(licence_ids(other)) == set(licence_ids(precise)))


def _family(spdx: str) -> str:
    return re.sub(r"(?:-only|-or-later|\+)$", "", spdx).lower()


def _and(expressions: Iterable[str]) -> str:
    """Their AND: each once, in order, in parentheses where it has an OR of its own."""
    unique = list(dict.fromkeys(text for text in expressions if text))
    if len(unique) == 1:
        return unique[0]
    return " AND ".join(f"({text})" if re.search(r"\sOR\s", text, re.IGNORECASE) else text for text in unique)
