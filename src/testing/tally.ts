/** What happened in some simulated histories, counted; and whether anything was tested by them. */
import type { History } from "./evidence.ts";
import { usage } from "./usage.ts";

/** What was simulated, where every law held. */
export interface Simulated {
  readonly seed: number;
  readonly histories: number;
  readonly records: number;
  /** Histories that went on for ever, and were left. */
  readonly endless: number;
  /** How often each fault really happened. */
  readonly happened: Readonly<Record<string, number>>;
  /** How often commands were answered how: `started`, `taken`, `stopped`, or an error's code. */
  readonly answered: Readonly<Record<string, number>>;
}

export class Tally {
  readonly #seed: number;
  #histories = 0;
  #records = 0;
  #endless = 0;
  readonly #happened: Record<string, number> = {};
  readonly #answered: Record<string, number> = {};

  constructor(seed: number) {
    this.#seed = seed;
  }

  add({ store, left, happened, told }: History): void {
    this.#histories++;
    this.#records += store.records.length;
    if (left === "anything") this.#endless++;
    for (const [what, times] of happened) count(this.#happened, what, times);
    for (const { act, answers } of told)
      for (const answer of answers) {
        count(this.#answered, "code" in answer ? answer.code : takenAs(act), 1);
      }
  }

  /** @throws {@link TroupeError} `USAGE` where all that was said was refused at the border. */
  sum(): Simulated {
    for (const code of ["INPUT_INVALID", "EVENT_INVALID"]) this.#assertSome(code);
    return {
      seed: this.#seed,
      histories: this.#histories,
      records: this.#records,
      endless: this.#endless,
      happened: this.#happened,
      answered: this.#answered,
    };
  }

  #assertSome(code: string): void {
    const { [code]: refused = 0, started = 0, taken = 0, EVENT_REFUSED: known = 0 } = this.#answered;
    const fits = code === "INPUT_INVALID" ? started : taken + known;
    if (refused === 0 || fits > 0) return;
    const what = code === "INPUT_INVALID" ? "input" : "event";
    throw usage(`each of ${refused} answers was ${code}: nothing was tested`, {
      hint: `Give the subject an arbitrary that makes what the kind's ${what} schema takes.`,
      data: { answered: { ...this.#answered } },
    });
  }
}

function takenAs(act: History["told"][number]["act"]): string {
  if ("start" in act) return "started";
  return "stop" in act ? "stopped" : "taken";
}

function count(counts: Record<string, number>, what: string, times: number): void {
  counts[what] = (counts[what] ?? 0) + times;
}
