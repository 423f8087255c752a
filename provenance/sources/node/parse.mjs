// Parses Apex and PL/SQL, for provenance.sources.node_parsers: reads jobs.json, prints one line of JSON a job, at once.
//
//   node parse.mjs apex     {"name", "text"}    -> {"outcome", "reason", "dialect", "tokens"}
import fs from "node:fs";
import { createHash } from "node:crypto";

const short = text => String(text).replace(/\s+/g, " ").trim().slice(0, 250);
const answer = (outcome, reason = "", dialect = "") => ({ outcome, reason, dialect });

// The digest of the tokens that a parser sees: kind and text, without blanks and comments. Names are in it as written.
function digest(tokens) {
  const hash = createHash("sha256");
  for (const [kind, text] of tokens) hash.update(`${kind}\0${text}\0`);
  return hash.digest("hex");
}

class Listener {
  first = "";
  syntaxError(_recognizer, _symbol, line, column, message) {
    this.first ||= short(`line ${line}:${column + 1}: ${message}`);
  }
  reportAmbiguity() {}
  reportAttemptingFullContext() {}
  reportContextSensitivity() {}
}

async function apex(job) {
  const { ApexParserFactory } = await import("@apexdevtools/apex-parser");
  const errors = new Listener();
  const { parser } = ApexParserFactory.createLexerAndParser(job.text, errors);
  // A trigger is a unit of its own kind; anything else is a class, an interface or an enumeration.
  const trigger = /\.trigger$/i.test(job.name) || /^\s*trigger\s+\w+\s+on\b/i.test(bare(job.text));
  if (trigger) parser.triggerUnit();
  else parser.compilationUnit();
  const tokens = parser._input.tokens.filter(one => one.channel === 0 && one.type !== -1);
  if (errors.first) return answer("fail", `syntax: ${errors.first}`);
  if (tokens.length === 0) return answer("fail", "syntax: there is no program in the text");
  return { ...answer("pass", "", trigger ? "trigger" : "class"), tokens: digest(tokens.map(one => [one.type, one.text])) };
}

function bare(text) {
  return text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, " ");
}

const work = { apex }[process.argv[2]];
for (const job of JSON.parse(fs.readFileSync("jobs.json", "utf8"))) {
  let said;
  try {
    said = await work(job);
  } catch (problem) {
    said = answer("error", `compiler-crash: ${short(problem?.message ?? problem)}`);
  }
  fs.writeSync(1, `${JSON.stringify(said)}\n`);
}
