/**
 * Writes docs/guide/laws.md: each law, and the tests that carry its name.
 *
 *     npm run laws
 *
 * - 1. A test names its laws at the start of its title: `A2, A3: …`. Titles are read from the
 *      files, as texts that begin so; nothing is run.
 * - 2. Where a test runs is read from the block that it stands in (`describe.each(ENGINES)`),
 *      else from its file's name or from the engines that its file imports.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { LAWS, type Engine, type Law } from "./laws-list.ts";

const FILE = "docs/guide/laws.md";
const ENGINES = ["memory", "sqlite", "jetstream"] as const;

/** A test, by the laws that its title begins with. */
interface Named {
  readonly laws: readonly string[];
  readonly title: string;
  readonly file: string;
  readonly engines: readonly Engine[];
}

/** All tests that name a law. */
export function namedTests(): readonly Named[] {
  return globSync("tests/**/*.ts").toSorted().flatMap(namedIn);
}

/** What is missing, in words: laws without a test on an engine they concern, names that are no law. */
export function missing(tests: readonly Named[]): readonly string[] {
  const ids = new Set(LAWS.map(({ id }) => id));
  const strange = tests.flatMap(({ laws, title, file }) =>
    laws.filter((id) => !ids.has(id)).map((id) => `${id} is no law, in "${title}" of ${file}`),
  );
  const bare = LAWS.flatMap(({ id, engines }) => {
    const own = tests.filter(({ laws }) => laws.includes(id));
    if (own.length === 0) return [`${id} is named by no test`];
    return engines
      .filter((engine) => !own.some((test) => test.engines.includes(engine)))
      .map((engine) => `${id} is named by no test on ${engine}`);
  });
  return [...strange, ...bare];
}

/** The page. */
export function lawsPage(tests: readonly Named[]): string {
  const count = (id: string, engine: Engine): number =>
    tests.filter((test) => test.laws.includes(id) && test.engines.includes(engine)).length;
  const overview = LAWS.map(
    ({ id, says }) =>
      `| [${id}](#${id.toLowerCase()}) | ${says} | ${ENGINES.map((engine) => count(id, engine) || "").join(" | ")} |`,
  );
  return [
    "# The laws and their tests",
    "",
    "Made by `npm run laws` from the names of the tests; do not edit. Each title stands for one test or for a table of cases; a test that names several laws is listed under each.",
    "",
    `| Law | says | ${ENGINES.join(" | ")} |`,
    "| --- | --- | --: | --: | --: |",
    ...overview,
    "",
    ...LAWS.flatMap((law) => section(law, tests)),
  ].join("\n");
}

function section({ id, says }: Law, tests: readonly Named[]): readonly string[] {
  const own = tests.filter(({ laws }) => laws.includes(id));
  const rows = own.map(
    ({ title, file, engines }) =>
      `| ${escaped(title)} | [${basename(file)}](../../${file}) | ${engines.length === ENGINES.length ? "all" : engines.join(", ")} |`,
  );
  return [
    `## ${id}`,
    "",
    `${says}.`,
    "",
    "| Test | in | on |",
    "| --- | --- | --- |",
    ...new Set(rows),
    "",
  ];
}

function escaped(title: string): string {
  return title.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

const TITLE = /(["`])((?:[LAPS]\d+)(?:, [LAPS]\d+)*): ((?:\\.|(?!\1).)+)\1/g;

function namedIn(file: string): readonly Named[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(TITLE)].map(({ index, 2: laws = "", 3: rest = "" }) => ({
    laws: laws.split(", "),
    title: rest.replaceAll(/\\(.)/g, "$1"),
    file,
    engines: enginesOf(file, text, index),
  }));
}

function enginesOf(file: string, text: string, index: number): readonly Engine[] {
  const block =
    text
      .slice(0, index)
      .match(/^(?:describe|it|test)\b.*$/gm)
      ?.at(-1) ?? "";
  if (block.includes("EVERY_ENGINE") || file.startsWith("tests/contract/log/")) return ENGINES;
  if (block.includes("each(ENGINES)")) return ["memory", "sqlite"];
  const named = ENGINES.filter((engine) => basename(file).startsWith(engine));
  return named.length > 0 ? named : ENGINES.filter((engine) => USES[engine].test(text));
}

/** How a file shows that it uses an engine. */
const USES: Readonly<Record<Engine, RegExp>> = {
  memory: /\bmemory(?:Log|Store)\b/,
  sqlite: /\bsqlite(?:Log|Fixture)\b|\bcliBench\b/,
  jetstream: /\bjetstreamLog\b|\bstartNats\b/,
};

if (import.meta.main) {
  const tests = namedTests();
  writeFileSync(FILE, lawsPage(tests));
  for (const gap of missing(tests)) console.error(gap);
  process.exitCode = missing(tests).length > 0 ? 1 : 0;
}
