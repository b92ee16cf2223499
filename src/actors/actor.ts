/**
 * A live actor: the loop around `advance`.
 *
 * - A1. Write, then move: what others see changes only after the append has resolved, and
 *   only then effects run and senders are answered.
 * - A4. One writer: who loses an append drops its copy, reloads and decides again.
 * - A5. What cannot be loaded or stepped parks this one actor.
 * - A12. What a former owner left is done behind `troupe.recovered`.
 */
import type { Snapshot } from "xstate";
import type { TroupeError } from "../errors.ts";
import { appendSurely, breathe } from "./append.ts";
import { Checkpoints } from "./checkpoint.ts";
import { draft, draftingOf, type Draft, type Drafting } from "./draft.ts";
import { owesOf, type Fold } from "./fold.ts";
import { answerAbsent, answerArchived } from "./absent.ts";
import { asksForId, isRecovery, recovery, skipping, type Input } from "./inputs.ts";
import { Ledger } from "./ledger.ts";
import { loadAsOwner, type Owned } from "./zombies.ts";
import { Mailbox } from "./mailbox.ts";
import { isOutdated } from "./migrate.ts";
import { nextOwn } from "./migrations.ts";
import { held, hostFailed, isLost, parkedError, verdict } from "./parking.ts";
import { performNew, stopResidents } from "./perform.ts";
import { rests, SETTLED, unsaid } from "./resting.ts";
import type { Parked, Runtime } from "./runtime.ts";
import { Snapshots } from "./snapshots.ts";
import { fillWindow } from "./start.ts";

/** Waiting inputs that one append may carry. */
const BATCH = 64;
/** Lost appends in a row before the host concludes that it is not the owner. */
const CONFLICTS = 8;

export class LiveActor {
  readonly address: string;
  readonly ledger = new Ledger();
  /** Present once loaded or born. Only the loop moves it. */
  fold: Fold | undefined;
  /** What others may see: the state as of an append that resolved. */
  seen: { readonly seq: number; readonly snapshot: Snapshot<unknown> } | undefined;
  parked: Parked | undefined;
  lastUsed: number;
  readonly #rt: Runtime;
  readonly #mailbox: Mailbox;
  /** Whether what a former owner left has been taken over. */
  #recovered: boolean;
  #fresh: boolean;
  readonly #drafting: Drafting;
  #pump: Promise<void> | undefined;
  readonly #snapshots: Snapshots;
  readonly #checkpoints: Checkpoints;
  #conflicts = 0;

  /** @param fresh its birth comes first, and it has no records yet. */
  constructor(rt: Runtime, address: string, fresh: boolean) {
    this.#rt = rt;
    this.address = address;
    this.#mailbox = new Mailbox(address, rt.mailboxLimit, () => isOutdated(rt.kinds, this.fold));
    this.#snapshots = new Snapshots(rt);
    this.#checkpoints = new Checkpoints(rt);
    this.#fresh = this.#recovered = fresh;
    this.lastUsed = rt.clock.now();
    this.#drafting = draftingOf(rt, this, (fold) => void (this.fold = fold));
  }

  get busy(): boolean {
    return this.#pump !== undefined;
  }

  /** Whether nothing waits, runs or is owed: it may leave the memory. */
  get idle(): boolean {
    return !this.busy && this.#mailbox.size === 0 && this.parked === undefined && rests(this);
  }

  offer(input: Input): void {
    this.lastUsed = this.#rt.clock.now();
    if (this.parked === undefined) {
      this.#mailbox.push(input);
      this.wake();
    } else this.#offerParked(input, this.parked);
  }

  /** A receiver has recorded an effect of this actor. */
  settle(id: string): void {
    if (this.fold?.outbox.has(id) !== false) this.ledger.settling.add(id);
    this.#rt.idle(this.address);
  }

  /** Counts something that a custom action sent; the result is to be called once it is recorded. */
  expectRecord(seq: number): () => void {
    return this.ledger.expect(seq, () => {
      this.actionsRan();
      if (this.fold === undefined) this.#rt.idle(this.address);
      else this.wake(); // a checkpoint may have waited for it
    });
  }

  actionsRan(): void {
    this.ledger.actionsRan(this.seen?.seq ?? 0); // not the fold's: it may be ahead of the log
  }

  /** Runs the loop if it does not run. */
  wake(): void {
    this.#pump ??= Promise.resolve()
      .then(() => this.#loop())
      .catch((error: unknown) => this.#rt.fail(error))
      .finally(() => {
        this.#pump = undefined;
        const ready = this.#mailbox.ready && this.parked === undefined;
        if (ready && this.#rt.running()) this.wake();
        else this.#rt.idle(this.address);
      });
  }

  /** Resolves once its loop rests. */
  async settled(): Promise<void> {
    while (this.#pump !== undefined) await this.#pump;
  }

  /** Loads the actor anew and goes on; what it owed is done again. */
  unpark(): void {
    this.#restart();
    this.fold = undefined;
    this.wake();
  }

  /** Goes on from a fold that leaves a record out, once that is recorded. */
  skip(fold: Fold, seq: number): Promise<number> {
    this.#restart();
    this.#adopt({ fold });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#mailbox.putBack([skipping(seq, resolve, reject)]);
    this.wake();
    return promise;
  }

  /** Says what no record says yet, so that the next owner does not do it again. For a host that closes. */
  async finish(): Promise<void> {
    if (this.parked !== undefined || !unsaid(this)) return;
    await this.#commit([SETTLED]);
  }

  /** Throws what waits back to its senders: the host stops. */
  drop(error: TroupeError): void {
    for (const input of this.#mailbox.clear()) input.failed?.(error);
  }

  /** It leaves the memory: what spares the next load anything is stored. */
  async rest(): Promise<void> {
    if (this.fold !== undefined) await this.#snapshots.last(this.fold, this.ledger.ran);
  }

  #restart(): void {
    this.parked = undefined;
    this.#recovered = this.#fresh = false;
    this.ledger.forget();
    this.#mailbox.putBack(this.#mailbox.held.splice(0));
  }

  async #loop(): Promise<void> {
    while (this.#rt.running()) {
      if (this.#unready && !(await this.#load())) return;
      if (this.#unready) continue; // what came meanwhile asks for more
      const due = nextOwn(this.#drafting, this.#mailbox.first, this.#recovered && this.#checkpoints);
      if (due !== undefined) await this.#write(due, []);
      else if (!(await this.#next())) return;
      if (this.parked !== undefined) return;
    }
  }

  /** Takes the next batch; false where none waits that it may take now. */
  async #next(): Promise<boolean> {
    const batch = this.#mailbox.take(BATCH);
    if (batch.length === 0) return false;
    try {
      await this.#commit(batch);
    } catch (error) {
      for (const input of batch) input.failed?.(hostFailed(error)); // written or not: the same command again tells
      throw error;
    }
    return true;
  }

  /** Whether it must be loaded, or its window of command ids filled in, before the next batch. */
  get #unready(): boolean {
    const { fold } = this;
    if (fold === undefined) return !this.#fresh || this.#mailbox.first?.type !== "birth";
    return fold.commands.missing.size > 0 && this.#mailbox.has(asksForId);
  }

  /** False where there is nothing to go on with: the actor is parked, or does not exist. */
  async #load(): Promise<boolean> {
    try {
      const loaded = (this.fold && { fold: this.fold }) ?? (await loadAsOwner(this.#rt, this.address));
      if (loaded === undefined) return this.#refuseAbsent();
      if (this.#mailbox.has(asksForId)) await fillWindow(this.#rt, loaded.fold);
      if (this.fold !== loaded.fold) this.#adopt(loaded);
      return true;
    } catch (error) {
      if (!answerArchived(this.#rt, this.#mailbox, error)) this.#park(error, 0, []);
      return false;
    }
  }

  /** What its last record says that it owes counts as open until a record says less. */
  #adopt({ fold, owes = 0 }: Pick<Owned, "fold"> & Partial<Owned>): void {
    this.fold = fold;
    this.#drafting.scales.reset(fold.state);
    for (const id of this.ledger.settling) if (!fold.outbox.has(id)) this.ledger.settling.delete(id);
    this.#show(fold);
    stopResidents(this.#rt, this, fold); // another writer may have moved it
    this.#rt.published(this.address);
    if (Math.max(owesOf(fold), owes) - fold.timers.size === 0) this.#recovered = true;
    else if (!this.#recovered) this.#mailbox.putBack([recovery(this.#rt.epoch)]);
  }

  /** What waits for an actor that does not exist is answered at once, up to its birth. */
  #refuseAbsent(): boolean {
    const left = answerAbsent(this.#rt, this.address, this.#mailbox.clear());
    this.#mailbox.putBack(left);
    return (this.#fresh = this.#recovered = left.length > 0);
  }

  async #commit(batch: readonly Input[]): Promise<void> {
    await breathe(this.#rt);
    await this.#write(draft(batch, this.#drafting), batch);
  }

  async #write(work: Draft, batch: readonly Input[]): Promise<void> {
    if (work.records.length > 0) {
      this.#rt.at("before-append", this.address);
      try {
        await appendSurely(this.#rt, this.address, work.records, work.expected);
      } catch (error) {
        return this.#lost(error, batch);
      }
      this.#conflicts = 0;
      this.#rt.at("after-append", this.address);
      this.#written(work, batch.some(isRecovery));
    }
    this.#rt.at("before-answer", this.address);
    for (const after of work.after) after();
    if (work.poison !== undefined) this.#park(work.poison.error, work.poison.seq, work.poison.rest);
  }

  #written({ effects, system, seen }: Draft, recovered: boolean): void {
    const { fold } = this;
    if (fold === undefined) return;
    for (const delta of system) this.#drafting.directory.apply(delta);
    this.#show(fold);
    if (recovered) this.#recovered = true;
    performNew(this.#rt, this, fold, { effects, recovered, ready: this.#recovered });
    stopResidents(this.#rt, this, fold);
    for (const moment of seen) {
      this.seen = moment;
      this.#rt.published(this.address);
    }
    if (this.#snapshots.due(fold)) void this.#snapshots.store(fold, this.ledger.ran);
  }

  #show(fold: Fold): void {
    this.seen = { seq: fold.seq, snapshot: fold.state.snapshot };
    this.#rt.arm(this.address, fold.timers);
  }

  /** An append that failed: the copy is dropped; after a conflict everything is decided again. */
  #lost(error: unknown, batch: readonly Input[]): void {
    this.fold = undefined;
    this.#fresh = false;
    if (isLost(error) && ++this.#conflicts < CONFLICTS) {
      this.#recovered = false; // what the other writer left is to be taken over
      this.#mailbox.putBack(batch.filter((input) => !isRecovery(input)));
      return;
    }
    for (const input of batch) input.failed?.(error);
    this.#rt.fail(error);
  }

  #park(error: unknown, seq: number, rest: readonly Input[]): void {
    const parked = verdict(this.address, error, seq);
    if (parked === undefined) return this.#rt.fail(error);
    this.parked = parked;
    this.fold = undefined;
    stopResidents(this.#rt, this, undefined);
    this.#rt.arm(this.address, undefined);
    this.#rt.park(parked);
    for (const input of [...rest, ...this.#mailbox.clear()]) this.#offerParked(input, parked);
  }

  /** What other actors sent waits here, still owed by them; who asked from outside is told. */
  #offerParked(input: Input, parked: Parked): void {
    if (held(input)) this.#mailbox.held.push(input);
    else input.failed?.(parkedError(parked));
  }
}
