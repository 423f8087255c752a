      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * PRODFIND: binary and linear search of a product table.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. PRODFIND.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  PRODUCT-VALUES.
           05  FILLER  PIC X(19) VALUE 'ANGLEANGLE BAR  014'.
           05  FILLER  PIC X(19) VALUE 'BRASSBRASS ROD  200'.
           05  FILLER  PIC X(19) VALUE 'COPPRCOPPER WIRE075'.
           05  FILLER  PIC X(19) VALUE 'LEADSLEAD SHEET 003'.
           05  FILLER  PIC X(19) VALUE 'TINPLTIN PLATE  118'.
       01  PRODUCT-TABLE REDEFINES PRODUCT-VALUES.
           05  PRODUCT OCCURS 5 TIMES
                   ASCENDING KEY IS PRODUCT-CODE
                   INDEXED BY PX.
               10  PRODUCT-CODE    PIC X(5).
               10  PRODUCT-NAME    PIC X(11).
               10  PRODUCT-STOCK   PIC 9(3).
       01  WANTED-CODE             PIC X(5).
       01  WANTED-LETTER           PIC X.
       01  HITS                    PIC 9(3).
       01  MISSES                  PIC 9(3).
       01  LOW-ITEMS               PIC 9(3).
       PROCEDURE DIVISION.
       FIND-ALL.
           MOVE ZERO TO HITS MISSES LOW-ITEMS.
           MOVE 'COPPR' TO WANTED-CODE.
           PERFORM BINARY-LOOKUP.
           MOVE 'STEEL' TO WANTED-CODE.
           PERFORM BINARY-LOOKUP.
           MOVE 'TINPL' TO WANTED-CODE.
           PERFORM BINARY-LOOKUP.
           MOVE 'L' TO WANTED-LETTER.
           PERFORM LINEAR-LOOKUP.
           MOVE 'Q' TO WANTED-LETTER.
           PERFORM LINEAR-LOOKUP.
           PERFORM COUNT-LOW VARYING PX FROM 1 BY 1 UNTIL PX > 5.
           DISPLAY 'HITS ' HITS ' MISSES ' MISSES
               ' LOW ON STOCK ' LOW-ITEMS.
           STOP RUN.
       BINARY-LOOKUP.
           SEARCH ALL PRODUCT
               AT END
                   DISPLAY WANTED-CODE ' IS NOT SOLD HERE'
                   ADD 1 TO MISSES
               WHEN PRODUCT-CODE (PX) = WANTED-CODE
                   DISPLAY WANTED-CODE ' ' PRODUCT-NAME (PX)
                       ' STOCK ' PRODUCT-STOCK (PX)
                   ADD 1 TO HITS
           END-SEARCH.
       LINEAR-LOOKUP.
           SET PX TO 1.
           SEARCH PRODUCT
               AT END
                   DISPLAY 'NOTHING BEGINS WITH ' WANTED-LETTER
                   ADD 1 TO MISSES
               WHEN PRODUCT-CODE (PX) (1:1) = WANTED-LETTER
                   DISPLAY WANTED-LETTER ' FIRST IS ' PRODUCT-NAME (PX)
                   ADD 1 TO HITS
           END-SEARCH.
       COUNT-LOW.
           IF PRODUCT-STOCK (PX) < 50
               ADD 1 TO LOW-ITEMS.
