/**
 * The running part of a host: its live actors, and the one place where inputs find them.
 *
 * - A12. Nothing of a former owner's is done before that actor's `troupe.recovered` is recorded,
 *   and no send before every child start is out.
 * - A failed host does nothing more: whoever opens the log next goes on from what is on disk.
 */
import { randomBytes } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { EventLog } from "../events/log/log.ts";
import type { RecordedEvent } from "../events/record.ts";
import type { Projections } from "../projections/face.ts";
import { LiveActor } from "./actor.ts";
import { alarms } from "./alarms.ts";
import { markOf } from "./causes.ts";
import type { Away } from "./away/away.ts";
import type { Clock } from "./clock.ts";
import { directories } from "./directories.ts";
import type { Fold } from "./fold.ts";
import type { Input } from "./inputs.ts";
import { harmless } from "./harmless.ts";
import { assertOpen, kindNamed, parseOutside, type Kinds } from "./kind.ts";
import { hostFailed } from "./parking.ts";
import type { Routes } from "./placement/routes.ts";
import { assertKinds, takeStock, type Stock } from "./recover.ts";
import type { RunningResident } from "./residents.ts";
import { type CrashPoint, type Parked, type Progress, type Runtime, type Settings } from "./runtime.ts";
import { watchers, type Watchers } from "./waits.ts";
import { passivation } from "./resting.ts";
import type { StandIns } from "./stand-ins.ts";
import { kindOfLogic } from "./versions.ts";
import { createStepper } from "./xstate/stepper.ts";

export interface RunnerOptions extends Settings {
  readonly log: EventLog;
  readonly kinds: Kinds;
  readonly clock: Clock;
  readonly epoch: number;
  readonly projections: Projections;
  readonly strict: boolean;
  readonly warn: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  readonly at: (point: CrashPoint, address: string) => void;
  readonly progressed: (progress: Progress) => void;
  /** Stands, before the epoch, in the id of every record that it writes. Default: random. */
  readonly writer?: string;
  /** The way to actors of other partitions. Default: it runs them all. */
  readonly routes?: Routes;
  /** The way to hosts with other labels. Default: there is no other host. */
  readonly away?: Away;
  /** In place of the world. Default: the world. */
  readonly standIns?: StandIns;
}

export interface Runner {
  readonly runtime: Runtime;
  readonly watchers: Watchers;
  /** Aborts with the reason when the host cannot go on. */
  readonly failed: AbortSignal;
  readonly actors: ReadonlyMap<string, LiveActor>;
  readonly parked: ReadonlyMap<string, Parked>;
  /** Offers an input from outside. @throws `HOST_CLOSED`, `HOST_FAILED`. */
  offer(address: string, input: Input): void;
  /** Takes over everything that is open; not `all`: only what is asked for. */
  recover(all: boolean, stock: Stock): Promise<void>;
  unpark(address: string): Promise<Parked | undefined>;
  skip(address: string, fold: Fold, seq: number): Promise<number>;
  /** Takes over what an actor owes, as a new owner does. */
  wake(address: string): Promise<void>;
  /** Resolves once no actor has anything to do. */
  quiet(): Promise<void>;
  /** Stops: what is under way is written, the rest stays owed. */
  close(): Promise<void>;
}

export function createRunner(options: RunnerOptions): Runner {
  const { kinds, routes } = options;
  const clock: Clock = {
    now: () => options.clock.now(),
    after: (ms, call) => options.clock.after(ms, harmless(call, fail)), // nobody else is there to catch
  };
  const warn = harmless(options.warn, () => {});
  const actors = new Map<string, LiveActor>();
  const parked = new Map<string, Parked>();
  const watching = watchers((error) => warn("a listener threw", { error }));
  const failing = new AbortController();
  const writer =
    options.writer === undefined
      ? randomBytes(8).toString("hex")
      : `${options.writer}-${options.epoch.toString(36)}`; // two owners who share it write no same id
  let written = 0;
  let closed = false;
  let recovered: (() => void)[] | undefined = [];

  const directory = directories();

  function offer(address: string, input: Input, fresh = false): void {
    if (!running()) return;
    if (routes?.isOwn(address) === false) return routes.send(address, input);
    let actor = actors.get(address);
    if (actor === undefined) {
      // whoever starts a root for the first time need not look for it: one that is there refuses the append
      actor = new LiveActor(runtime, address, fresh || input.type === "birth");
      actors.set(address, actor);
    }
    actor.offer(input);
  }

  function takeOver(address: string): Promise<void> {
    const actor = actors.get(address) ?? new LiveActor(runtime, address, false);
    actors.set(address, actor);
    actor.wake();
    return actor.settled();
  }

  function relay(from: string | undefined, to: string, event: RecordedEvent): void {
    const acting = runtime.acting.current;
    if (acting === undefined) {
      if (from === undefined) parseOutside(kindNamed(kinds, parseAddress(to).kind), event);
      else assertOpen(event.type);
      const source = from ?? "outside";
      offerMessage(to, { type: "message", from: source, cause: `${source}@${runtime.newId()}`, event });
      return;
    }
    const done = actors.get(acting.address)?.expectRecord(acting.seq);
    const cause = `${acting.effect}/${acting.sent++}`;
    offerMessage(to, {
      type: "message",
      from: acting.address,
      cause,
      event,
      ...(done !== undefined && { done }),
    });
  }

  /** Behind the take-over: the start of its receiver may be owed by an actor that has yet to recover. */
  function offerMessage(to: string, input: Extract<Input, { type: "message" }>): void {
    runtime.onceRecovered(() => {
      const resident = runtime.residents.get(to);
      if (resident === undefined) return offer(to, input);
      resident.send(input.event);
      input.done?.(0);
    });
  }

  function fail(error: unknown): void {
    if (failing.signal.aborted) return;
    failing.abort(error);
    stopWork();
    const why = hostFailed(error);
    for (const actor of actors.values()) actor.drop(why);
    watching.closed(why);
  }

  function stopWork(): void {
    resting.stop();
    ringing.clear();
    for (const resident of runtime.residents.values()) resident.stop();
    runtime.residents.clear();
  }

  const running = (): boolean => !closed && !failing.signal.aborted;
  const ringing = alarms(clock, (address, id) => offer(address, { type: "timer", id }));
  const { idleMs, loadedLimit } = options;
  const watched = watching.has;
  const resting = passivation({ actors, clock, idleMs, loadedLimit, running, watched });

  const runtime: Runtime = {
    ...options,
    clock,
    warn,
    progressed: harmless(options.progressed, (error) => warn("a listener threw", { error })),
    running,
    directory,
    offer,
    idle: resting.idle,
    fail,
    foldOf: (address) => actors.get(address)?.fold,
    newId: () => `${writer}-${(written++).toString(36)}`,
    residents: new Map<string, RunningResident>(),
    turns: { taken: 0 },
    turn: () => options.clock.turn?.() ?? nextTurn(),
    acting: { current: undefined },
    arm: (address, timers) => ringing.arm(address, running() ? timers : undefined),
    started: (address, resident, id) => actors.get(address)?.ledger.started.set(resident, id),
    onceRecovered: (call) => (recovered === undefined ? call() : void recovered.push(call)),
    park(one) {
      parked.set(one.address, one);
      warn("parked", { ...one });
      watching.moved(one.address);
    },
    published(address) {
      watching.moved(address);
      const actor = actors.get(address);
      if (actor?.seen !== undefined)
        options.standIns?.moved(address, { ...actor.seen, open: () => openIn(actor) });
    },
    emitted: watching.emitted,
    stepper: createStepper({
      relay,
      snapshotOf: (address) => snapshotOf(actors.get(address), address),
      system: directory,
      logger: (...args) => warn("log", { args }),
      strict: options.strict,
      kindOf: (logic) => kindOfLogic(kinds, logic),
    }),
  };

  return {
    runtime,
    watchers: watching,
    failed: failing.signal,
    actors,
    parked,
    offer(address, input) {
      if (failing.signal.aborted) throw hostFailed(failing.signal.reason);
      if (closed)
        throw new TroupeError("HOST_CLOSED", "the host is closed", { hint: "Open a new host." });
      offer(address, input);
    },
    async recover(all, stock) {
      let open = await takeStock(stock, directory);
      const taken = new Set<string>();
      while (all && open.length > 0) {
        assertKinds(open, kinds);
        for (const { address } of open) taken.add(address);
        await Promise.all(open.map(({ address }) => takeOver(address)));
        // a zombie went on until each was taken over: what it started and settled is owed by nobody else
        const now = running() ? await stock.openNow() : [];
        open = now.filter(({ address }) => !taken.has(address) && !actors.has(address));
      }
      const calls = recovered ?? [];
      recovered = undefined;
      for (const call of calls) call();
    },
    async unpark(address) {
      const actor = actors.get(address);
      if (actor?.parked === undefined) return undefined;
      parked.delete(address);
      actor.unpark();
      await actor.settled();
      return actor.parked;
    },
    wake: takeOver,
    skip(address, fold, seq) {
      parked.delete(address);
      const actor = actors.get(address) ?? new LiveActor(runtime, address, false);
      actors.set(address, actor);
      return actor.skip(fold, seq);
    },
    async quiet() {
      for (;;) {
        const busy = [...actors.values()].filter((actor) => actor.busy);
        if (busy.length === 0) return;
        await Promise.all(busy.map((actor) => actor.settled()));
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      stopWork();
      await Promise.all([...actors.values()].map((actor) => actor.settled()));
      const error = new TroupeError("HOST_CLOSED", "the host is closed", {
        hint: "Open a new host, then send it again.",
      });
      for (const actor of actors.values()) {
        actor.drop(error);
        if (!failing.signal.aborted) {
          await actor.finish().catch(fail); // the others, and whoever waits, still get their end
          await actor.rest();
        }
      }
      watching.closed(error);
    },
  };
}

function snapshotOf(
  actor: LiveActor | undefined,
  address: string,
): NonNullable<LiveActor["seen"]>["snapshot"] {
  if (actor?.seen !== undefined) return actor.seen.snapshot;
  throw new TroupeError("SNAPSHOT_UNKNOWN", `the state of "${address}" is not in memory`, {
    hint: "Read it with host.actor(address).snapshot().",
  });
}

function openIn({ fold, ledger }: LiveActor): number {
  if (fold === undefined) return 0;
  const owed = [...fold.outbox.keys()].filter((id) => !ledger.settling.has(id));
  const actions = [...fold.actions.keys()].filter((id) => markOf(id).seq > ledger.ran);
  return owed.length + actions.length + fold.residents.size + fold.timers.size;
}
