      * SPDX-License-Identifier: Apache-2.0
      * Written by the AI authors of corpus-provenance; not human code.
      * Outcome of a validation.
       01  MSG-STATUS              PIC XX VALUE '00'.
           88  MSG-OK              VALUE '00'.
           88  MSG-BAD-NUMBER      VALUE '11'.
           88  MSG-BAD-CUSTOMER    VALUE '12'.
           88  MSG-BAD-QUANTITY    VALUE '13'.
           88  MSG-BAD-PRICE       VALUE '14'.
