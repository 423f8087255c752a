      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * LOANPLAN: annuity loan; the last month clears what is left.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. LOANPLAN.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  LOAN-TERMS.
           05  LOAN-AMOUNT         PIC 9(7)V99.
           05  YEARLY-RATE         PIC 9(2)V9(4).
           05  MONTHS-TO-RUN       PIC 9(3).
       01  MONTHLY-RATE            PIC 9V9(9) COMP-3.
       01  GROWTH                  PIC 9(3)V9(9) COMP-3.
       01  GROWTH-ONLY             PIC 9(3)V9(9) COMP-3.
       01  YEARS-FACTOR            PIC 9(3)V9(9) COMP-3.
       01  INSTALMENT              PIC 9(7)V99.
       01  SHOW-MONEY              PIC Z,ZZZ,ZZ9.99.
       01  MONTH-NO                PIC 9(3).
       01  OPEN-BALANCE            PIC S9(7)V99.
       01  INTEREST-PART           PIC S9(7)V99.
       01  CAPITAL-PART            PIC S9(7)V99.
       01  INTEREST-TOTAL          PIC S9(7)V99.
       01  PLAN-LINE.
           05  PL-MONTH            PIC ZZ9.
           05  PL-PAY              PIC Z(7)9.99.
           05  PL-INTEREST         PIC Z(7)9.99.
           05  PL-CAPITAL          PIC Z(7)9.99.
           05  PL-BALANCE          PIC Z(7)9.99.
       PROCEDURE DIVISION.
       PLAN-LOAN.
           MOVE 12000 TO LOAN-AMOUNT.
           MOVE 6.6 TO YEARLY-RATE.
           MOVE 6 TO MONTHS-TO-RUN.
           PERFORM FIND-INSTALMENT.
           MOVE LOAN-AMOUNT TO OPEN-BALANCE.
           MOVE ZERO TO INTEREST-TOTAL.
           PERFORM PLAN-MONTH VARYING MONTH-NO FROM 1 BY 1
               UNTIL MONTH-NO > MONTHS-TO-RUN.
           MOVE INTEREST-TOTAL TO SHOW-MONEY.
           DISPLAY 'INTEREST PAID ' SHOW-MONEY.
           IF OPEN-BALANCE = ZERO
               DISPLAY 'LOAN IS CLEARED'
           ELSE
               DISPLAY 'LEFT OVER ' OPEN-BALANCE.
           STOP RUN.
       FIND-INSTALMENT.
           COMPUTE MONTHLY-RATE = YEARLY-RATE / 1200.
           MOVE 1 TO GROWTH.
           PERFORM MONTHS-TO-RUN TIMES
               COMPUTE GROWTH ROUNDED = GROWTH * (1 + MONTHLY-RATE)
           END-PERFORM.
           MOVE GROWTH TO GROWTH-ONLY.
           SUBTRACT 1 FROM GROWTH-ONLY.
           MULTIPLY MONTHLY-RATE BY GROWTH ROUNDED.
           DIVIDE GROWTH BY GROWTH-ONLY GIVING YEARS-FACTOR ROUNDED.
           MULTIPLY LOAN-AMOUNT BY YEARS-FACTOR
               GIVING INSTALMENT ROUNDED.
           MOVE INSTALMENT TO SHOW-MONEY.
           DISPLAY 'INSTALMENT    ' SHOW-MONEY.
       PLAN-MONTH.
           COMPUTE INTEREST-PART ROUNDED = OPEN-BALANCE * MONTHLY-RATE.
           IF MONTH-NO = MONTHS-TO-RUN
               MOVE OPEN-BALANCE TO CAPITAL-PART
           ELSE
               MOVE INSTALMENT TO CAPITAL-PART
               SUBTRACT INTEREST-PART FROM CAPITAL-PART
           END-IF.
           SUBTRACT CAPITAL-PART FROM OPEN-BALANCE.
           ADD INTEREST-PART TO INTEREST-TOTAL.
           MOVE MONTH-NO TO PL-MONTH.
           ADD INTEREST-PART CAPITAL-PART GIVING PL-PAY.
           MOVE INTEREST-PART TO PL-INTEREST.
           MOVE CAPITAL-PART TO PL-CAPITAL.
           MOVE OPEN-BALANCE TO PL-BALANCE.
           DISPLAY PLAN-LINE.
