/**
 * JUnit's XML, as nearly every test runner can write it.
 *
 * - A document type is refused: it could define entities that grow without end.
 * - A test is what a `testcase` says; the sums of the suites are not believed.
 */
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import type { TestReport } from "../../events/test-report.ts";
import { tally, type Tally } from "./tally.ts";

const REPEATED = new Set(["testsuites", "testsuite", "testcase", "failure", "error", "skipped"]);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  textNodeName: "#text",
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  isArray: (name) => REPEATED.has(name),
});

/** An element without attributes is its text. */
const Said = z.union([
  z.string().transform((text) => ({ "@message": undefined, "#text": text })),
  z.object({ "@message": z.string().optional(), "#text": z.string().optional() }),
]);

const Case = z.object({
  "@name": z.string().default(""),
  "@classname": z.string().default(""),
  "@time": z.coerce.number().catch(0),
  failure: z.array(Said).default([]),
  error: z.array(Said).default([]),
  skipped: z.array(z.unknown()).optional(),
});

const Suites = z.looseObject({
  testsuites: z.array(z.unknown()).default([]),
  testsuite: z.array(z.unknown()).default([]),
  testcase: z.array(z.unknown()).default([]),
});

/** @returns nothing where the text is no such report. */
export function parseJunit(text: string, secrets: Iterable<string> = []): TestReport | undefined {
  if (!/^\s*<(\?xml|testsuites?\b)/.test(text) || /<!DOCTYPE/i.test(text)) return undefined;
  const counted = tally(secrets);
  try {
    const root = Suites.safeParse(parser.parse(text, true));
    if (!root.success || root.data.testsuites.length + root.data.testsuite.length === 0)
      return undefined;
    walk(root.data, counted);
  } catch {
    // what is no XML is no report
    return undefined;
  }
  return counted.report();
}

function walk(root: z.infer<typeof Suites>, counted: Tally): void {
  const open: z.infer<typeof Suites>[] = [root];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const one of at.testcase) count(one, counted);
    for (const suite of [...at.testsuites, ...at.testsuite].toReversed()) {
      const parsed = Suites.safeParse(suite);
      if (parsed.success) open.push(parsed.data);
    }
  }
}

function count(given: unknown, counted: Tally): void {
  const parsed = Case.safeParse(given);
  if (!parsed.success) return counted.fail("the report itself", "a test case in it cannot be read");
  const { failure, error, skipped, ...about } = parsed.data;
  counted.took(about["@time"] * 1_000);
  const [said] = [...failure, ...error];
  if (said !== undefined) counted.fail(nameOf(about), messageOf(said));
  else if (skipped === undefined) counted.pass();
  else counted.skip();
}

function nameOf(about: Pick<z.infer<typeof Case>, "@name" | "@classname">): string {
  const name = decoded(about["@name"]);
  const suite = decoded(about["@classname"]);
  return suite === "" || name.startsWith(suite) ? name : `${suite} > ${name}`;
}

function messageOf({ "@message": message = "", "#text": text = "" }: z.infer<typeof Said>): string {
  return decoded(message === "" ? text : message);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** XML's own entities and characters by number; each once. */
function decoded(text: string): string {
  return text.replaceAll(
    /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi,
    (all, ...groups) => {
      const [name, decimal, hex] = groups as (string | undefined)[]; // replaceAll types them as any
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all;
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : all;
    },
  );
}
