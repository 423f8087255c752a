      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * INVTOTAL: invoice lines with three VAT rates and a discount.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. INVTOTAL.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  INVOICE-LINES.
           05  INV-LINE OCCURS 4 TIMES.
               10  INV-TEXT        PIC X(14).
               10  INV-UNITS       PIC 9(3).
               10  INV-EACH        PIC 9(4)V99.
               10  INV-VAT-CODE    PIC X.
                   88  INV-STANDARD    VALUE 'S'.
                   88  INV-REDUCED     VALUE 'R'.
                   88  INV-ZERO-RATED  VALUE 'Z'.
       01  LINE-NO                 PIC 9(2).
       01  LINE-NET                PIC S9(7)V99.
       01  LINE-VAT                PIC S9(7)V99.
       01  INVOICE-SUMS.
           05  SUM-NET             PIC S9(7)V99.
           05  SUM-VAT             PIC S9(7)V99.
           05  SUM-CUT             PIC S9(7)V99.
           05  SUM-DUE             PIC S9(7)V99.
       01  SHOW-NET                PIC ZZ,ZZ9.99-.
       01  SHOW-VAT                PIC ZZ,ZZ9.99-.
       PROCEDURE DIVISION.
       P100-INVOICE.
           MOVE 'COPPER PIPE   012001450S' TO INV-LINE (1).
           MOVE 'SAFETY BOOTS  003008999Z' TO INV-LINE (2).
           MOVE 'HEATING OIL   250000112R' TO INV-LINE (3).
           MOVE 'FITTING       001025000S' TO INV-LINE (4).
           MOVE ZERO TO SUM-NET SUM-VAT SUM-CUT SUM-DUE.
           PERFORM P200-LINE VARYING LINE-NO FROM 1 BY 1
               UNTIL LINE-NO > 4.
           PERFORM P300-DISCOUNT.
           MOVE SUM-NET TO SUM-DUE.
           SUBTRACT SUM-CUT FROM SUM-DUE.
           ADD SUM-VAT TO SUM-DUE.
           MOVE SUM-CUT TO SHOW-NET.
           DISPLAY 'DISCOUNT      ' SHOW-NET.
           MOVE SUM-DUE TO SHOW-NET.
           MOVE SUM-VAT TO SHOW-VAT.
           DISPLAY 'TO PAY        ' SHOW-NET ' OF WHICH VAT ' SHOW-VAT.
           STOP RUN.
       P200-LINE.
           COMPUTE LINE-NET = INV-UNITS (LINE-NO) * INV-EACH (LINE-NO).
           EVALUATE TRUE
               WHEN INV-STANDARD (LINE-NO)
                   COMPUTE LINE-VAT ROUNDED = LINE-NET * 0.20
               WHEN INV-REDUCED (LINE-NO)
                   COMPUTE LINE-VAT ROUNDED = LINE-NET * 0.05
               WHEN OTHER
                   MOVE ZERO TO LINE-VAT
           END-EVALUATE.
           ADD LINE-NET TO SUM-NET.
           ADD LINE-VAT TO SUM-VAT.
           MOVE LINE-NET TO SHOW-NET.
           MOVE LINE-VAT TO SHOW-VAT.
           DISPLAY INV-TEXT (LINE-NO) SHOW-NET SHOW-VAT.
       P300-DISCOUNT.
           IF SUM-NET > 500
               COMPUTE SUM-CUT ROUNDED = (SUM-NET - 500) * 0.03
           ELSE
               MOVE ZERO TO SUM-CUT.
