/**
 * How the benches measure.
 *
 * - 1. What is compared takes turns in one process, round after round, so that both sides meet
 *      the same machine; the first round warms up and does not count.
 * - 2. Wall time is the shortest of the rounds: what the machine is otherwise busy with only
 *      ever adds. Processor time stands beside it: other processes hardly touch it.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

/** How much is measured. */
export interface Scale {
  /** A look at whether everything runs: too short to judge by. */
  readonly quick: boolean;
  /** On the disk that is measured; each bench removes what it put there. */
  readonly folder: string;
  readonly progress: (text: string) => void;
}

/** Microseconds for one of many jobs. */
export interface Sample {
  readonly wall: number;
  /** Processor time of this process, all threads. */
  readonly cpu: number;
}

/** The least of some rounds, of wall and of processor time each; and every round's wall time. */
export interface Measured extends Sample {
  readonly walls: readonly number[];
}

/** One way of doing what is compared: sets up, measures, cleans up. `warm`: the round that does not count. */
export type Way = (warm: boolean) => Promise<Sample>;

export async function inTurns<TName extends string>(
  ways: Readonly<Record<TName, Way>>,
  rounds: number,
  progress: Scale["progress"],
): Promise<(name: TName) => Measured> {
  const samples = new Map<string, Sample[]>();
  for (let round = 0; round <= rounds; round++)
    for (const [name, way] of Object.entries<Way>(ways)) {
      progress(round === 0 ? `${name}, warming up` : `${name}, round ${round} of ${rounds}`);
      globalThis.gc?.(); // nobody pays for what the one before has left
      const sample = await way(round === 0);
      if (round > 0) samples.set(name, [...(samples.get(name) ?? []), sample]);
    }
  return (name) => {
    const all = samples.get(name) ?? [];
    const walls = all.map(({ wall }) => wall);
    return { wall: Math.min(...walls), cpu: Math.min(...all.map(({ cpu }) => cpu)), walls };
  };
}

/** Measures work that does some jobs. */
export async function timed(jobs: number, work: () => unknown): Promise<Sample> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  await work();
  const ms = performance.now() - wall;
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (ms * 1000) / jobs, cpu: (user + system) / jobs };
}

/** Runs numbered jobs, some at a time. */
export async function inFlight(
  jobs: number,
  concurrency: number,
  job: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < jobs) await job(next++);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, jobs) }, worker));
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** So many a second, at so many microseconds each. */
export function perSecond(micros: number): number {
  return Math.round(1_000_000 / micros);
}

/** Bytes on the heap once everything that nobody holds is gone, finalizers run. */
export async function heapUsed(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error("the bench needs --expose-gc");
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < 6; time++) {
    globalThis.gc();
    await nextTurn();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least;
}
