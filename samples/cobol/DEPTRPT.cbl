      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * DEPTRPT: costs with a control break on department.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. DEPTRPT.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY RPTHEAD.
       01  COST-VALUES.
           05  FILLER              PIC X(18) VALUE 'ENGTOOLS     00412'.
           05  FILLER              PIC X(18) VALUE 'ENGTRAVEL    01250'.
           05  FILLER              PIC X(18) VALUE 'FINAUDIT     03300'.
           05  FILLER              PIC X(18) VALUE 'OPSFUEL      00875'.
           05  FILLER              PIC X(18) VALUE 'OPSREPAIR    02140'.
           05  FILLER              PIC X(18) VALUE 'OPSRENT      05000'.
       01  COST-TABLE REDEFINES COST-VALUES.
           05  COST-ENTRY OCCURS 6 TIMES INDEXED BY COST-IX.
               10  COST-DEPT       PIC X(3).
               10  COST-KIND       PIC X(10).
               10  COST-AMOUNT     PIC 9(5).
       01  BREAK-FIELDS.
           05  LAST-DEPT           PIC X(3).
           05  DEPT-SUM            PIC 9(7) COMP-3.
           05  GRAND-SUM           PIC 9(7) COMP-3.
           05  LINES-OUT           PIC 9(3) COMP-3.
           05  FIRST-SWITCH        PIC X.
               88  FIRST-TIME      VALUE 'Y'.
       01  DETAIL-LINE.
           05  DL-DEPT             PIC X(6).
           05  DL-KIND             PIC X(14).
           05  DL-AMOUNT           PIC ZZZ,ZZ9.
       PROCEDURE DIVISION.
       MAIN-LINE.
           MOVE 'COSTS BY DEPARTMENT' TO RPT-NAME.
           MOVE 1 TO RPT-PAGE.
           MOVE 0 TO DEPT-SUM
           MOVE 0 TO GRAND-SUM
           MOVE 0 TO LINES-OUT.
           MOVE 'Y' TO FIRST-SWITCH.
           DISPLAY RPT-TITLE.
           DISPLAY RPT-RULE.
           PERFORM EACH-COST VARYING COST-IX FROM 1 BY 1
               UNTIL COST-IX > 6.
           PERFORM DEPT-BREAK.
           DISPLAY RPT-RULE.
           MOVE SPACES TO DL-DEPT DL-KIND.
           MOVE GRAND-SUM TO DL-AMOUNT.
           DISPLAY DETAIL-LINE ' ALL DEPARTMENTS'.
           DISPLAY 'DETAIL LINES: ' LINES-OUT.
           STOP RUN.
       EACH-COST.
           IF FIRST-TIME
               MOVE COST-DEPT (COST-IX) TO LAST-DEPT
               MOVE 'N' TO FIRST-SWITCH
           END-IF.
           IF COST-DEPT (COST-IX) NOT = LAST-DEPT
               PERFORM DEPT-BREAK
               MOVE COST-DEPT (COST-IX) TO LAST-DEPT
           END-IF.
           ADD COST-AMOUNT (COST-IX) TO DEPT-SUM.
           ADD 1 TO LINES-OUT.
           MOVE COST-DEPT (COST-IX) TO DL-DEPT.
           MOVE COST-KIND (COST-IX) TO DL-KIND.
           MOVE COST-AMOUNT (COST-IX) TO DL-AMOUNT.
           DISPLAY DETAIL-LINE.
       DEPT-BREAK.
           MOVE LAST-DEPT TO DL-DEPT.
           MOVE '** TOTAL' TO DL-KIND.
           MOVE DEPT-SUM TO DL-AMOUNT.
           DISPLAY DETAIL-LINE.
           ADD DEPT-SUM TO GRAND-SUM.
           MOVE ZERO TO DEPT-SUM.
