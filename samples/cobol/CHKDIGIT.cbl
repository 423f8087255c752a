      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * CHKDIGIT: Luhn card numbers and ISBN-10 check characters.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. CHKDIGIT.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  CARD-NUMBER             PIC X(16).
       01  CARD-DIGITS REDEFINES CARD-NUMBER.
           05  CARD-DIGIT          PIC 9 OCCURS 16 TIMES.
       01  ISBN-TEXT               PIC X(10).
       01  ISBN-DIGITS REDEFINES ISBN-TEXT.
           05  ISBN-DIGIT          PIC 9 OCCURS 9 TIMES.
           05  ISBN-CHECK          PIC X.
       01  DIGIT-AT                PIC 99.
       01  DOUBLED                 PIC 99.
       01  CHECK-SUM               PIC 9(4).
       01  QUOTIENT                PIC 9(4).
       01  LEFT-OVER               PIC 99.
       01  WANTED-CHECK            PIC X.
       01  EVEN-PLACE              PIC 9.
       01  VERDICT                 PIC X(7).
       01  GOOD-ONES               PIC 99.
       01  BAD-ONES                PIC 99.
       PROCEDURE DIVISION.
       CONTROL-PARA.
           MOVE ZERO TO GOOD-ONES BAD-ONES.
           MOVE '4539578763621486' TO CARD-NUMBER.
           PERFORM LUHN-CHECK.
           MOVE '4539578763621487' TO CARD-NUMBER.
           PERFORM LUHN-CHECK.
           MOVE '080442957X' TO ISBN-TEXT.
           PERFORM ISBN-PROOF.
           MOVE '0306406152' TO ISBN-TEXT.
           PERFORM ISBN-PROOF.
           MOVE '0306406153' TO ISBN-TEXT.
           PERFORM ISBN-PROOF.
           DISPLAY 'GOOD ' GOOD-ONES ' BAD ' BAD-ONES.
           STOP RUN.
       LUHN-CHECK.
           MOVE ZERO TO CHECK-SUM EVEN-PLACE.
           PERFORM LUHN-DIGIT VARYING DIGIT-AT FROM 16 BY -1
               UNTIL DIGIT-AT = 0.
           DIVIDE CHECK-SUM BY 10 GIVING QUOTIENT REMAINDER LEFT-OVER.
           IF LEFT-OVER = ZERO
               PERFORM PASSED
           ELSE
               PERFORM FAILED.
           DISPLAY 'CARD ' CARD-NUMBER ' ' VERDICT CHECK-SUM.
       LUHN-DIGIT.
           MOVE CARD-DIGIT (DIGIT-AT) TO DOUBLED.
           IF EVEN-PLACE = 1
               ADD DOUBLED TO DOUBLED
               IF DOUBLED > 9
                   SUBTRACT 9 FROM DOUBLED
               END-IF
           END-IF.
           ADD DOUBLED TO CHECK-SUM.
           COMPUTE EVEN-PLACE = 1 - EVEN-PLACE.
       ISBN-PROOF.
           MOVE ZERO TO CHECK-SUM.
           PERFORM VARYING DIGIT-AT FROM 1 BY 1 UNTIL DIGIT-AT > 9
               COMPUTE CHECK-SUM =
                   CHECK-SUM + DIGIT-AT * ISBN-DIGIT (DIGIT-AT)
           END-PERFORM.
           DIVIDE CHECK-SUM BY 11 GIVING QUOTIENT REMAINDER LEFT-OVER.
           IF LEFT-OVER = 10
               MOVE 'X' TO WANTED-CHECK
           ELSE
               MOVE LEFT-OVER (2:1) TO WANTED-CHECK.
           IF WANTED-CHECK = ISBN-CHECK
               PERFORM PASSED
           ELSE
               PERFORM FAILED.
           DISPLAY 'ISBN ' ISBN-TEXT ' ' VERDICT ' ' WANTED-CHECK.
       PASSED.
           MOVE 'VALID' TO VERDICT.
           ADD 1 TO GOOD-ONES.
       FAILED.
           MOVE 'INVALID' TO VERDICT.
           ADD 1 TO BAD-ONES.
