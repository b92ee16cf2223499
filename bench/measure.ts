/** How the benches measure and print. */
export type Row = Readonly<Record<string, string | number>>;

export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** The shortest of some rounds, in milliseconds: what the machine is otherwise busy with only ever adds. */
export async function fastest(rounds: number, work: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = performance.now();
    await work();
    best = Math.min(best, performance.now() - before);
  }
  return best;
}

/** Runs numbered jobs, some at a time; milliseconds for all of them. */
export async function inFlight(
  jobs: number,
  concurrency: number,
  job: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < jobs) await job(next++);
  };
  const before = performance.now();
  await Promise.all(Array.from({ length: Math.min(concurrency, jobs) }, worker));
  return performance.now() - before;
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** Prints what was measured: tables for people, or JSON with `--json`. */
export function print(tables: readonly Table[]): void {
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify({ node: process.version, tables }, undefined, 2));
    return;
  }
  for (const { title, rows } of tables) {
    console.log(`\n${title}`);
    console.table(rows);
  }
}
