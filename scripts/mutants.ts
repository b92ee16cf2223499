/**
 * Plants bugs, one at a time, and sees that the suites find each:
 *
 *     npm run mutants [-- --only NAME[,NAME]] [--json] [--no-baseline]
 *
 * - 1. All happens in one copy of the tree in a temporary folder; each mutant is taken out again
 *      before the next.
 * - 2. The suites run in order of price, what fits the mutant's file first, and stop at the first
 *      failure. A mutant survives if all of them pass.
 * - 3. First the suites pass on the tree as it is, or nothing that they find would say anything;
 *      not so with `--only`.
 * - 4. A mutant whose text is gone is an error. The exit code is 1 unless all are found.
 */
import { argumentsOf, misuse } from "./arguments.ts";
import { MUTANTS } from "./mutants/all.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { suitesFor, type Found } from "./mutants/suites.ts";
import { copyOfTree, type Tree } from "./mutants/tree.ts";

const HELP = `npm run mutants -- [--only NAME[,NAME]] [--json] [--no-baseline]

  --only NAME,…   plant only these
  --json          print one JSON document
  --no-baseline   do not run the suites on the tree as it is first

Mutants: ${MUTANTS.map(({ name }) => name).join(", ")}`;

const { values } = argumentsOf({
  options: {
    only: { type: "string" },
    json: { type: "boolean", default: false },
    baseline: { type: "boolean", default: true },
    help: { type: "boolean", default: false },
  },
  allowNegative: true,
});

if (values.help) {
  console.log(HELP);
  process.exit();
}

interface Verdict {
  readonly name: string;
  readonly law: string;
  readonly file: string;
  readonly seconds: number;
  /** Absent where it survived. */
  readonly found?: Found;
}

// so that what runs is ended with it, and the copy removed
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const say = (line: string): void => (values.json ? console.error(line) : console.log(line));
const wanted = chosen(values.only);
using tree = await copyOfTree();
if (values.baseline && values.only === undefined) await assertSound(tree);
const verdicts: Verdict[] = [];
for (const mutant of wanted) {
  const verdict = await judge(tree, mutant);
  verdicts.push(verdict);
  say(lineOf(verdict));
}
const survived = verdicts.filter(({ found }) => found === undefined);
if (values.json) console.log(JSON.stringify(verdicts));
say(
  `${verdicts.length} mutants, ${verdicts.length - survived.length} found, ${survived.length} survived` +
    (survived.length === 0 ? "" : `: ${survived.map(({ name }) => name).join(", ")}`),
);
process.exitCode = survived.length === 0 ? 0 : 1;

function chosen(only: string | undefined): readonly Mutant[] {
  if (only === undefined) return MUTANTS;
  return only.split(",").map((name) => {
    const mutant = MUTANTS.find((one) => one.name === name);
    if (mutant !== undefined) return mutant;
    return misuse(`there is no mutant "${name}"`);
  });
}

async function assertSound(where: Tree): Promise<void> {
  for (const suite of suitesFor("")) {
    const began = performance.now();
    const found = await suite.run(where.folder);
    if (found !== undefined)
      throw new Error(`${suite.name} fails without any mutant: ${found.test ?? "it did not end"}`);
    say(`${suite.name}: sound without a mutant (${secondsSince(began).toFixed(0)} s)`);
  }
}

async function judge(where: Tree, { name, law, file, find, replace }: Mutant): Promise<Verdict> {
  using _planted = where.plant(file, find, replace);
  const began = performance.now();
  for (const suite of suitesFor(file)) {
    const found = await suite.run(where.folder);
    if (found !== undefined) return { name, law, file, seconds: secondsSince(began), found };
  }
  return { name, law, file, seconds: secondsSince(began) };
}

function lineOf({ name, law, seconds, found }: Verdict): string {
  const head = `${found === undefined ? "✗ SURVIVED" : "✓ found"} ${name} (${law}), ${seconds.toFixed(1)} s`;
  return found === undefined ? head : `${head}: ${found.suite}: ${found.test ?? "it did not end"}`;
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
