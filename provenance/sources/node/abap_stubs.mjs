// What every ABAP system has and abaplint has not: exceptions that the run time raises, ABAP Unit, and the console of
// ABAP development tools. Written for this project from SAP's published interfaces; the bodies of the assertions are in
// abap_run.mjs. They are added to a program before it is built, under names that the program cannot take.

// exception -> the one that it inherits from
const EXCEPTIONS = {
  cx_static_check: "cx_root", cx_dynamic_check: "cx_root", cx_no_check: "cx_root",
  cx_sy_arithmetic_error: "cx_dynamic_check", cx_sy_arithmetic_overflow: "cx_sy_arithmetic_error",
  cx_sy_zerodivide: "cx_sy_arithmetic_error", cx_sy_arg_out_of_domain: "cx_sy_arithmetic_error",
  cx_sy_conversion_error: "cx_dynamic_check", cx_sy_conversion_no_number: "cx_sy_conversion_error",
  cx_sy_conversion_overflow: "cx_sy_conversion_error", cx_sy_conversion_no_date_time: "cx_sy_conversion_error",
  cx_sy_itab_error: "cx_dynamic_check", cx_sy_itab_line_not_found: "cx_sy_itab_error",
  cx_sy_itab_duplicate_key: "cx_sy_itab_error", cx_sy_ref_is_initial: "cx_dynamic_check",
  cx_sy_move_cast_error: "cx_dynamic_check", cx_sy_data_access_error: "cx_dynamic_check",
  cx_sy_range_out_of_bounds: "cx_sy_data_access_error", cx_sy_strg_par_val: "cx_dynamic_check",
  cx_sy_regex: "cx_dynamic_check", cx_sy_invalid_regex: "cx_sy_regex",
  cx_sy_create_error: "cx_dynamic_check", cx_sy_create_object_error: "cx_sy_create_error",
  cx_sy_create_data_error: "cx_sy_create_error", cx_sy_dyn_call_error: "cx_dynamic_check",
  cx_sy_dyn_call_illegal_class: "cx_sy_dyn_call_error", cx_sy_dyn_call_illegal_form: "cx_sy_dyn_call_error",
  cx_sy_dyn_call_illegal_func: "cx_sy_dyn_call_error", cx_sy_dyn_call_illegal_method: "cx_sy_dyn_call_error",
  cx_sy_program_not_found: "cx_sy_dyn_call_error", cx_sy_file_access_error: "cx_dynamic_check",
  cx_sy_file_open: "cx_sy_file_access_error", cx_sy_file_open_mode: "cx_sy_file_access_error",
  cx_parameter_invalid: "cx_dynamic_check", cx_parameter_invalid_range: "cx_parameter_invalid",
  cx_parameter_invalid_type: "cx_parameter_invalid",
};

const ROOT = `CLASS cx_root DEFINITION ABSTRACT PUBLIC.
  PUBLIC SECTION.
    INTERFACES if_message.
    ALIASES get_text FOR if_message~get_text.
    ALIASES get_longtext FOR if_message~get_longtext.
    DATA previous TYPE REF TO cx_root READ-ONLY.
    DATA textid TYPE c LENGTH 32 READ-ONLY.
    METHODS constructor IMPORTING textid LIKE textid OPTIONAL previous TYPE REF TO cx_root OPTIONAL.
ENDCLASS.
CLASS cx_root IMPLEMENTATION.
  METHOD constructor.
    me->textid = textid.
    me->previous = previous.
  ENDMETHOD.
  METHOD if_message~get_text.
    result = 'An exception was raised'.
  ENDMETHOD.
  METHOD if_message~get_longtext.
    result = 'An exception was raised'.
  ENDMETHOD.
ENDCLASS.
`;

// assertion -> its own parameters; "exp" and "act" alone where nothing is said
const ANY = "act TYPE any";
const ASSERTIONS = {
  assert_equals: "act TYPE any exp TYPE any tol TYPE f OPTIONAL",
  assert_differs: "act TYPE any exp TYPE any tol TYPE f OPTIONAL",
  assert_initial: ANY, assert_not_initial: ANY, assert_bound: ANY, assert_not_bound: ANY,
  assert_true: ANY, assert_false: ANY,
  assert_subrc: "exp TYPE i DEFAULT 0 act TYPE i DEFAULT sy-subrc",
  assert_char_cp: "act TYPE clike exp TYPE clike", assert_char_np: "act TYPE clike exp TYPE clike",
  assert_table_contains: "line TYPE any table TYPE ANY TABLE",
  assert_table_not_contains: "line TYPE any table TYPE ANY TABLE",
  assert_number_between: "lower TYPE numeric upper TYPE numeric number TYPE numeric",
};
const REST = "msg TYPE csequence OPTIONAL level TYPE i OPTIONAL quit TYPE i OPTIONAL";

function assertions(name) {
  const plain = /^(act TYPE any|exp TYPE i .*)$/;
  const declared = Object.entries(ASSERTIONS).map(([method, own]) =>
    `    CLASS-METHODS ${method} IMPORTING ${own} ${REST}${plain.test(own) ? " PREFERRED PARAMETER act" : ""}\n`
    + "      RETURNING VALUE(assertion_failed) TYPE abap_bool.\n").join("");
  const last = ["fail", "abort", "skip"];
  return `CLASS ${name} DEFINITION PUBLIC.\n  PUBLIC SECTION.\n${declared}`
    + last.map(method => `    CLASS-METHODS ${method} IMPORTING msg TYPE csequence OPTIONAL level TYPE i OPTIONAL`
      + " quit TYPE i OPTIONAL detail TYPE csequence OPTIONAL PREFERRED PARAMETER msg.\n").join("")
    + `ENDCLASS.\nCLASS ${name} IMPLEMENTATION.\n`
    + [...Object.keys(ASSERTIONS), ...last].map(method => `  METHOD ${method}.\n    RETURN.\n  ENDMETHOD.\n`).join("")
    + "ENDCLASS.\n";
}

const OTHERS = {
  "if_message.intf.abap": `INTERFACE if_message PUBLIC.
  METHODS get_text RETURNING VALUE(result) TYPE string.
  METHODS get_longtext IMPORTING preserve_newlines TYPE abap_bool OPTIONAL RETURNING VALUE(result) TYPE string.
ENDINTERFACE.
`,
  "if_oo_adt_classrun_out.intf.abap": `INTERFACE if_oo_adt_classrun_out PUBLIC.
  METHODS write IMPORTING data TYPE any name TYPE string OPTIONAL PREFERRED PARAMETER data
    RETURNING VALUE(output) TYPE REF TO if_oo_adt_classrun_out.
ENDINTERFACE.
`,
  "if_oo_adt_classrun.intf.abap": `INTERFACE if_oo_adt_classrun PUBLIC.
  METHODS main IMPORTING out TYPE REF TO if_oo_adt_classrun_out.
ENDINTERFACE.
`,
  "cl_abap_char_utilities.clas.abap": `CLASS cl_abap_char_utilities DEFINITION PUBLIC FINAL.
  PUBLIC SECTION.
    CONSTANTS newline TYPE c LENGTH 1 VALUE %_newline.
    CONSTANTS cr_lf TYPE c LENGTH 2 VALUE %_cr_lf.
    CONSTANTS horizontal_tab TYPE c LENGTH 1 VALUE %_horizontal_tab.
ENDCLASS.
CLASS cl_abap_char_utilities IMPLEMENTATION.
ENDCLASS.
`,
};

// A dictionary type that is in every system.
function tableType(name, row) {
  return `<?xml version="1.0" encoding="utf-8"?>
<abapGit version="v1.0.0" serializer="LCL_OBJECT_TTYP" serializer_version="v1.0.0">
 <asx:abap xmlns:asx="http://www.sap.com/abapxml" version="1.0">
  <asx:values>
   <DD40V><TYPENAME>${name}</TYPENAME><DATATYPE>${row}</DATATYPE><ACCESSMODE>T</ACCESSMODE><KEYDEF>D</KEYDEF>
    <KEYKIND>N</KEYKIND></DD40V>
  </asx:values>
 </asx:abap>
</abapGit>
`;
}

// Every stub: file name -> text.
export const STUBS = {
  ...OTHERS,
  "string_table.ttyp.xml": tableType("STRING_TABLE", "STRG"),
  "stringtab.ttyp.xml": tableType("STRINGTAB", "STRG"),
  "cx_root.clas.abap": ROOT,
  "cl_abap_unit_assert.clas.abap": assertions("cl_abap_unit_assert"),
  "cl_aunit_assert.clas.abap": assertions("cl_aunit_assert"),
  ...Object.fromEntries(Object.entries(EXCEPTIONS).map(([name, parent]) => [`${name}.clas.abap`,
    `CLASS ${name} DEFINITION PUBLIC INHERITING FROM ${parent}.\nENDCLASS.\nCLASS ${name} IMPLEMENTATION.\nENDCLASS.\n`])),
};
