      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * PAYCALC: gross pay to net pay through progressive tax brackets.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. PAYCALC.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY EMPREC.
       COPY TAXTAB.
       01  PAY-FIGURES.
           05  PAY-GROSS           PIC 9(6)V99.
           05  PAY-TAX             PIC 9(6)V99.
           05  PAY-NET             PIC 9(6)V99.
           05  PAY-REST            PIC S9(6)V99.
           05  PAY-SLICE           PIC S9(6)V99.
           05  PAY-FLOOR           PIC 9(6)V99.
       01  PAY-TOTALS.
           05  TOT-GROSS           PIC 9(8)V99.
           05  TOT-TAX             PIC 9(8)V99.
           05  TOT-NET             PIC 9(8)V99.
           05  TOT-HEADS           PIC 9(3).
       01  BRACKET-NO              PIC 9(2).
       01  EDIT-GROSS              PIC ZZZ,ZZ9.99.
       01  EDIT-TAX                PIC ZZZ,ZZ9.99.
       01  EDIT-NET                PIC ZZZ,ZZ9.99.
       PROCEDURE DIVISION.
       0000-MAIN.
           MOVE ZERO TO TOT-GROSS TOT-TAX TOT-NET
                        TOT-HEADS.
           MOVE '00101ADA STONE           ENG3045001600' TO EMP-RECORD.
           PERFORM 1000-ONE-EMPLOYEE THRU 1000-EXIT.
           MOVE '00102BRUNO KELLER        ENG2027501725' TO EMP-RECORD.
           PERFORM 1000-ONE-EMPLOYEE THRU 1000-EXIT.
           MOVE '00207CARLA MOSS          OPS1015000385' TO EMP-RECORD.
           PERFORM 1000-ONE-EMPLOYEE THRU 1000-EXIT.
           MOVE '00311DEV RAMAN           FIN4120051680' TO EMP-RECORD.
           PERFORM 1000-ONE-EMPLOYEE THRU 1000-EXIT.
           PERFORM 9000-TOTALS.
           STOP RUN.
       1000-ONE-EMPLOYEE.
           COMPUTE PAY-GROSS ROUNDED = EMP-HOURLY * EMP-HOURS.
           IF PAY-GROSS = ZERO
               GO TO 1000-EXIT.
           PERFORM 2000-TAX.
           MOVE PAY-GROSS TO PAY-NET.
           SUBTRACT PAY-TAX FROM PAY-NET.
           ADD PAY-GROSS TO TOT-GROSS.
           ADD PAY-TAX TO TOT-TAX.
           ADD PAY-NET TO TOT-NET.
           ADD 1 TO TOT-HEADS.
           MOVE PAY-GROSS TO EDIT-GROSS.
           MOVE PAY-TAX TO EDIT-TAX.
           MOVE PAY-NET TO EDIT-NET.
           DISPLAY EMP-ID ' ' EMP-NAME EDIT-GROSS EDIT-TAX EDIT-NET.
       1000-EXIT.
           EXIT.
       2000-TAX.
           MOVE ZERO TO PAY-TAX PAY-FLOOR.
           MOVE PAY-GROSS TO PAY-REST.
           PERFORM 2100-BRACKET
               VARYING BRACKET-NO FROM 1 BY 1
               UNTIL BRACKET-NO > 4 OR PAY-REST NOT > ZERO.
       2100-BRACKET.
           COMPUTE PAY-SLICE = TAX-UPTO (BRACKET-NO) - PAY-FLOOR.
           IF PAY-SLICE > PAY-REST
               MOVE PAY-REST TO PAY-SLICE.
           COMPUTE PAY-TAX ROUNDED =
               PAY-TAX + PAY-SLICE * TAX-RATE (BRACKET-NO).
           SUBTRACT PAY-SLICE FROM PAY-REST.
           MOVE TAX-UPTO (BRACKET-NO) TO PAY-FLOOR.
       9000-TOTALS.
           MOVE TOT-GROSS TO EDIT-GROSS.
           MOVE TOT-TAX TO EDIT-TAX.
           MOVE TOT-NET TO EDIT-NET.
           DISPLAY 'TOTAL OF ' TOT-HEADS '              '
               EDIT-GROSS EDIT-TAX EDIT-NET.
