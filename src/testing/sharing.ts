/**
 * Several hosts at once, which share the log by partition: they come, go in order, die, come back,
 * and lose partitions without knowing.
 *
 * 1. A host that died is known, and owns, for a while or not at all any more: by the dice.
 * 2. In the end each partition has one owner, which lives, and none has two more than another.
 */
import type { MemoryStore } from "../events/log/memory-store.ts";
import { partitionOf, rootOf } from "../events/address.ts";
import { goOnFor, type Crew, type HostFault } from "./crew.ts";
import type { Dice } from "./dice.ts";
import type { AnyHost, Life } from "./life.ts";
import type { CrewParts } from "./one-by-one.ts";
import { LEASE_MS } from "./plan.ts";
import { OUTSIDE } from "./turns.ts";

/** Pauses before hosts come, and before one comes back, ms. */
const COME_MS = [0, 0, 10, 300, 2_500];
const BACK_MS = [0, 0, 400, 3_000, 9_000];
/** Of a hundred hosts that went while others are there, so many stay away. */
const STAY_AWAY = 25;
const MOST_HOSTS = 4;

export interface SharingParts extends CrewParts {
  readonly hosts: number;
  readonly store: MemoryStore;
  readonly dice: Dice;
  readonly fault: (text: string) => void;
}

type Opened = Life & { readonly host: AnyHost };

interface Holding {
  readonly life: Opened;
  readonly p: number;
}

export class Sharing implements Crew {
  readonly lives: Life[] = [];
  readonly #parts: SharingParts;
  /** Those that are about to come. */
  #coming = 0;
  #over = false;
  /** Who believes to own which partition, and does not. */
  readonly #stale = new Map<Life, Set<number>>();

  constructor(parts: SharingParts) {
    this.#parts = parts;
  }

  begin(): void {
    const { hosts, dice } = this.#parts;
    for (let n = 0; n < hosts; n++) this.#comes(dice.of(COME_MS));
  }

  pick(): Life | undefined {
    const open = this.#open;
    return open.length === 0 ? undefined : this.#parts.dice.of(open);
  }

  get asked(): readonly Life[] {
    return this.#living;
  }

  get rests(): boolean {
    const open = this.#open;
    return open.length > 0 && open.length === this.#living.length && this.#isPlaced(open);
  }

  befall(fault: HostFault): void {
    const { dice, faults, turns } = this.#parts;
    const open = this.#open;
    if (fault.fault === "join") {
      if (this.#living.length + this.#coming >= MOST_HOSTS) return;
      faults.note("join");
      return this.#comes(0);
    }
    if (fault.fault === "takeover") {
      const owned = this.#owned;
      return owned.length === 0 ? undefined : this.#takeAway(dice.of(owned), fault.turns);
    }
    const some = fault.fault === "kill" ? this.#living : open;
    if (some.length === 0) return;
    faults.note(fault.fault);
    const life = dice.of(some);
    if (fault.fault === "kill") life.kill("killed", this.#leaseMs());
    else turns.add(life.number, () => void life.close());
  }

  appends(number: number, stream: string): void {
    const turns = this.#parts.faults.usurps();
    const life = this.#open.find((one) => one.number === number);
    const p = this.#partitionOf(stream);
    if (turns !== undefined && life !== undefined && isOwner(this.#parts.store, life, p))
      this.#takeAway({ life, p }, turns);
  }

  renew(streams: Iterable<string>): void {
    const partitions = new Set(Array.from(streams, (stream) => this.#partitionOf(stream)));
    for (const life of this.#open)
      if (life.host.placement().partitions.some((p) => partitions.has(p)))
        this.#parts.turns.add(life.number, () => void life.close());
  }

  /** What it had goes to others, as it said. */
  failed(life: Life): void {
    void life.close("failed");
  }

  ended(life: Life): void {
    const { dice, store, fault, faults } = this.#parts;
    this.#stale.delete(life);
    if (this.#over) return;
    const id = life.host?.placement().id ?? "";
    const isLeft = store.owners.some((owner) => owner?.name === id) && !faults.happened.has("claim");
    if (life.end === "closed" && (store.hosts.has(id) || isLeft))
      fault(`life ${life.number} closed, and did not give all back`);
    const stays = this.#living.length + this.#coming > 0 && dice.percent(STAY_AWAY);
    if (!stays) this.#comes(dice.of(BACK_MS));
  }

  isStale(life: Life, stream: string): boolean {
    return this.#stale.get(life)?.has(this.#partitionOf(stream)) === true;
  }

  hasTwoOwners(stream: string): boolean {
    return this.lives.some((life) => this.isStale(life, stream));
  }

  readonly stop = (): void => void (this.#over = true);

  get #living(): readonly Life[] {
    return this.lives.filter(({ end }) => end === undefined);
  }

  get #open(): readonly Opened[] {
    return this.#living.filter((life): life is Opened => life.host?.failed.aborted === false);
  }

  #comes(afterMs: number): void {
    this.#coming++;
    this.#parts.turns.after(OUTSIDE, afterMs, () => {
      this.#coming--;
      this.lives.push(this.#parts.next(this.lives.length + 1));
    });
  }

  #leaseMs(): number {
    return this.#parts.dice.percent(50) ? LEASE_MS : 0;
  }

  /** Who owns what. */
  get #owned(): readonly Holding[] {
    const { store } = this.#parts;
    return this.#open.flatMap((life) =>
      life.host.placement().partitions.flatMap((p) => (isOwner(store, life, p) ? [{ life, p }] : [])),
    );
  }

  /** Its lease is free; it goes on for a while, then it hears of that, or dies. */
  #takeAway({ life, p }: Holding, turnsLeft: number): void {
    const { faults, store, turns } = this.#parts;
    faults.note("takeover");
    const lose = life.loser(p);
    const stale = this.#stale.get(life) ?? new Set();
    this.#stale.set(life, stale.add(p));
    life.stale.add(p);
    store.owners[p] = undefined;
    store.changed.ring();
    goOnFor(
      turnsLeft,
      { life, turns },
      {
        dies: () => life.kill("lost", this.#leaseMs()),
        hears() {
          lose();
          stale.delete(p);
        },
      },
    );
  }

  #isPlaced(open: readonly Opened[]): boolean {
    const { store } = this.#parts;
    const views = open.map(({ host }) => host.placement());
    const counts = views.map(({ partitions }) => partitions.length);
    return (
      Math.max(...counts) - Math.min(...counts) <= 1 &&
      store.owners.every((owner, p) => {
        const owning = views.filter(({ partitions }) => partitions.includes(p));
        return owning.length === 1 && owning[0]?.id === owner?.name;
      })
    );
  }

  #partitionOf(stream: string): number {
    return partitionOf(rootOf(stream), this.#parts.store.partitions);
  }
}

function isOwner({ owners }: MemoryStore, { host }: Opened, partition: number): boolean {
  return owners[partition]?.name === host.placement().id;
}
