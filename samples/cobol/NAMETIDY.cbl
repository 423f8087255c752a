      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * NAMETIDY: takes names apart and puts them together again.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. NAMETIDY.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  RAW-NAME                PIC X(40).
       01  PARTS-OF-NAME.
           05  SURNAME             PIC X(15).
           05  FORENAME            PIC X(15).
           05  HONORIFIC           PIC X(5).
       01  PARTS-FOUND             PIC 99.
       01  NEAT-NAME               PIC X(40).
       01  INITIALS-OUT            PIC X(4).
       01  WRITE-AT                PIC 99.
       01  CHAR-AT                 PIC 99.
       01  VOWEL-COUNT             PIC 99.
       01  COMMA-COUNT             PIC 99.
       01  BACKWARDS               PIC X(15).
       01  NAME-LENGTH             PIC 99.
       PROCEDURE DIVISION.
       0000-DRIVE.
           MOVE 'ferreira,joana,dr' TO RAW-NAME.
           PERFORM 1000-TIDY THRU 1000-EXIT.
           MOVE 'O''HARA,LIAM' TO RAW-NAME.
           PERFORM 1000-TIDY THRU 1000-EXIT.
           MOVE 'no comma at all' TO RAW-NAME.
           PERFORM 1000-TIDY THRU 1000-EXIT.
           STOP RUN.
       1000-TIDY.
           MOVE SPACES TO SURNAME FORENAME HONORIFIC NEAT-NAME
               INITIALS-OUT BACKWARDS.
           MOVE ZERO TO PARTS-FOUND, COMMA-COUNT, VOWEL-COUNT.
           INSPECT RAW-NAME TALLYING COMMA-COUNT FOR ALL ','.
           IF COMMA-COUNT = ZERO
               DISPLAY 'SKIPPED: ' RAW-NAME
               GO TO 1000-EXIT.
           INSPECT RAW-NAME CONVERTING
               'abcdefghijklmnopqrstuvwxyz' TO
               'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.
           UNSTRING RAW-NAME DELIMITED BY ',' OR SPACE
               INTO SURNAME FORENAME HONORIFIC
               TALLYING IN PARTS-FOUND.
           MOVE 1 TO WRITE-AT.
           IF HONORIFIC NOT = SPACES
               STRING HONORIFIC DELIMITED BY SPACE
                      '. ' DELIMITED BY SIZE
                   INTO NEAT-NAME WITH POINTER WRITE-AT.
           STRING FORENAME DELIMITED BY SPACE
                  ' ' DELIMITED BY SIZE
                  SURNAME DELIMITED BY SPACE
               INTO NEAT-NAME WITH POINTER WRITE-AT.
           STRING FORENAME (1:1) '.' SURNAME (1:1) '.'
               DELIMITED BY SIZE INTO INITIALS-OUT.
           INSPECT SURNAME TALLYING VOWEL-COUNT
               FOR ALL 'A' ALL 'E' ALL 'I' ALL 'O' ALL 'U'.
           PERFORM 2000-REVERSE.
           DISPLAY NEAT-NAME INITIALS-OUT ' VOWELS ' VOWEL-COUNT.
           DISPLAY '  BACKWARDS ' BACKWARDS.
       1000-EXIT.
           EXIT.
       2000-REVERSE.
           MOVE ZERO TO NAME-LENGTH.
           INSPECT SURNAME TALLYING NAME-LENGTH
               FOR CHARACTERS BEFORE INITIAL SPACE.
           MOVE 1 TO WRITE-AT.
           PERFORM VARYING CHAR-AT FROM NAME-LENGTH BY -1
                   UNTIL CHAR-AT < 1
               MOVE SURNAME (CHAR-AT:1) TO BACKWARDS (WRITE-AT:1)
               ADD 1 TO WRITE-AT
           END-PERFORM.
