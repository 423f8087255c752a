// Runs what abap.mjs built, for provenance.sources.abaplint: in a folder of its own, with a clock that stands still.
//
//   node abap_run.mjs run     WRITE goes to standard output; an exception that nobody caught ends it with status 1
//   node abap_run.mjs test    one line of JSON a test method: {"test", "passed", "message"}; the last is {"done": true}
import fs from "node:fs";
import path from "node:path";
import runtime from "@abaplint/runtime";

const MODULES = "/prog/";
const STANDING = Date.UTC(2020, 0, 2, 3, 4, 5);

class StandingDate extends Date {
  constructor(...given) {
    super(...(given.length === 0 ? [STANDING] : given));
  }
  static now() {
    return STANDING;
  }
}

let seed = 42;
globalThis.Date = StandingDate;
Math.random = () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};

class Console {
  text = "";
  last = "";
  clear() {}
  add(data) {
    if (data === "") return;
    this.last = data;
    this.text += data;
    if (this.text.length > 65536) this.flush();
  }
  get() {
    return this.last;
  }
  getTrimmed() {
    return this.last;
  }
  isEmpty() {
    return this.last === "";
  }
  flush() {
    for (let rest = Buffer.from(this.text); rest.length > 0;) rest = rest.subarray(fs.writeSync(1, rest));
    this.text = "";
  }
}

// OPEN DATASET reaches the files in the folder where it runs, by name.
const dataset = {
  async open(name, mode) {
    try {
      if (path.basename(name) !== name) return { message: "No such file or directory" };
      const flags = { INPUT: "r", OUTPUT: "w+", APPENDING: "a+", UPDATE: "r+" }[mode];
      const handle = fs.openSync(name, mode === "UPDATE" && !fs.existsSync(name) ? "w+" : flags);
      return {
        read: async (position, length) => {
          const bytes = Buffer.alloc(length);
          return bytes.subarray(0, fs.readSync(handle, bytes, 0, length, position));
        },
        write: async (position, bytes) => void fs.writeSync(handle, bytes, 0, bytes.length, position),
        size: async () => fs.fstatSync(handle).size,
        close: async () => fs.closeSync(handle),
      };
    } catch (problem) {
      return { message: problem.code ?? "error" };
    }
  },
  async delete(name) {
    try {
      if (path.basename(name) !== name) return false;
      fs.unlinkSync(name);
      return true;
    } catch {
      return false;
    }
  },
};

function named(problem) {
  const name = problem?.constructor?.INTERNAL_NAME;
  return name === undefined ? String(problem?.message ?? problem).split("\n")[0] : `exception ${name}`;
}

// Not a class of ABAP: no CATCH can swallow it, whatever it names.
class Broken extends Error {}

let broken = null;

function shown(value) {
  try {
    const text = value?.get?.();
    return typeof text === "object" ? text?.constructor?.name ?? "" : String(text);
  } catch {
    return "?";
  }
}

function assert(held, input, what) {
  if (held) return new abap.types.Character(1).set(" ");
  const said = input?.msg === undefined ? "" : ` (${shown(input.msg)})`;
  broken ??= `${what}${said}`;
  throw new Broken(broken);
}

function near(input) {
  const { act, exp, tol } = input;
  if (tol !== undefined && Math.abs(Number(act.get()) - Number(exp.get())) <= Math.abs(Number(tol.get()))) return true;
  return abap.compare.eq(act, exp);
}

function contains(input) {
  return [...input.table.array()].some(row => abap.compare.eq(row, input.line));
}

const compared = input => `expected [${shown(input.exp)}], got [${shown(input.act)}]`;
const ASSERTIONS = {
  assert_equals: input => assert(near(input), input, compared(input)),
  assert_differs: input => assert(!near(input), input, `both are [${shown(input.act)}]`),
  assert_initial: input => assert(abap.compare.initial(input.act), input, `[${shown(input.act)}] is not initial`),
  assert_not_initial: input => assert(!abap.compare.initial(input.act), input, "it is initial"),
  assert_bound: input => assert(!abap.compare.initial(input.act), input, "the reference is not bound"),
  assert_not_bound: input => assert(abap.compare.initial(input.act), input, "the reference is bound"),
  assert_true: input => assert(shown(input.act) === "X", input, "it is not true"),
  assert_false: input => assert(shown(input.act).trim() === "", input, "it is not false"),
  assert_subrc: input => {
    const act = input?.act ?? abap.builtin.sy.get().subrc;
    return assert(act.get() === (input?.exp?.get() ?? 0), input, `sy-subrc is ${act.get()}`);
  },
  assert_char_cp: input => assert(abap.compare.cp(input.act, input.exp), input, compared(input)),
  assert_char_np: input => assert(!abap.compare.cp(input.act, input.exp), input, compared(input)),
  assert_table_contains: input => assert(contains(input), input, "the line is not in the table"),
  assert_table_not_contains: input => assert(!contains(input), input, "the line is in the table"),
  assert_number_between: input => assert(
    abap.compare.ge(input.number, input.lower) && abap.compare.le(input.number, input.upper), input, shown(input.number)),
  fail: input => assert(false, input, "fail"),
  abort: input => assert(false, input, "abort"),
  skip: input => assert(false, input, "skipped by the test itself"),
};

async function run(plan, screen) {
  const { kind, object, method } = plan.entry;
  if (kind === "program") return void await (await import(`${MODULES}${plan.entry.module}`)).$main();
  const found = abap.Classes[object];
  if (kind === "static") return void await found[method]();
  const made = await new found().constructor_();
  if (kind === "method") return void await made[method]();
  const out = {
    async if_oo_adt_classrun_out$write(input) {
      const value = input.data?.getPointer?.() ?? input.data;
      screen.add(`${typeof value.get() === "object" ? shown(value) : String(value.get()).trimEnd()}\n`);
      return reference;
    },
  };
  const reference = new abap.types.ABAPObject();
  reference.set(out);
  await made.if_oo_adt_classrun$main({ out: reference });
}

async function test(plan) {
  for (const name of ["CL_ABAP_UNIT_ASSERT", "CL_AUNIT_ASSERT"]) {
    for (const [method, body] of Object.entries(ASSERTIONS)) {
      if (abap.Classes[name]) abap.Classes[name][method] = async input => body(input);
    }
  }
  const say = said => fs.writeSync(1, `${JSON.stringify(said)}\n`);
  const local = await import(`${MODULES}${plan.module}`);
  const fixture = async (on, name) => {
    // Private fixtures are reached by the friends' door; those of a superclass come first and last as they are called.
    const door = on.FRIENDS_ACCESS_INSTANCE;
    if (on[name]) await on[name]();
    else if (door?.[name]) await door[name]();
    else if (door?.SUPER?.[name]) await door.SUPER[name]();
  };
  for (const one of plan.tests) {
    const made = local[one.name];
    let whole = null;
    broken = null;
    try {
      await fixture(made, "class_setup");
    } catch (problem) {
      whole = `class_setup: ${named(problem)}`;
    }
    for (const method of one.methods) {
      const name = `${one.name}=>${method}`;
      say({ test: name });
      let message = whole;
      broken = null;
      try {
        if (message === null) {
          const instance = await new made().constructor_();
          await fixture(instance, "setup");
          try {
            await (instance.FRIENDS_ACCESS_INSTANCE?.[method] ?? instance[method]).call(instance);
          } finally {
            await fixture(instance, "teardown");
          }
        }
      } catch (problem) {
        message = named(problem);
      }
      // A failed assertion counts also where the program went on after it.
      message = broken ?? message;
      say({ test: name, passed: message === null, message: message ?? "" });
    }
    await fixture(made, "class_teardown").catch(() => undefined);
  }
  say({ done: true });
}

const plan = JSON.parse(fs.readFileSync(`${MODULES}plan.json`, "utf8"));
const screen = new Console();
globalThis.abap = new runtime.ABAP({ console: screen, dataset });
let status = 0;
try {
  for (const module of plan.imports) await import(`${MODULES}${module}`);
  if (process.argv[2] === "test") await test(plan);
  else await run(plan, screen);
} catch (problem) {
  fs.writeSync(2, `${named(problem)}\n`);
  status = 1;
}
if (process.argv[2] !== "test") {
  if (!screen.isEmpty() && !screen.last.endsWith("\n")) screen.add("\n");
  screen.flush();
}
process.exit(status);
