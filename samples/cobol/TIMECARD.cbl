      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * TIMECARD: clockings to hours, nights, overtime and pay.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. TIMECARD.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT CARD-FILE ASSIGN TO 'TIMECARD.TXT'
               ORGANIZATION IS LINE SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD  CARD-FILE.
       01  CARD-OUT                PIC X(32).
       WORKING-STORAGE SECTION.
       COPY EMPREC.
       01  CLOCKINGS.
           05  CLOCK-DAY OCCURS 5 TIMES.
               10  IN-HOUR         PIC 99.
               10  IN-MINUTE       PIC 99.
               10  OUT-HOUR        PIC 99.
               10  OUT-MINUTE      PIC 99.
       01  DAY-NO                  PIC 9.
       01  DAY-MINUTES             PIC S9(5).
       01  WEEK-MINUTES            PIC S9(5).
       01  EXTRA-MINUTES           PIC S9(5).
       01  NIGHT-SHIFTS            PIC 9.
       01  NORMAL-PAY              PIC 9(5)V99.
       01  EXTRA-PAY               PIC 9(5)V99.
       01  CARD-LINE.
           05  CL-ID               PIC 9(5).
           05  FILLER              PIC X VALUE SPACE.
           05  CL-HOURS            PIC ZZ9.
           05  FILLER              PIC X VALUE ':'.
           05  CL-MINUTES          PIC 99.
           05  FILLER              PIC X(2) VALUE SPACES.
           05  CL-PAY              PIC ZZ,ZZ9.99.
           05  CL-EXTRA            PIC ZZ,ZZ9.99.
       PROCEDURE DIVISION.
       WEEK-OF-CARDS.
           OPEN OUTPUT CARD-FILE.
           MOVE '00101ADA STONE           ENG3045000000' TO EMP-RECORD.
           MOVE '0800163008001700083019000900173007451615' TO CLOCKINGS.
           PERFORM ONE-CARD.
           MOVE '00207CARLA MOSS          OPS1015000000' TO EMP-RECORD.
           MOVE '2200060022000630000000000000000021300545' TO CLOCKINGS.
           PERFORM ONE-CARD.
           CLOSE CARD-FILE.
           STOP RUN.
       ONE-CARD.
           MOVE 0 TO WEEK-MINUTES NIGHT-SHIFTS EXTRA-MINUTES.
           PERFORM ONE-DAY VARYING DAY-NO FROM 1 BY 1 UNTIL DAY-NO > 5.
           IF WEEK-MINUTES > 2400
               MOVE WEEK-MINUTES TO EXTRA-MINUTES
               SUBTRACT 2400 FROM EXTRA-MINUTES
               MOVE 2400 TO WEEK-MINUTES.
           COMPUTE NORMAL-PAY ROUNDED = WEEK-MINUTES * EMP-HOURLY / 60.
           COMPUTE EXTRA-PAY ROUNDED =
               EXTRA-MINUTES * EMP-HOURLY * 1.5 / 60.
           ADD EXTRA-MINUTES TO WEEK-MINUTES.
           DIVIDE WEEK-MINUTES BY 60 GIVING CL-HOURS
               REMAINDER CL-MINUTES.
           MOVE EMP-ID TO CL-ID.
           MOVE NORMAL-PAY TO CL-PAY.
           MOVE EXTRA-PAY TO CL-EXTRA.
           DISPLAY EMP-NAME CARD-LINE ' NIGHTS ' NIGHT-SHIFTS.
           WRITE CARD-OUT FROM CARD-LINE.
       ONE-DAY.
           COMPUTE DAY-MINUTES =
               (OUT-HOUR (DAY-NO) - IN-HOUR (DAY-NO)) * 60
               + OUT-MINUTE (DAY-NO) - IN-MINUTE (DAY-NO).
           IF DAY-MINUTES < ZERO
               ADD 1440 TO DAY-MINUTES
               ADD 1 TO NIGHT-SHIFTS.
           IF DAY-MINUTES > 360
               SUBTRACT 30 FROM DAY-MINUTES.
           ADD DAY-MINUTES TO WEEK-MINUTES.
