/**
 * Placement: a host among others on one log. It makes itself known, owns its share of the
 * partitions, and gives away or takes over as hosts come and go (plan.ts).
 *
 * - 1. It looks when hosts or leases change, and each second: a death is not told.
 * - 2. A host whose clock is more than 500 ms off the log's owns nothing: its timers would fire
 *      at the wrong time.
 * - 3. A partition whose runner stops for the log's sake is taken over again, here or elsewhere;
 *      whatever else stops one stops the host.
 */
import { randomBytes } from "node:crypto";
import { TroupeError } from "../../errors.ts";
import type { HostFacts, Members, Membership } from "../../events/log/log.ts";
import { partitionOfAddress } from "../../events/subjects.ts";
import type { Commander } from "../commands.ts";
import { versionsOf } from "../kind.ts";
import { clockJudge, type ClockJudge } from "./clock-judge.ts";
import { isKindLacking, takePlace, type Place, type PlaceOptions } from "./place.ts";
import { moves } from "./moves.ts";
import { plan } from "./plan.ts";
import { refusals, type Refusals, type Lack } from "./refusals.ts";
import { routes } from "./routes.ts";

const LOOK_EVERY_MS = 1_000;
/** How long a partition that could not be taken is left alone, ms. */
const LEFT_ALONE_MS = 2_000;

export interface PlacementOptions extends Omit<
  PlaceOptions,
  "routes" | "partition" | "owner" | "isLeftFor"
> {
  readonly members: Members;
  /** Asks whoever owns an actor that this host does not. */
  readonly remote: Commander;
}

export interface Placement extends AsyncDisposable {
  readonly facts: () => HostFacts;
  /** The places that it has now, in order of their partitions. */
  readonly places: () => readonly Place[];
  readonly placeOf: (address: string) => Place | undefined;
  /** Aborts with the reason when the host cannot go on. */
  readonly failed: AbortSignal;
  readonly running: () => boolean;
  /** Calls back when an actor's partition has come to this host or left it, until the result is called. */
  readonly moved: (address: string, call: () => void) => () => void;
}

/** Begun by {@link joinHosts}. */
export class Hosting implements Placement {
  readonly #options: PlacementOptions;
  readonly #id: string;
  readonly #since: number;
  readonly #judge: ClockJudge;
  readonly #places = new Map<number, Place>();
  /** What is being taken or given away. */
  readonly #busy = new Map<number, Promise<void>>();
  readonly #leftAlone = new Map<number, number>();
  readonly #refused: Refusals;
  readonly #moves = moves();
  readonly #failing = new AbortController();
  #membership: Membership | undefined;
  #said = "";
  #closed = false;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #cancel = (): void => {};
  #unwatch = (): void => {};
  /** What kept the first look from taking what it should. */
  #trouble: unknown;

  constructor(options: PlacementOptions) {
    this.#options = options;
    this.#id = `${options.name.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 40)}-${randomBytes(4).toString("hex")}`;
    this.#since = options.clock.now();
    this.#judge = clockJudge(options);
    this.#refused = refusals({ id: this.#id, kinds: options.kinds, clock: options.clock });
  }

  readonly facts = (): HostFacts => ({
    id: this.#id,
    name: this.#options.name,
    since: this.#since,
    kinds: versionsOf(this.#options.kinds),
    labels: this.#options.labels,
    refuses: this.#judge.isOff()
      ? [...Array(this.#options.log.partitions).keys()]
      : this.#refused.partitions(),
  });

  readonly places = (): readonly Place[] =>
    [...this.#places.values()].sort((a, b) => a.partition - b.partition);

  readonly placeOf = (address: string): Place | undefined =>
    this.#places.get(this.#partitionOf(address));

  get failed(): AbortSignal {
    return this.#failing.signal;
  }

  readonly running = (): boolean => !this.#closed && !this.#failing.signal.aborted;

  readonly moved = (address: string, call: () => void): (() => void) =>
    this.#moves.watch(this.#partitionOf(address), call);

  async begin(): Promise<void> {
    const { members } = this.#options;
    await this.#judge.look();
    const facts = this.facts();
    this.#membership = await members.join(facts);
    this.#said = JSON.stringify(facts);
    this.#unwatch = members.changed(() => void this.#lookSoon());
    await this.#lookSoon();
    await Promise.all(this.#busy.values());
    if (this.#trouble !== undefined && (await members.hosts()).length <= 1) throw this.#trouble;
    this.#tick();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    this.#cancel();
    await this.#go();
    await this.#looking;
    await Promise.all(this.#busy.values());
    await Promise.all([...this.#places.keys()].map((partition) => this.#leave(partition)));
  }

  #tick(): void {
    this.#cancel = this.#options.clock.after(LOOK_EVERY_MS, () => {
      void this.#lookSoon().then(() => {
        if (this.running()) this.#tick();
      });
    });
  }

  /** Looks; where it looks already, once more behind that. Never rejects. */
  #lookSoon(): Promise<void> {
    this.#lookAgain = true;
    this.#looking ??= this.#lookAll().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #lookAll(): Promise<void> {
    while (this.#lookAgain && this.running()) {
      this.#lookAgain = false;
      try {
        await this.#look();
      } catch (error) {
        this.#trouble ??= error;
        this.#options.warn("the hosts of the log cannot be seen", { error });
      }
    }
  }

  async #look(): Promise<void> {
    const { members } = this.#options;
    await this.#judge.look();
    const [hosts, seen] = await Promise.all([members.hosts(), members.owners()]);
    this.#refused.forgive(hosts);
    await this.#say();
    const owners = seen.map((owner, p) => (this.#places.has(p) ? this.#id : owner)); // what is read may lag
    const others = hosts.filter(({ id }) => id !== this.#id);
    const target = plan({ hosts: [...others, this.facts()], owners });
    for (const [p, to] of target.entries())
      this.#follow(p, { mine: to === this.#id, owner: owners[p] });
  }

  #follow(
    partition: number,
    { mine, owner }: { readonly mine: boolean; readonly owner: string | undefined },
  ): void {
    if (this.#busy.has(partition) || !this.running()) return;
    if (this.#places.has(partition) && !mine) this.#begin(partition, this.#leave(partition));
    if (this.#places.has(partition) || !mine || owner !== undefined) return;
    if ((this.#leftAlone.get(partition) ?? 0) > this.#options.clock.now()) return;
    this.#begin(partition, this.#take(partition));
  }

  #begin(partition: number, work: Promise<void>): void {
    const over = work.finally(() => {
      this.#busy.delete(partition);
      if (this.running()) void this.#lookSoon();
    });
    this.#busy.set(partition, over);
  }

  async #take(partition: number): Promise<void> {
    const alive = new AbortController();
    try {
      const ways = this.#waysFrom(partition, alive.signal);
      const place = await takePlace({
        ...this.#options,
        partition,
        owner: this.#id,
        routes: ways,
        isLeftFor: (lack) => this.#isLeftFor(partition, lack),
      });
      place.gone.addEventListener("abort", () => alive.abort(), { once: true });
      this.#places.set(partition, place);
      const { failed } = place.runner;
      failed.addEventListener("abort", () => this.#lost(partition, place), { once: true });
      if (failed.aborted) this.#lost(partition, place);
      this.#moves.tell(partition);
    } catch (error) {
      alive.abort();
      this.#notTaken(partition, error);
    }
  }

  #notTaken(partition: number, error: unknown): void {
    const { clock, warn } = this.#options;
    if (TroupeError.is(error, "LOG_OWNED")) return;
    this.#trouble ??= error;
    warn("a partition could not be taken over", { partition, error });
    if (isKindLacking(error)) this.#refused.add(partition);
    else this.#leftAlone.set(partition, clock.now() + LEFT_ALONE_MS);
  }

  /** Gives a partition away; what is asked of its actors meanwhile goes to who takes it. */
  async #leave(partition: number): Promise<void> {
    const place = this.#places.get(partition);
    this.#places.delete(partition);
    try {
      await place?.[Symbol.asyncDispose]();
    } catch (error) {
      this.#options.warn("a partition could not be given away in order", { partition, error });
    }
    this.#moves.tell(partition);
  }

  /** Its runner has stopped. */
  #lost(partition: number, place: Place): void {
    if (this.#places.get(partition) !== place) return;
    const { reason } = place.runner.failed;
    const { clock, warn } = this.#options;
    const ofTheLog = TroupeError.is(reason) && reason.code.startsWith("LOG_");
    warn("a partition is lost", { partition, error: reason });
    if (!TroupeError.is(reason, "LOG_LEASE_LOST"))
      this.#leftAlone.set(partition, clock.now() + LEFT_ALONE_MS);
    this.#begin(partition, this.#leave(partition));
    if (!ofTheLog) this.#fail(reason);
  }

  /** What it has goes to others at once. Whoever opened it disposes it all the same. */
  #fail(reason: unknown): void {
    if (this.#failing.signal.aborted) return;
    this.#failing.abort(reason);
    void this.#go();
    for (const partition of this.#places.keys()) this.#begin(partition, this.#leave(partition));
  }

  /** Leaves the hosts, so that they count without this one. */
  async #go(): Promise<void> {
    try {
      await this.#membership?.[Symbol.asyncDispose]();
    } catch (error) {
      this.#options.warn("the other hosts could not be told that this one stops", { error });
    }
  }

  #waysFrom(partition: number, over: AbortSignal): ReturnType<typeof routes> {
    const { clock, remote, warn } = this.#options;
    return routes({
      isOwn: (address) => this.#partitionOf(address) === partition,
      deliver: (address, input) => {
        const place = this.placeOf(address);
        return place === undefined
          ? remote.deliver(address, input)
          : place.unlessGone(place.commands.deliver(address, input));
      },
      pause: (ms) => new Promise((resume) => void clock.after(ms, resume)),
      running: () => !over.aborted,
      warn,
    });
  }

  /** Gives a partition away for want of a kind, or of a later version, where another host has it. */
  async #isLeftFor(partition: number, lack: Lack): Promise<boolean> {
    const hosts = await this.#options.members.hosts();
    if (!this.#refused.addFor(partition, lack, hosts)) return false;
    void this.#lookSoon();
    return true;
  }

  /** Tells the others where what they know of this host is no longer so. */
  async #say(): Promise<void> {
    const facts = this.facts();
    const text = JSON.stringify(facts);
    if (text === this.#said) return;
    await this.#membership?.update(facts);
    this.#said = text;
  }

  #partitionOf(address: string): number {
    return partitionOfAddress(address, this.#options.log.partitions);
  }
}
