/** How much of the code the tests came through: from lcov, or the JSON summary of Istanbul's kin. */
import { z } from "zod";
import type { Coverage } from "../../events/test-report.ts";

const Part = z.object({ covered: z.int().min(0), total: z.int().min(0) });

const Summary = z.object({
  total: z.object({ lines: Part, branches: Part.optional(), functions: Part.optional() }),
});

/** @returns nothing where the text is neither. */
export function parseCoverage(text: string): Coverage | undefined {
  return fromLcov(text) ?? fromSummary(text);
}

/** What lcov calls the counts: found and hit. */
const KEYS = { lines: ["LF", "LH"], branches: ["BRF", "BRH"], functions: ["FNF", "FNH"] } as const;

function fromLcov(text: string): Coverage | undefined {
  const sums = new Map<string, number>();
  for (const [, key = "", count] of text.matchAll(/^(LF|LH|BRF|BRH|FNF|FNH):(\d{1,9})\s*$/gm))
    sums.set(key, (sums.get(key) ?? 0) + Number(count));
  if (!sums.has("LF")) return undefined;
  const parts = Object.entries(KEYS).flatMap(([name, [found, hit]]) => {
    const total = sums.get(found);
    return total === undefined ? [] : [[name, { covered: sums.get(hit) ?? 0, total }] as const];
  });
  return Object.fromEntries(parts);
}

function fromSummary(text: string): Coverage | undefined {
  try {
    const { data } = Summary.safeParse(JSON.parse(text));
    if (data === undefined) return undefined;
    const { lines, branches, functions } = data.total;
    return { lines, ...(branches && { branches }), ...(functions && { functions }) };
  } catch {
    return undefined;
  }
}
