      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * SHELSORT: sorts a table by Shell's method, counts the work.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. SHELSORT.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  SCORE-LIST.
           05  SCORE               PIC S9(4) COMP OCCURS 9 TIMES.
       01  ITEM-COUNT              PIC S9(4) COMP VALUE 9.
       01  GAP                     PIC S9(4) COMP.
       01  OUTER                   PIC S9(4) COMP.
       01  INNER                   PIC S9(4) COMP.
       01  BEHIND                  PIC S9(4) COMP.
       01  HELD                    PIC S9(4) COMP.
       01  SHIFTS                  PIC S9(4) COMP.
       01  PASSES                  PIC S9(4) COMP.
       01  SHOW-NUMBER             PIC -(5)9.
       01  MEDIAN-AT               PIC S9(4) COMP.
       PROCEDURE DIVISION.
       BEGIN-SORT.
           MOVE 512 TO SCORE (1).
           MOVE -40 TO SCORE (2) SCORE (7).
           MOVE 77 TO SCORE (3) SCORE (8).
           MOVE 6 TO SCORE (4).
           MOVE 1999 TO SCORE (5).
           MOVE ZERO TO SCORE (6) SCORE (9).
           MOVE ZERO TO SHIFTS
           MOVE ZERO TO PASSES.
           MOVE ITEM-COUNT TO GAP.
           PERFORM ONE-PASS UNTIL GAP < 2.
           PERFORM SHOW-SCORE VARYING OUTER FROM 1 BY 1
               UNTIL OUTER > ITEM-COUNT.
           COMPUTE MEDIAN-AT = (ITEM-COUNT + 1) / 2.
           MOVE SCORE (MEDIAN-AT) TO SHOW-NUMBER.
           DISPLAY 'MEDIAN ' SHOW-NUMBER.
           MOVE SHIFTS TO SHOW-NUMBER.
           DISPLAY 'SHIFTS ' SHOW-NUMBER.
           MOVE PASSES TO SHOW-NUMBER.
           DISPLAY 'PASSES ' SHOW-NUMBER.
           STOP RUN.
       ONE-PASS.
           DIVIDE 2 INTO GAP.
           ADD 1 TO PASSES.
           COMPUTE OUTER = GAP + 1.
           PERFORM INSERT-ONE UNTIL OUTER > ITEM-COUNT.
       INSERT-ONE.
           MOVE SCORE (OUTER) TO HELD.
           MOVE OUTER TO INNER BEHIND.
           SUBTRACT GAP FROM BEHIND.
           PERFORM SHIFT-UP UNTIL BEHIND < 1.
           MOVE HELD TO SCORE (INNER).
           ADD 1 TO OUTER.
       SHIFT-UP.
           IF SCORE (BEHIND) > HELD
               MOVE SCORE (BEHIND) TO SCORE (INNER)
               MOVE BEHIND TO INNER
               SUBTRACT GAP FROM BEHIND
               ADD 1 TO SHIFTS
           ELSE
               MOVE ZERO TO BEHIND.
       SHOW-SCORE.
           MOVE SCORE (OUTER) TO SHOW-NUMBER.
           DISPLAY SHOW-NUMBER.
