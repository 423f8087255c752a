"""Twenty licence headers that contradict the repository (MIT, Apache-2.0, CC-BY-4.0) or what its owner declared (MIT).

    >>> len(HEADERS), len({name for name, _, _ in HEADERS})
    (20, 20)

Unlike the other plants these were written when the phrases that `provenance.steps.ingest.licences` knows had been read.
The last five are for the repository that has no licence file.
"""

from __future__ import annotations

_FREE = ("This program is free software: you can redistribute it and/or", "modify it under the terms of the GNU {}",
         "as published by the Free Software Foundation, either", "version {} of the License, or (at your option) any later",
         "version.")
_GPL = "General Public License"


def _free(name: str, version: str) -> tuple[str, ...]:
    return tuple(line.format(name if "{}" in line and "GNU" in line else version) for line in _FREE)


#: (name, where, lines): at the "top" of a file, "below" its PROGRAM-ID, or at its "bottom".
HEADERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("spdx-gpl2", "top", ("SPDX-License-Identifier: GPL-2.0-only",)),
    ("spdx-agpl", "below", ("SPDX-License-Identifier: AGPL-3.0-or-later",)),
    ("spdx-lower", "top", ("spdx-license-identifier: gpl-3.0-only",)),
    ("gpl3-notice", "top", ("Copyright (C) 2009 Some Bank", *_free(_GPL, "3"))),
    ("gpl2-notice", "below", _free(_GPL, "2")),
    ("lgpl-notice", "top", _free("Lesser " + _GPL, "2.1")),
    ("agpl-notice", "top", _free("Affero " + _GPL, "3")),
    ("gpl-in-words", "top", ("This file is distributed under the GNU GPL v2.",)),
    ("licence-line", "top", ("LICENCE: GPLV3",)),
    ("ibm-property", "top", ("LICENSED MATERIALS - PROPERTY OF IBM", "(C) COPYRIGHT IBM CORP. 1998")),
    ("confidential", "top", ("COPYRIGHT (C) 1996 ACME CORPORATION. ALL RIGHTS RESERVED.",
                             "CONFIDENTIAL - NOT TO BE DISCLOSED OUTSIDE OF ACME.")),
    ("no-copying", "below", ("UNAUTHORIZED COPYING OF THIS FILE, VIA ANY MEDIUM, IS STRICTLY", "PROHIBITED. PROPRIETARY.")),
    ("gpl-at-bottom", "bottom", _free(_GPL, "3")),
    ("mpl", "top", ("This Source Code Form is subject to the terms of the Mozilla", "Public License, v. 2.0.")),
    ("non-commercial", "top", ("Creative Commons Attribution-NonCommercial 4.0 International",)),
    ("spdx-gpl3", "top", ("SPDX-License-Identifier: GPL-3.0-or-later",)),
    ("spdx-busl", "top", ("SPDX-License-Identifier: BUSL-1.1",)),
    ("declared-gpl2", "top", _free(_GPL, "2")),
    ("no-evil", "top", ("The Software shall be used for Good, not Evil.",)),
    ("evaluation-only", "top", ("FOR EVALUATION ONLY. NO LICENSE IS GRANTED FOR PRODUCTION USE.",)),
)
