/**
 * Activities away from their actor: on a host with the label that they ask for.
 *
 * - A6. Only the line of this very attempt is heard, and nothing of it behind its end.
 * - A12. When the attempt is stopped here, be it that the host lost the log, the line is closed, and
 *   its signal aborts there; where this host dies, the other misses it after three seconds.
 * - An attempt is asked of one host only: where nobody can say whether one began, it counts as
 *   lost, and the next attempt has a greater fence.
 * - While no host takes it, it waits: its time counts from when it is taken.
 */
import { TroupeError } from "../../errors.ts";
import type { Json } from "../../events/json.ts";
import type { Members } from "../../events/log/log.ts";
import type { WorkChannel, WorkLine } from "../../events/log/work-channel.ts";
import type { Attempt, AttemptHearer } from "../attempt.ts";
import { errorEvent } from "../attempt.ts";
import type { Clock } from "../clock.ts";
import type { Resident, Stepper } from "../xstate/contract.ts";
import { Word, type AskedAttempt } from "./words.ts";

/** The attempt, and how another host finds its code. */
export interface AwayAttempt extends Attempt {
  readonly src: string;
  /** Of the actor's kind. */
  readonly version: string;
  readonly lineage: readonly string[];
}

export interface AwayHearer extends AttemptHearer {
  /** The host that it ran on is gone, or silent: in place of an end. */
  readonly lost: (error: TroupeError) => void;
}

export interface Away {
  begin(label: string, attempt: AwayAttempt, hearer: AwayHearer): Resident;
}

export interface AwayParts {
  readonly work: WorkChannel;
  readonly changed: Members["changed"];
  readonly stepper: Stepper;
  readonly clock: Clock;
  readonly warn: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

/** The first wait before a label is asked again, and the longest, ms. */
const AGAIN_MS = 50;
const AGAIN_MOST_MS = 1_000;

export function awayOn(parts: AwayParts): Away {
  return { begin: (label, attempt, hearer) => new Asked(parts, label, attempt, hearer) };
}

class Asked implements Resident {
  readonly #parts: AwayParts;
  readonly #label: string;
  readonly #attempt: AwayAttempt;
  readonly #hearer: AwayHearer;
  readonly #told = new Set<string>();
  readonly #stopping = new AbortController();
  #line: WorkLine | undefined;

  // oxlint-disable-next-line max-params -- what is asked of whom, by whom, for whom
  constructor(parts: AwayParts, label: string, attempt: AwayAttempt, hearer: AwayHearer) {
    this.#parts = parts;
    this.#label = label;
    this.#attempt = attempt;
    this.#hearer = hearer;
    void this.#begin();
  }

  /** An activity takes no events. */
  send(): void {}

  stop(): void {
    this.#stopping.abort();
    this.#line?.close();
  }

  /** Asks until one takes it. Never rejects. */
  async #begin(): Promise<void> {
    for (let waitMs = AGAIN_MS; !this.#stopped; waitMs = Math.min(waitMs * 2, AGAIN_MOST_MS)) {
      try {
        if (await this.#ask()) return;
        this.#tell(`no host has the label "${this.#label}" yet: an activity waits for one`);
      } catch (error) {
        if (this.#stopped) return;
        if (isFinal(error)) return this.#end(error);
        if (!TroupeError.is(error) || error.code === "LOG_OUTCOME_UNKNOWN") return this.#lose(error);
        this.#tell(`an activity waits: no host with the label "${this.#label}" takes it`, error);
      }
      await this.#pause(waitMs);
    }
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #ask(): Promise<boolean> {
    const { work } = this.#parts;
    const asked = { label: this.#label, address: this.#attempt.owner, work: this.#asked() };
    const line = await work.request(asked, (word) => this.#hear(word));
    if (line === undefined) return false;
    this.#line = line;
    if (this.#stopped) line.close();
    else if (line.gone.aborted) this.#lose();
    else line.gone.addEventListener("abort", () => this.#lose(), { once: true });
    return true;
  }

  #asked(): Json {
    const { owner, version, lineage, src, child, idempotencyKey, fence } = this.#attempt;
    return {
      owner,
      version,
      lineage: [...lineage],
      src,
      activity: child.address,
      id: child.id,
      ...(child.input !== undefined && { input: child.input }),
      syncSnapshot: child.syncSnapshot,
      idempotencyKey,
      fence,
    } satisfies AskedAttempt;
  }

  #hear(said: Json): void {
    if (this.#stopped) return;
    const parsed = Word.safeParse(said);
    if (!parsed.success) return this.#parts.warn("a host said what is no word", { said });
    const word = parsed.data;
    switch (word.say) {
      case "ended":
        this.stop();
        return this.#hearer.ended(word.event);
      case "sent":
        return this.#hearer.sent(word.to, word.event);
      case "progress":
        return this.#hearer.progressed(word.value);
      case "log":
        return this.#hearer.logged(word.args.map((arg) => this.#parts.stepper.decode(arg)));
    }
  }

  #end(error: unknown): void {
    this.stop();
    this.#hearer.ended(errorEvent(this.#parts.stepper, this.#attempt.child.id, error));
  }

  #lose(cause?: unknown): void {
    if (this.#stopped) return;
    this.stop();
    const activity = this.#attempt.child.address;
    const message = `the host that ran "${activity}" is gone, or silent`;
    const why = cause instanceof Error ? cause.message : message;
    this.#parts.warn("an activity is lost with its host", { activity, label: this.#label, why });
    this.#hearer.lost(
      new TroupeError("WORKER_LOST", why, {
        hint: "Nothing need be done: it runs again, as the next attempt.",
        data: { activity, label: this.#label },
      }),
    );
  }

  /** Once for each reason. */
  #tell(message: string, error?: unknown): void {
    const key = error instanceof Error ? `${message}: ${error.message}` : message;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    const activity = this.#attempt.child.address;
    const facts = { activity, label: this.#label, ...(error !== undefined && { error }) };
    this.#parts.warn(message, facts);
  }

  /** Until hosts come or go, or the time is over. */
  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { signal } = this.#stopping;
    const cancel = this.#parts.clock.after(ms, resolve);
    const unwatch = this.#parts.changed(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
    await promise;
    unwatch();
    cancel();
  }
}

/** What asking again would not mend. */
function isFinal(error: unknown): boolean {
  const final = ["PAYLOAD_TOO_LARGE", "LOG_FORBIDDEN", "RUN_ERASED"] as const;
  return final.some((code) => TroupeError.is(error, code));
}
