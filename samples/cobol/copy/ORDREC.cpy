      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * One order line, 30 characters.
       01  ORD-RECORD.
           05  ORD-NUMBER          PIC 9(6).
           05  ORD-CUSTOMER        PIC X(8).
           05  ORD-PRODUCT         PIC X(5).
           05  ORD-QTY             PIC 9(4).
           05  ORD-PRICE           PIC 9(5)V99.
