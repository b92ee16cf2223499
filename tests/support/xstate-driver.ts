/**
 * The smallest host that can run a machine through the Stepper: one queue, a virtual clock, no
 * log but a list. It exists to compare the Stepper with XState, and rebuilds its states after
 * every record as a crash would.
 */
import type { AnyActorLogic } from "xstate";
import { ACTION_FAILED } from "../../src/actors/xstate/contract.ts";
import { copy, replay } from "./xstate-replay.ts";
import type { DrivenActor, Recorded } from "./xstate-replay.ts";
import type {
  ChildStart,
  Effect,
  EncodedEvent,
  Identity,
  Resident,
  State,
  Stepped,
  Stepper,
} from "../../src/actors/xstate/contract.ts";
import { createStepper } from "../../src/actors/xstate/stepper.ts";
import type { Json } from "../../src/events/json.ts";
import { encodeError } from "../../src/actors/xstate/encode.ts";

/**
 * How an actor's state is had between two records: as it is, through JSON into a new process,
 * or by replay of all its records in a new process.
 */
export type Between = "live" | "persisted" | "replayed";

interface Timer {
  readonly owner: string;
  readonly name: string;
  readonly to: string;
  readonly event: EncodedEvent;
  readonly dueAt: number;
}

export interface DriverOptions {
  readonly between?: Between;
  readonly strict?: boolean;
  readonly logger?: (...args: unknown[]) => void;
}

export class Driver {
  readonly actors = new Map<string, DrivenActor>();
  readonly emitted: unknown[] = [];
  stepper: Stepper;
  private readonly residents = new Map<string, { resident: Resident; start: ChildStart }>();
  private readonly registry = new Map<string, string>();
  private readonly queue: (() => void)[] = [];
  private timers: Timer[] = [];
  private nowMs = 0;
  private readonly options: DriverOptions;

  constructor(options: DriverOptions = {}) {
    this.options = options;
    this.stepper = this.newStepper();
  }

  start(logic: AnyActorLogic, input?: Json): void {
    this.create({ address: "case/root", id: "root", logic, syncSnapshot: false }, input);
    this.drain();
  }

  send(path: readonly string[], event: EncodedEvent): void {
    let address = "case/root";
    for (const id of path) address = this.childOf(address, id);
    this.post(address, event);
    this.drain();
  }

  stop(): void {
    this.end("case/root");
    this.drain();
  }

  /** Lets time pass: timers fire in order, promises settle in between. */
  async pass(ms: number): Promise<void> {
    const until = this.nowMs + ms;
    for (;;) {
      const next = this.timers.toSorted((a, b) => a.dueAt - b.dueAt)[0];
      if (next === undefined || next.dueAt > until) break;
      this.nowMs = Math.max(this.nowMs, next.dueAt);
      this.timers = this.timers.filter((timer) => timer !== next);
      this.post(next.to, next.event);
      await this.settle();
    }
    this.nowMs = until;
    await this.settle();
  }

  async settle(): Promise<void> {
    this.drain();
    for (let i = 0; i < 6; i++) {
      await new Promise(setImmediate);
      this.drain();
    }
  }

  get root(): State {
    return this.actor("case/root").state;
  }

  /** Ends what still runs, so that no test leaks into the next. */
  close(): void {
    for (const { resident } of this.residents.values()) resident.stop();
  }

  private newStepper(): Stepper {
    return createStepper({
      relay: (_from, to, event) => void this.queue.push(() => this.deliver(to, event)),
      snapshotOf: (address) =>
        this.actors.get(address)?.state.snapshot ?? {
          status: "active",
          output: undefined,
          error: undefined,
        },
      system: () => this.directory(),
      logger: this.options.logger ?? (() => {}),
      strict: this.options.strict ?? true,
    });
  }

  private directory() {
    const { registry } = this;
    return { get: (id: string) => registry.get(id), all: () => Object.fromEntries(registry) };
  }

  private create(identity: Identity, input: Json | undefined): void {
    const birth = input === undefined ? {} : { input };
    const stepped = this.stepper.start(identity, birth, 1, this.directory());
    this.actors.set(identity.address, { identity, records: [], state: stepped.state });
    this.record(identity.address, { type: "born", ...birth }, stepped);
  }

  private deliver(to: string, event: EncodedEvent): void {
    const resident = this.residents.get(to);
    if (resident !== undefined) {
      resident.resident.send(event);
      return;
    }
    const actor = this.actors.get(to);
    if (actor === undefined || actor.state.snapshot.status !== "active") return;
    const seq = actor.records.length + 1;
    const stepped = this.stepper.step(actor.identity, actor.state, event, seq, this.directory());
    this.record(to, { type: "event", event }, stepped);
  }

  /** The append: from here on the step has happened. */
  private record(address: string, what: Recorded, stepped: Stepped): void {
    const actor = this.actor(address);
    const hash = this.stepper.hash(stepped.state, stepped.effects);
    actor.records.push({ what, hash, lookups: stepped.lookups ?? {} });
    actor.state = this.rebuilt(actor, stepped.state);
    if (actor.state.snapshot.status !== "active") this.forget(address);
    for (const effect of stepped.effects) this.perform(address, effect);
  }

  private rebuilt(actor: DrivenActor, state: State): State {
    const { between = "live" } = this.options;
    if (between === "live") return state;
    const before = this.stepper;
    this.stepper = this.newStepper();
    const rebuilt =
      between === "persisted"
        ? this.stepper.revive(actor.identity, copy(before.persist(actor.identity, state)))
        : replay(this.stepper, actor);
    const [was, is] = [before.hash(state, []), this.stepper.hash(rebuilt, [])];
    if (was !== is) throw new Error(`${between} state of ${actor.identity.address} has another hash`);
    return rebuilt;
  }

  private perform(by: string, effect: Effect): void {
    switch (effect.type) {
      case "action":
        return this.act(by, effect);
      case "send":
        this.queue.push(() => this.deliver(effect.to, effect.event));
        return;
      case "start":
        if (effect.child.systemId !== undefined)
          this.registry.set(effect.child.systemId, effect.child.address);
        this.queue.push(() => this.startChild(by, effect.child));
        return;
      case "stop":
        this.forgetNames(effect.child);
        this.queue.push(() => this.end(effect.child));
        return;
      case "timer":
        this.cancel(by, effect.timer);
        this.timers.push({
          ...effect,
          owner: by,
          name: effect.timer,
          dueAt: this.nowMs + effect.delayMs,
        });
        return;
      case "cancel":
        return this.cancel(by, effect.timer);
      case "emit":
        if (by === "case/root") this.emitted.push(this.stepper.decode(effect.event));
        return;
    }
  }

  private act(by: string, effect: Extract<Effect, { type: "action" }>): void {
    try {
      effect.run();
    } catch (error) {
      const event = { type: ACTION_FAILED, error: encodeError(error) };
      this.queue.push(() => this.deliver(by, event));
    }
  }

  private startChild(by: string, start: ChildStart): void {
    const parent = this.actor(by);
    const logic = this.stepper.childLogic(parent.identity.logic, start.src);
    const { address, id, syncSnapshot, logicType } = start;
    const identity = { address, id, logic, parent: { address: by }, syncSnapshot };
    if (logicType === "machine" || logicType === "transition") {
      this.create(identity, start.input);
      return;
    }
    const resident = this.stepper.run({
      identity,
      logicType,
      ...(start.input !== undefined && { input: start.input }),
      syncSnapshot,
      sent: (to, event) => void this.queue.push(() => this.deliver(to, event)),
      ended: (event) => void this.queue.push(() => this.endResident(by, start, event)),
    });
    this.residents.set(address, { resident, start });
  }

  private endResident(parent: string, { address, id }: ChildStart, event: EncodedEvent): void {
    if (!this.residents.delete(address)) return;
    this.forgetNames(address);
    if (this.stepper.childAddress(this.actor(parent).state, id) === address)
      this.deliver(parent, event);
  }

  private end(address: string): void {
    this.residents.get(address)?.resident.stop();
    this.residents.delete(address);
    const actor = this.actors.get(address);
    if (actor === undefined || actor.state.snapshot.status !== "active") return;
    const stepped = this.stepper.stop(actor.identity, actor.state, actor.records.length + 1);
    this.record(address, { type: "stopped" }, stepped);
  }

  private post(to: string, event: EncodedEvent): void {
    this.queue.push(() => this.deliver(to, event));
  }

  private drain(): void {
    for (let task = this.queue.shift(); task !== undefined; task = this.queue.shift()) task();
  }

  private forget(address: string): void {
    this.timers = this.timers.filter((timer) => timer.owner !== address);
    this.forgetNames(address);
  }

  private forgetNames(address: string): void {
    for (const [id, holder] of this.registry)
      if (holder === address || holder.startsWith(`${address}:`)) this.registry.delete(id);
  }

  private cancel(owner: string, name: string): void {
    this.timers = this.timers.filter((timer) => timer.owner !== owner || timer.name !== name);
  }

  childOf(address: string, id: string): string {
    const child = this.stepper.childAddress(this.actor(address).state, id);
    if (child === undefined) throw new Error(`${address} has no child "${id}"`);
    return child;
  }

  actor(address: string): DrivenActor {
    const actor = this.actors.get(address);
    if (actor === undefined) throw new Error(`no actor ${address}`);
    return actor;
  }
}
