      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * ORDLOAD: writes a file of orders, reads it back and adds it up.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. ORDLOAD.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT ORDER-FILE ASSIGN TO 'ORDERS.TXT'
               ORGANIZATION IS LINE SEQUENTIAL
               FILE STATUS IS ORDER-STATUS.
       DATA DIVISION.
       FILE SECTION.
       FD  ORDER-FILE.
       COPY ORDREC.
       WORKING-STORAGE SECTION.
       01  ORDER-STATUS            PIC XX.
       01  SWITCHES.
           05  END-SWITCH          PIC X VALUE 'N'.
               88  NO-MORE-ORDERS  VALUE 'Y'.
       01  COUNTERS.
           05  WRITTEN-COUNT       PIC 9(4).
           05  READ-COUNT          PIC 9(4).
           05  BIG-COUNT           PIC 9(4).
       01  LINE-VALUE              PIC 9(9)V99.
       01  SUM-VALUE               PIC 9(9)V99.
       01  EDIT-VALUE              PIC Z(6)9.99.
       01  SEED-NUMBER             PIC 9(6).
       PROCEDURE DIVISION.
       A000-CONTROL SECTION.
       A010-START.
           MOVE ZERO TO WRITTEN-COUNT READ-COUNT BIG-COUNT
                        SUM-VALUE.
           PERFORM B000-WRITE-ORDERS.
           PERFORM C000-READ-ORDERS.
           MOVE SUM-VALUE TO EDIT-VALUE.
           DISPLAY 'WRITTEN ' WRITTEN-COUNT ' READ ' READ-COUNT.
           DISPLAY 'OVER ONE THOUSAND ' BIG-COUNT.
           DISPLAY 'VALUE ' EDIT-VALUE.
           STOP RUN.
       B000-WRITE-ORDERS SECTION.
       B010-OPEN.
           OPEN OUTPUT ORDER-FILE.
           DISPLAY 'OPEN OUTPUT ' ORDER-STATUS.
           PERFORM B100-ONE-ORDER
               VARYING SEED-NUMBER FROM 1 BY 1
               UNTIL SEED-NUMBER > 8.
           CLOSE ORDER-FILE.
           GO TO B999-EXIT.
       B100-ONE-ORDER.
           COMPUTE ORD-NUMBER = 410000 + SEED-NUMBER * 7.
           MOVE 'CUST-' TO ORD-CUSTOMER.
           MOVE SEED-NUMBER (4:3) TO ORD-CUSTOMER (6:3).
           IF SEED-NUMBER > 5
               MOVE 'BRASS' TO ORD-PRODUCT
           ELSE
               MOVE 'TINPL' TO ORD-PRODUCT
           END-IF.
           COMPUTE ORD-QTY = SEED-NUMBER * SEED-NUMBER + 3.
           COMPUTE ORD-PRICE = 12.50 + SEED-NUMBER * 2.25.
           WRITE ORD-RECORD.
           ADD 1 TO WRITTEN-COUNT.
       B999-EXIT.
           EXIT.
       C000-READ-ORDERS SECTION.
       C010-OPEN.
           OPEN INPUT ORDER-FILE.
           PERFORM UNTIL NO-MORE-ORDERS
               READ ORDER-FILE
                   AT END MOVE 'Y' TO END-SWITCH
                   NOT AT END PERFORM C100-TAKE
               END-READ
           END-PERFORM.
           CLOSE ORDER-FILE.
           GO TO C999-EXIT.
       C100-TAKE.
           ADD 1 TO READ-COUNT.
           COMPUTE LINE-VALUE = ORD-QTY * ORD-PRICE.
           ADD LINE-VALUE TO SUM-VALUE.
           IF LINE-VALUE > 1000
               ADD 1 TO BIG-COUNT.
           MOVE LINE-VALUE TO EDIT-VALUE.
           DISPLAY ORD-NUMBER ' ' ORD-CUSTOMER ' ' ORD-PRODUCT
               EDIT-VALUE.
       C999-EXIT.
           EXIT.
