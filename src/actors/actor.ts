/**
 * A live actor: its mailbox and the loop around `advance`.
 *
 * - A1. Write, then move: what others see changes only after the append has resolved, and
 *   only then effects run and senders are answered.
 * - A4. One writer: who loses an append drops its copy, reloads and decides again.
 * - A5. What cannot be loaded or stepped parks this one actor.
 * - A10. The mailbox is bounded for commands; what comes from inside passes the bound, and a
 *   message that finds it full waits in its sender's outbox.
 */
import type { Snapshot } from "xstate";
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { NewRecord } from "../events/log/log.ts";
import { draft, type Draft } from "./draft.ts";
import { owesOf, statusOf, type Fold, type NumberedEffect } from "./fold.ts";
import { decide, type Input } from "./inputs.ts";
import { identify, load } from "./load.ts";
import { perform, performOwed, stopResidents } from "./perform.ts";
import type { Parked, Runtime } from "./runtime.ts";
import { writeSnapshot } from "./snapshot.ts";

/** Waiting inputs that one append may carry. */
const BATCH = 64;
/** Appends with unknown outcome are tried again this often before the host gives up. */
const RETRIES = 8;
/** Lost appends in a row before the host concludes that it is not the owner. */
const CONFLICTS = 8;

export class LiveActor {
  readonly address: string;
  /** Present once loaded or born. Only this class moves it. */
  fold: Fold | undefined;
  /** What others may see: the state as of the last append that resolved. */
  seen: { readonly seq: number; readonly snapshot: Snapshot<unknown> } | undefined;
  parked: Parked | undefined;
  /** Effects handed to their receivers, by id. */
  readonly inFlight = new Set<string>();
  /** Ids that receivers have recorded since this actor's last record. */
  readonly settling = new Set<string>();
  /** Custom actions of records up to this seq have run, and what they sent is recorded. */
  ran = 0;
  /** Residents that this actor started, by address: the effect id of their start. */
  readonly started = new Map<string, string>();
  lastUsed: number;
  readonly #rt: Runtime;
  #mailbox: Input[] = [];
  /** Inputs from other actors that found the mailbox full, or the actor parked: their senders still own them. */
  #waiting: Input[] = [];
  /** Things that custom actions sent and that nobody has recorded yet, by the action's seq. */
  readonly #unrecorded = new Map<number, number>();
  /** Whether what a former owner left has been taken over (A12). */
  #recovered: boolean;
  #pump: Promise<void> | undefined;
  #fresh: boolean;
  #snapshotAt = 0;
  #conflicts = 0;

  constructor(rt: Runtime, address: string, fresh: boolean) {
    this.#rt = rt;
    this.address = address;
    this.#fresh = fresh;
    this.#recovered = fresh;
    this.lastUsed = rt.clock.now();
  }

  /** Whether nothing waits, runs or is owed: it may leave the memory. */
  get idle(): boolean {
    return (
      this.#pump === undefined &&
      this.#mailbox.length === 0 &&
      this.parked === undefined &&
      this.#unrecorded.size === 0 &&
      (this.fold === undefined || this.fold.residents.size + this.#unsettled(this.fold) === 0)
    );
  }

  /** Whether its loop runs. */
  get busy(): boolean {
    return this.#pump !== undefined;
  }

  /** Ids to settle, or actions that ran, that no record says yet. */
  get unsaid(): boolean {
    return this.fold !== undefined && (this.settling.size > 0 || this.fold.actions.size > 0);
  }

  /** Puts an input into the mailbox. */
  offer(input: Input): void {
    this.lastUsed = this.#rt.clock.now();
    if (this.parked !== undefined) return this.#offerParked(input);
    if (this.#mailbox.length >= this.#rt.mailboxLimit) {
      if (input.type === "command") return input.failed?.(this.#full());
      if (input.type === "message") {
        this.#waiting.push(input);
        return;
      }
    }
    this.#mailbox.push(input);
    this.wake();
  }

  /** A receiver has recorded an effect of this actor. */
  settle(id: string): void {
    this.settling.add(id);
    this.#rt.idle(this.address);
  }

  /** Counts something that a custom action sent; the result is to be called once it is recorded. */
  expectRecord(seq: number): () => void {
    this.#unrecorded.set(seq, (this.#unrecorded.get(seq) ?? 0) + 1);
    return () => {
      const left = (this.#unrecorded.get(seq) ?? 1) - 1;
      if (left > 0) this.#unrecorded.set(seq, left);
      else this.#unrecorded.delete(seq);
      this.actionsRan();
      this.#rt.idle(this.address);
    };
  }

  /** All custom actions of the fold have run: notes up to where nothing is in doubt. */
  actionsRan(): void {
    const oldest = Math.min(...this.#unrecorded.keys());
    this.ran = Math.max(this.ran, Math.min(this.fold?.seq ?? 0, oldest - 1));
  }

  /** Runs the loop if it does not run. */
  wake(): void {
    this.#pump ??= Promise.resolve()
      .then(() => this.#loop())
      .catch((error: unknown) => this.#rt.fail(error))
      .finally(() => {
        this.#pump = undefined;
        if (this.#mailbox.length > 0 && this.#rt.running() && this.parked === undefined) this.wake();
        else this.#rt.idle(this.address);
      });
  }

  /** Resolves once nothing of what waits now is under way any more. */
  async settled(): Promise<void> {
    while (this.#pump !== undefined) await this.#pump;
  }

  /** Loads the actor anew and goes on; what it owed is done again. */
  unpark(): void {
    this.parked = undefined;
    this.fold = undefined;
    this.#recovered = false;
    this.#fresh = false;
    this.inFlight.clear();
    this.settling.clear();
    this.#mailbox.unshift(...this.#waiting.splice(0));
    this.wake();
  }

  /** Goes on from a fold that leaves a record out, once that is recorded. */
  skip(fold: Fold, seq: number): Promise<number> {
    this.parked = undefined;
    this.#recovered = false;
    this.#fresh = false;
    this.inFlight.clear();
    this.settling.clear();
    this.#mailbox.unshift(...this.#waiting.splice(0));
    this.#adopt(fold);
    this.#takeOver(fold);
    return new Promise((done, failed) => {
      this.#mailbox.unshift({ type: "control", event: { type: "troupe.skipped", seq }, done, failed });
      this.wake();
    });
  }

  /** Says what no record says yet, so that the next owner does not do it again. For a host that closes. */
  async finish(): Promise<void> {
    if (this.parked !== undefined || !this.unsaid) return;
    await this.#commit([{ type: "control", event: { type: "troupe.settled" } }]);
  }

  /** Throws what waits back to its senders: the host stops. */
  drop(error: TroupeError): void {
    for (const input of this.#mailbox.splice(0)) input.failed?.(error);
    this.#waiting = [];
  }

  async #loop(): Promise<void> {
    while (this.#rt.running()) {
      if (this.fold === undefined && !this.#startsFresh() && !(await this.#load())) return;
      this.#refill();
      if (this.#mailbox.length === 0) return;
      await this.#commit(this.#mailbox.splice(0, BATCH));
      if (this.parked !== undefined) return;
    }
  }

  #startsFresh(): boolean {
    return this.#fresh && this.#mailbox[0]?.type === "birth";
  }

  #refill(): void {
    const room = this.#rt.mailboxLimit - this.#mailbox.length;
    if (room > 0 && this.#waiting.length > 0) this.#mailbox.push(...this.#waiting.splice(0, room));
  }

  /** False where the actor is parked instead. */
  async #load(): Promise<boolean> {
    try {
      const fold = await load(this.#rt, this.address);
      if (fold === undefined) {
        this.#refuseAbsent();
        return this.#mailbox.length > 0;
      }
      this.#adopt(fold);
      this.#takeOver(fold);
      return true;
    } catch (error) {
      this.#park(error, 0);
      return false;
    }
  }

  /** Goes on with what the fold owes: behind a record of its own where another owner left it. */
  #takeOver(fold: Fold): void {
    const owes = owesOf(fold) - fold.timers.size > 0;
    if (owes && !this.#recovered) {
      this.#mailbox.unshift({
        type: "control",
        event: { type: "troupe.recovered", epoch: this.#rt.epoch },
        done: () => this.fold !== undefined && performOwed(this.#rt, this, this.fold),
      });
    } else if (owes) performOwed(this.#rt, this, fold);
    this.#recovered = true;
  }

  /** What waits for an actor that does not exist is decided at once, up to its birth. */
  #refuseAbsent(): void {
    while (this.#mailbox.length > 0 && this.#mailbox[0]?.type !== "birth") {
      const input = this.#mailbox.shift();
      if (input === undefined) return;
      const decision = decide(this.address, undefined, input, this.#rt.stepper);
      if (decision.type === "drop") this.#deadLetter(input);
      else if (decision.type === "refuse") input.failed?.(decision.error);
    }
    this.#fresh = true;
  }

  #deadLetter(input: Input): void {
    this.#rt.warn("dead letter: there is no such actor", { address: this.address, input: input.type });
    input.done?.(0);
  }

  #adopt(fold: Fold): void {
    this.fold = fold;
    for (const id of this.settling) if (!fold.outbox.has(id)) this.settling.delete(id);
    this.#snapshotAt = fold.seq;
    this.#show(fold);
  }

  async #commit(batch: readonly Input[]): Promise<void> {
    const expected = this.fold?.seq ?? 0;
    const work = this.#draft(batch);
    if (work.records.length > 0) {
      try {
        await this.#append(work.records, expected);
      } catch (error) {
        return this.#lost(error, batch);
      }
      this.#conflicts = 0;
      this.#rt.at("after-append", this.address);
      this.#written(work);
    }
    for (const after of work.after) after();
    if (work.poison !== undefined) this.#park(work.poison.error, work.poison.seq, work.poison.rest);
  }

  #draft(batch: readonly Input[]): Draft {
    return draft(batch, {
      rt: this.#rt,
      actor: this,
      identify: (born) => identify(this.#rt, this.address, born),
      directory: this.#rt.directory(parseAddress(this.address).root),
      born: (fold) => {
        this.fold = fold;
      },
    });
  }

  #written({ effects, system, seen }: Draft): void {
    const { fold } = this;
    if (fold === undefined) return;
    const directory = this.#rt.directory(parseAddress(this.address).root);
    for (const delta of system) directory.apply(delta);
    this.#show(fold);
    this.#run(fold, effects);
    for (const moment of seen) {
      this.seen = moment;
      this.#rt.published(this.address);
    }
    if (fold.seq - this.#snapshotAt >= this.#rt.snapshotEvery) void this.snapshot();
  }

  #run(fold: Fold, effects: readonly NumberedEffect[]): void {
    perform(this.#rt, this, fold, effects);
    stopResidents(this.#rt, this, fold);
  }

  #show(fold: Fold): void {
    this.seen = { seq: fold.seq, snapshot: fold.state.snapshot };
    this.#rt.arm(this.address, [...fold.timers.values()]);
  }

  /** Stores a snapshot, unless a custom action is in doubt. */
  async snapshot(): Promise<void> {
    const { fold } = this;
    if (fold === undefined || fold.actions.size > 0 || fold.seq === this.#snapshotAt) return;
    this.#snapshotAt = fold.seq;
    this.#rt.at("during-snapshot", this.address);
    try {
      await writeSnapshot(this.#rt, fold);
    } catch (error) {
      const address = this.address;
      this.#rt.warn("a snapshot could not be stored; the log is complete without it", {
        address,
        error,
      });
    }
  }

  async #append(records: readonly NewRecord[], expected: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#rt.log.append(this.address, records, { expected });
        return;
      } catch (error) {
        if (!TroupeError.is(error, "LOG_OUTCOME_UNKNOWN") || attempt === RETRIES || !this.#rt.running())
          throw error;
        await new Promise<void>(
          (resume) => void this.#rt.clock.after(Math.min(50 * 2 ** attempt, 2000), resume),
        );
      }
    }
  }

  /** An append that failed: the copy is dropped; after a conflict everything is decided again. */
  #lost(error: unknown, batch: readonly Input[]): void {
    this.fold = undefined;
    this.#fresh = false;
    if (TroupeError.is(error, "LOG_WRONG_SEQUENCE") && ++this.#conflicts < CONFLICTS) {
      this.#mailbox.unshift(...batch);
      return;
    }
    for (const input of batch) input.failed?.(error);
    this.#rt.fail(error);
  }

  #park(error: unknown, seq: number, rest: readonly Input[] = []): void {
    if (!isVerdict(error)) return this.#rt.fail(error);
    const { code, message, hint, data } = error;
    const at = typeof data["seq"] === "number" ? data["seq"] : seq;
    this.parked = { address: this.address, seq: at, code, message, hint };
    this.fold = undefined;
    stopResidents(this.#rt, this, undefined);
    this.#rt.arm(this.address, []);
    this.#rt.park(this.parked);
    for (const input of [...rest, ...this.#mailbox.splice(0)]) this.#offerParked(input);
  }

  /** Messages stay with their senders, births and completions too; who asked from outside is told. */
  #offerParked(input: Input): void {
    if (input.type === "message" || (input.type === "birth" && input.cause !== undefined))
      this.#waiting.push(input);
    else input.failed?.(this.#parkedError());
  }

  #parkedError(): TroupeError {
    const { parked } = this;
    return new TroupeError(
      "ACTOR_PARKED",
      `"${this.address}" is parked at record ${parked?.seq}: ${parked?.message}`,
      {
        hint: "Mend the cause and unpark it, or skip the record that it names.",
        data: { address: this.address, parked },
      },
    );
  }

  #full(): TroupeError {
    return new TroupeError(
      "MAILBOX_FULL",
      `${this.#mailbox.length} inputs wait for "${this.address}"`,
      {
        hint: "Send the same command again in 100 ms.",
        data: { address: this.address, retryAfterMs: 100 },
      },
    );
  }

  #unsettled(fold: Fold): number {
    let open = 0;
    for (const id of fold.outbox.keys()) if (!this.settling.has(id)) open++;
    return open;
  }

  /** Whether it has ended. */
  get ended(): boolean {
    return this.fold !== undefined && statusOf(this.fold) !== "active";
  }
}

/** Faults of this one actor or its code; anything else is the world's and stops the host. */
function isVerdict(error: unknown): error is TroupeError {
  if (!TroupeError.is(error)) return false;
  return !error.code.startsWith("LOG_") || error.code === "LOG_CORRUPT" || error.code === "LOG_NEWER";
}
