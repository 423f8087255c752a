      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * FILEMRG: balanced merge of two sorted files; equal keys go once.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. FILEMRG.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT EAST-FILE ASSIGN TO 'EAST.TXT'
               ORGANIZATION IS LINE SEQUENTIAL.
           SELECT WEST-FILE ASSIGN TO 'WEST.TXT'
               ORGANIZATION IS LINE SEQUENTIAL.
           SELECT BOTH-FILE ASSIGN TO 'BOTH.TXT'
               ORGANIZATION IS LINE SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD  EAST-FILE.
       01  EAST-REC.
           05  EAST-KEY            PIC 9(4).
           05  EAST-CITY           PIC X(12).
       FD  WEST-FILE.
       01  WEST-REC.
           05  WEST-KEY            PIC 9(4).
           05  WEST-CITY           PIC X(12).
       FD  BOTH-FILE.
       01  BOTH-REC                PIC X(16).
       WORKING-STORAGE SECTION.
       01  EAST-HIGH               PIC 9(5).
       01  WEST-HIGH               PIC 9(5).
       01  TIES                    PIC 9(3).
       01  FROM-EAST               PIC 9(3).
       01  FROM-WEST               PIC 9(3).
       PROCEDURE DIVISION.
       MERGE-CONTROL.
           PERFORM MAKE-EAST.
           PERFORM MAKE-WEST.
           MOVE 0 TO TIES FROM-EAST FROM-WEST.
           OPEN INPUT EAST-FILE WEST-FILE OUTPUT BOTH-FILE.
           PERFORM NEXT-EAST.
           PERFORM NEXT-WEST.
           PERFORM PICK-ONE UNTIL EAST-HIGH = 99999
               AND WEST-HIGH = 99999.
           CLOSE EAST-FILE WEST-FILE BOTH-FILE.
           DISPLAY 'EAST ' FROM-EAST ' WEST ' FROM-WEST ' TIES ' TIES.
           STOP RUN.
       PICK-ONE.
           IF EAST-HIGH = WEST-HIGH
               DISPLAY 'TIE ON ' EAST-HIGH ': ' EAST-CITY WEST-CITY
               ADD 1 TO TIES
               PERFORM NEXT-WEST
           ELSE
               IF EAST-HIGH < WEST-HIGH
                   PERFORM KEEP-EAST
               ELSE
                   PERFORM KEEP-WEST.
       KEEP-EAST.
           WRITE BOTH-REC FROM EAST-REC.
           DISPLAY 'E ' BOTH-REC.
           ADD 1 TO FROM-EAST.
           PERFORM NEXT-EAST.
       KEEP-WEST.
           WRITE BOTH-REC FROM WEST-REC.
           DISPLAY 'W ' BOTH-REC.
           ADD 1 TO FROM-WEST.
           PERFORM NEXT-WEST.
       NEXT-EAST.
           READ EAST-FILE
               AT END MOVE 99999 TO EAST-HIGH
               NOT AT END MOVE EAST-KEY TO EAST-HIGH
           END-READ.
       NEXT-WEST.
           READ WEST-FILE
               AT END MOVE 99999 TO WEST-HIGH
               NOT AT END MOVE WEST-KEY TO WEST-HIGH
           END-READ.
       MAKE-EAST.
           OPEN OUTPUT EAST-FILE.
           MOVE '0102DOVER' TO EAST-REC. WRITE EAST-REC.
           MOVE '0210HARWICH' TO EAST-REC. WRITE EAST-REC.
           MOVE '0355LOWESTOFT' TO EAST-REC. WRITE EAST-REC.
           CLOSE EAST-FILE.
       MAKE-WEST.
           OPEN OUTPUT WEST-FILE.
           MOVE '0088BRISTOL' TO WEST-REC. WRITE WEST-REC.
           MOVE '0210CARDIFF' TO WEST-REC. WRITE WEST-REC.
           MOVE '0300FISHGUARD' TO WEST-REC. WRITE WEST-REC.
           MOVE '0412HOLYHEAD' TO WEST-REC. WRITE WEST-REC.
           CLOSE WEST-FILE.
