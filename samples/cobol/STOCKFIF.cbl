      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * STOCKFIF: first in, first out stock costing in lots.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. STOCKFIF.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  LOT-QUEUE.
           05  LOT OCCURS 10 TIMES INDEXED BY LOT-IX.
               10  LOT-UNITS       PIC S9(5) COMP-3.
               10  LOT-COST        PIC S9(5)V99 COMP-3.
       01  QUEUE-STATE.
           05  LOTS-IN             PIC 99.
           05  LOTS-OUT            PIC 99.
       01  MOVE-UNITS              PIC S9(5) COMP-3.
       01  MOVE-COST               PIC S9(5)V99 COMP-3.
       01  TAKE-UNITS              PIC S9(5) COMP-3.
       01  STILL-WANTED            PIC S9(5) COMP-3.
       01  COST-OF-SALE            PIC S9(7)V99 COMP-3.
       01  COST-SO-FAR             PIC S9(7)V99 COMP-3.
       01  STOCK-VALUE             PIC S9(7)V99 COMP-3.
       01  EDIT-UNITS              PIC Z,ZZ9.
       01  EDIT-MONEY              PIC Z,ZZZ,ZZ9.99.
       PROCEDURE DIVISION.
       S000-STOCK-BOOK.
           MOVE ZERO TO LOTS-IN LOTS-OUT COST-SO-FAR STOCK-VALUE.
           MOVE 100 TO MOVE-UNITS. MOVE 4.10 TO MOVE-COST.
           PERFORM S100-RECEIVE.
           MOVE 60 TO MOVE-UNITS. MOVE 4.55 TO MOVE-COST.
           PERFORM S100-RECEIVE.
           MOVE 130 TO STILL-WANTED.
           PERFORM S200-ISSUE THRU S200-EXIT.
           MOVE 40 TO MOVE-UNITS. MOVE 3.95 TO MOVE-COST.
           PERFORM S100-RECEIVE.
           MOVE 90 TO STILL-WANTED.
           PERFORM S200-ISSUE THRU S200-EXIT.
           MOVE COST-SO-FAR TO EDIT-MONEY.
           DISPLAY 'COST OF ALL SALES ' EDIT-MONEY.
           STOP RUN.
       S100-RECEIVE.
           ADD 1 TO LOTS-IN.
           SET LOT-IX TO LOTS-IN.
           MOVE MOVE-UNITS TO LOT-UNITS (LOT-IX).
           MOVE MOVE-COST TO LOT-COST (LOT-IX).
           MOVE MOVE-UNITS TO EDIT-UNITS.
           MOVE MOVE-COST TO EDIT-MONEY.
           DISPLAY 'RECEIVED ' EDIT-UNITS ' AT ' EDIT-MONEY.
       S200-ISSUE.
           MOVE ZERO TO COST-OF-SALE.
           PERFORM UNTIL STILL-WANTED NOT > ZERO
               IF LOTS-OUT = LOTS-IN
                   MOVE STILL-WANTED TO EDIT-UNITS
                   DISPLAY 'SHORT BY ' EDIT-UNITS
                   GO TO S200-EXIT
               END-IF
               PERFORM S300-TAKE-FROM-LOT
           END-PERFORM.
           MOVE COST-OF-SALE TO EDIT-MONEY.
           DISPLAY 'ISSUED AT COST    ' EDIT-MONEY.
       S200-EXIT.
           ADD COST-OF-SALE TO COST-SO-FAR.
       S300-TAKE-FROM-LOT.
           SET LOT-IX TO LOTS-OUT.
           SET LOT-IX UP BY 1.
           MOVE LOT-UNITS (LOT-IX) TO TAKE-UNITS.
           IF TAKE-UNITS > STILL-WANTED
               MOVE STILL-WANTED TO TAKE-UNITS.
           COMPUTE COST-OF-SALE =
               COST-OF-SALE + TAKE-UNITS * LOT-COST (LOT-IX).
           SUBTRACT TAKE-UNITS FROM LOT-UNITS (LOT-IX).
           SUBTRACT TAKE-UNITS FROM STILL-WANTED.
           IF LOT-UNITS (LOT-IX) = ZERO
               ADD 1 TO LOTS-OUT.
