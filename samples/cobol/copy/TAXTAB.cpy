      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * Monthly tax brackets: upper bound and rate.
       01  TAX-VALUES.
           05  FILLER              PIC X(12) VALUE '000500000000'.
           05  FILLER              PIC X(12) VALUE '001500000120'.
           05  FILLER              PIC X(12) VALUE '003000000220'.
           05  FILLER              PIC X(12) VALUE '999999990350'.
       01  TAX-TABLE REDEFINES TAX-VALUES.
           05  TAX-BRACKET OCCURS 4 TIMES.
               10  TAX-UPTO        PIC 9(6)V99.
               10  TAX-RATE        PIC 9V999.
