      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * Title and rule of every printed report.
       01  RPT-TITLE.
           05  RPT-COMPANY         PIC X(24)
                                   VALUE 'NORTHWIND COPPER WORKS'.
           05  RPT-NAME            PIC X(24).
           05  FILLER              PIC X(5) VALUE 'PAGE '.
           05  RPT-PAGE            PIC Z9.
       01  RPT-RULE                PIC X(55) VALUE ALL '-'.
