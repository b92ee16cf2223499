/** Reads the report of any test runner: JUnit's XML, JSON, or the Test Anything Protocol. */
import type { TestReport } from "../../events/test-report.ts";
import { parseJson } from "./json.ts";
import { parseJunit } from "./junit.ts";
import { parseTap } from "./tap.ts";

export type ReportFormat = "json" | "junit" | "tap";

const PARSERS = { junit: parseJunit, json: parseJson, tap: parseTap } as const;

/** Characters: reading more is not worth the time. */
const LONGEST = 32 * 1024 ** 2;

export interface ReportOptions {
  /** Default: the first that fits, of JUnit, JSON and TAP. */
  readonly format?: ReportFormat;
  /** Texts that are taken out of names and messages. */
  readonly secrets?: readonly string[];
}

/**
 * The report in a text, whatever else stands around it; never throws.
 *
 * @returns nothing where there is none, or it is longer than 32 Mi characters.
 */
export function parseTestReport(
  text: string,
  { format, secrets = [] }: ReportOptions = {},
): TestReport | undefined {
  if (text.length > LONGEST) return undefined;
  const formats = format === undefined ? (["junit", "json", "tap"] as const) : [format];
  for (const one of formats) {
    const report = attempt(() => PARSERS[one](text, secrets));
    if (report !== undefined) return report;
  }
  return undefined;
}

/** The parsers are other people's, and the text is anybody's. */
function attempt<T>(parse: () => T | undefined): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
