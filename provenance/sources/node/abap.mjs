// Checks and builds ABAP with abaplint, for provenance.sources.abaplint. It reads jobs.json and prints one line of JSON a
// job, at once, so that a job that takes the whole process with it is known by the line that is missing. It runs nothing.
//
//   node abap.mjs check  {"name", "text"}                 -> {"outcome", "reason", "dialect"}
//   node abap.mjs build  {"files": [{"name", "text"}]}    -> the same and {"modules", "imports", "entry", "tests"};
//                        the object of the first file is the one to run, or to test
import fs from "node:fs";
import core from "@abaplint/core";
import transpiler from "@abaplint/transpiler";
import { STUBS } from "./abap_stubs.mjs";

// From old to new: the answer names the oldest release whose syntax takes the text.
const DIALECTS = ["v702", "v740sp08", "v750", "v758", "v816"];
// A name space that nothing is in: what is not at hand is then taken for granted.
const NOWHERE = "VOID_EVERYTHING";
// Rules whose breach is the text's fault; the others say what the transpiler cannot do.
const FAULTS = new Set(["parser_error", "structure", "check_syntax", "unknown_types", "implement_methods"]);

const short = text => String(text).replace(/\s+/g, " ").trim().slice(0, 250);
const told = issue => short(`line ${issue.getStart().getRow()}: ${issue.getMessage()}`);
const answer = (outcome, reason = "", dialect = "") => ({ outcome, reason, dialect });

// The parts of a program are told from programs by their description, which a text alone does not bring.
const INCLUDE = name => `<?xml version="1.0"?><abapGit version="v1.0.0" serializer="LCL_OBJECT_PROG"><asx:abap
  xmlns:asx="http://www.sap.com/abapxml"><asx:values><PROGDIR><NAME>${name}</NAME><SUBC>I</SUBC></PROGDIR></asx:values>
  </asx:abap></abapGit>`;

function described(files) {
  const names = new Set(files.map(file => file.name));
  return files.slice(1).filter(file => file.name.endsWith(".prog.abap") && !/^\s*(report|program)\b/im.test(file.text))
    .map(file => ({ name: file.name.replace(/abap$/, "xml"), text: INCLUDE(file.name.split(".")[0].toUpperCase()) }))
    .filter(file => !names.has(file.name));
}

function registry(files) {
  return new core.Registry().addFiles(files.map(file => new core.MemoryFile(file.name, file.text)));
}

function* statements(reg) {
  for (const object of reg.getObjects()) {
    if (object instanceof core.ABAPObject) for (const file of object.getABAPFiles()) yield* file.getStatements();
  }
}

function firstOf(issues) {
  return issues.reduce((one, other) => (other.getStart().getRow() < one.getStart().getRow() ? other : one));
}

function check(job) {
  let issues = [];
  for (const dialect of DIALECTS) {
    const reg = registry([job]);
    reg.setConfig(new core.Config(JSON.stringify({
      global: { files: "/**/*.*" }, dependencies: [], rules: { parser_error: true },
      syntax: { version: core.Version[dialect], errorNamespace: NOWHERE },
    })));
    issues = reg.findIssues();
    if (issues.length > 0) continue;
    const said = [...statements(reg)].some(one => !(one.get() instanceof core.Comment || one.get() instanceof core.Empty));
    return said ? answer("pass", "", dialect) : answer("fail", "syntax: there is no program in the text");
  }
  return answer("fail", `syntax: ${told(firstOf(issues))}`);
}

// Where it begins: a report, a class for the console of the development tools, or a public method RUN or MAIN.
function entry(reg, object) {
  if (object instanceof core.Objects.Program) return object.isInclude() ? null : { kind: "program", object: object.getName() };
  if (!(object instanceof core.Objects.Class)) return null;
  const name = object.getName();
  const definition = object.getDefinition();
  if (definition === undefined || definition.isAbstract?.()) return null;
  if (definition.getImplementing().some(one => one.name.toUpperCase() === "IF_OO_ADT_CLASSRUN")) {
    return { kind: "console", object: name };
  }
  const methods = definition.getMethodDefinitions();
  const free = method => method !== undefined && method.getParameters().getRequiredParameters().length === 0;
  const built = methods.getByName("CONSTRUCTOR");
  for (const wanted of ["MAIN", "RUN"]) {
    const method = methods.getByName(wanted);
    const open = method?.getVisibility() === core.Visibility.Public && !method.isAbstract();
    if (open && free(method) && (method.isStatic() || built === undefined || free(built))) {
      return { kind: method.isStatic() ? "static" : "method", object: name, method: wanted.toLowerCase() };
    }
  }
  return null;
}

// Test methods by local class, those that it inherits from local classes first.
function tests(object) {
  const classes = new Map();
  for (const file of object.getABAPFiles()) {
    for (const one of file.getInfo().listClassDefinitions()) if (!one.isGlobal) classes.set(one.name.toLowerCase(), one);
  }
  const methods = (one, seen = new Set()) => {
    if (one === undefined || seen.has(one)) return [];
    const above = methods(classes.get(one.superClassName?.toLowerCase()), seen.add(one));
    const own = one.methods.filter(method => method.isForTesting).map(method => method.name.toLowerCase());
    return [...new Set([...above, ...own])];
  };
  return [...classes].filter(([, one]) => one.isForTesting && !one.isAbstract)
    .map(([name, one]) => ({ name, methods: methods(one) })).filter(one => one.methods.length > 0);
}

function wanted(files) {
  // A stub goes in where its name is written, and what the run time may raise always. The program's own file wins.
  const own = new Set(files.map(file => file.name));
  const words = new Set(files.flatMap(file => file.text.toLowerCase().match(/[a-z_][a-z0-9_]+/g) ?? []));
  return Object.entries(STUBS)
    .filter(([name]) => !own.has(name) && (name.startsWith("cx_") || name === "if_message.intf.abap"
      || words.has(name.split(".")[0]) || (name.startsWith("if_oo_adt") && words.has("if_oo_adt_classrun"))))
    .map(([name, text]) => ({ name, text }));
}

async function build(job) {
  if (job.files.some(file => Object.hasOwn(STUBS, file.name))) return answer("skipped", "unsupported: an object of SAP's own");
  const all = [...job.files, ...described(job.files), ...wanted(job.files)];
  const options = { skipVersionCheck: true, ignoreSourceMap: true, addCommonJS: true };
  const make = unknownTypes => new transpiler.Transpiler({ ...options, unknownTypes });
  let reg = registry(all);
  let output;
  try {
    output = await make("compileError").run(reg);
  } catch (problem) {
    return refused(all, problem, options);
  }
  for (const one of statements(registry(job.files).parse())) {
    if (one.concatTokens().toUpperCase().includes("@KERNEL")) return answer("skipped", "javascript: WRITE '@KERNEL ...'");
  }
  const object = reg.findObjectForFile(reg.getFileByName(job.files[0].name));
  const own = output.objects.filter(one => one.object.name === object.getName() && one.object.type === object.getType());
  const main = own.map(one => one.filename);
  return {
    ...answer("pass"),
    modules: Object.fromEntries(output.objects.map(one => [one.filename, one.chunk.getCode()])),
    imports: [...output.initializationScript.matchAll(/^await import\("\.\/([^"]+)"\);$/gm)].map(found => found[1]),
    module: main.find(name => !/\.(locals|testclasses)\.mjs$/.test(name)) ?? "",
    test_module: main.find(name => name.endsWith(".testclasses.mjs")) ?? main[0],
    own: Object.fromEntries(own.map(one => [one.filename, one.chunk.getCode()])),
    kinds: object.getABAPFiles().flatMap(file => file.getStatements().map(one => one.get().constructor.name)
      .filter(kind => kind !== "Comment" && kind !== "Empty")),
    entry: entry(reg, object),
    tests: tests(object),
  };
}

function refused(files, problem, options) {
  const reg = registry(files);
  const config = JSON.parse(JSON.stringify(transpiler.config));
  config.syntax = { version: core.Version.v758, errorNamespace: NOWHERE };
  const own = new Set(files.filter(file => !Object.hasOwn(STUBS, file.name)).map(file => file.name));
  const issues = reg.setConfig(new core.Config(JSON.stringify(config))).findIssues();
  const absent = [...statements(reg)].filter(one => one.get() instanceof core.Statements.Include)
    .map(one => one.concatTokens().toUpperCase()).filter(text => !/\bIF FOUND\b/.test(text))
    .map(text => text.replace(/^INCLUDE\s+|[\s.]+$/g, "")).filter(name => !reg.getObject("PROG", name));
  if (absent.length > 0) return answer("skipped", `missing-object: ${short([...new Set(absent)].join(", "))}`);
  const faults = issues.filter(one => FAULTS.has(one.getKey()) && own.has(one.getFilename()));
  if (faults.length > 0) return answer("fail", `build: ${told(firstOf(faults))}`);
  if (issues.length > 0) return answer("skipped", `unsupported: ${told(firstOf(issues))}`);
  // Nothing is wrong where unknown objects are taken for granted: then it is they that are missing.
  const lines = String(problem.message).split("\n");
  if (!/^(check_syntax|unknown_types), /.test(lines[0])) return answer("skipped", `unsupported: ${short(lines[0])}`);
  const named = lines.map(line => /([\w/]{3,}) (?:not found|unknown)\b/i.exec(line)?.[1].toUpperCase()).filter(Boolean);
  const known = new Set(files.map(file => file.name.split(".")[0].toUpperCase()));
  for (const file of files) {
    const words = own.has(file.name) ? file.text.toUpperCase().match(/\b(?:CL|CX|IF)_\w+/g) ?? [] : [];
    named.push(...words.filter(word => !known.has(word)));
  }
  const names = [...new Set(named)].filter(name => !["TYPE", "CONTAINS"].includes(name));
  return answer("skipped", `missing-object: ${short(names.slice(0, 5).join(", ") || lines[0].replace(/^\w+, /, ""))}`);
}

const work = { check, build }[process.argv[2]];
for (const job of JSON.parse(fs.readFileSync("jobs.json", "utf8"))) {
  let said;
  try {
    said = await work(job);
  } catch (problem) {
    said = answer("error", `compiler-crash: ${short(problem?.message ?? problem)}`);
  }
  fs.writeSync(1, `${JSON.stringify(said)}\n`);
}
