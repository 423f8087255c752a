      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * One employee of the payroll.
       01  EMP-RECORD.
           05  EMP-ID              PIC 9(5).
           05  EMP-NAME            PIC X(20).
           05  EMP-DEPT            PIC X(3).
           05  EMP-GRADE           PIC 9.
           05  EMP-HOURLY          PIC 9(3)V99.
           05  EMP-HOURS           PIC 9(3)V9.
