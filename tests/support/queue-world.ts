/**
 * A queue with its jobs, without a host: commands at times that the test says, its one alarm,
 * and every message carried at once, in order. A job that is told what it cannot take is a fault.
 */
import { initialTransition, transition, type SnapshotFrom } from "xstate";
import type { Refusal } from "../../src/errors.ts";
import { during } from "../../src/events/now.ts";
import type { JobFact, JobInput, JobMessage } from "../../src/events/queue/job.ts";
import {
  QueueCommand,
  QueueInput,
  type QueueFact,
  type QueueTick,
} from "../../src/events/queue/queue.ts";
import type { ActorMessage, ActorStart } from "../../src/machines/host-actions.ts";
import type { QueueContext } from "../../src/machines/queue/board.ts";
import { jobMachine } from "../../src/machines/queue/job.ts";
import { queueMachine } from "../../src/machines/queue/queue.ts";
import { refusalOf } from "../../src/machines/queue/refusals.ts";

/** One lease, as it was granted. */
export interface Grant {
  readonly job: number;
  readonly lease: number;
  readonly worker: string;
  readonly at: number;
}

type JobSnapshot = SnapshotFrom<typeof jobMachine>;
interface Action {
  readonly type: string;
  readonly params: unknown;
}

/** An alarm that rings so often in one moment never ends. */
const MANY = 50;

export class QueueWorld {
  at = 1_000_000;
  readonly facts: QueueFact[] = [];
  readonly jobFacts: JobFact[] = [];
  readonly grants: Grant[] = [];
  readonly jobs = new Map<number, JobSnapshot>();
  /** When the alarm rings. */
  alarm: number | undefined;
  /** Is called each time the alarm rings, before it is heard. */
  onRing = (): void => {};
  #snapshot: SnapshotFrom<typeof queueMachine>;

  constructor(settings: object = {}) {
    const input = QueueInput.parse({ name: "q", settings });
    const [snapshot, actions] = during(this.at, () => initialTransition(queueMachine, input));
    this.#snapshot = snapshot;
    this.#take(actions as readonly Action[]); // as xstate has them
  }

  get board(): QueueContext {
    return this.#snapshot.context;
  }

  get paused(): boolean {
    return this.#snapshot.value === "PAUSED";
  }

  /** As from outside. @returns why it is refused. */
  tell(command: object): Refusal | undefined {
    const read = QueueCommand.parse(command);
    const refusal = during(this.at, () => refusalOf(this.board, read));
    if (refusal === undefined) this.step(read);
    return refusal;
  }

  /** Without asking first, as another actor sends it. */
  step(event: QueueCommand | QueueTick): void {
    const [snapshot, actions] = during(this.at, () => transition(queueMachine, this.#snapshot, event));
    this.#snapshot = snapshot;
    this.#take(actions as readonly Action[]); // as xstate has them
  }

  /** Lets time pass; the alarm rings whenever it is due. */
  pass(ms: number): void {
    const until = this.at + ms;
    let rung = 0;
    while (this.alarm !== undefined && this.alarm <= until) {
      rung = this.alarm > this.at ? 0 : rung + 1;
      if (rung > MANY) throw new Error(`the alarm rings without end at ${this.at}`);
      this.at = Math.max(this.at, this.alarm);
      this.alarm = undefined;
      this.onRing();
      this.step({ type: "TICK" });
    }
    this.at = until;
  }

  /** A host that dies, and another one that finds what the log holds. */
  crash(): void {
    const { value } = this.#snapshot;
    const context = JSON.parse(JSON.stringify(this.board)) as QueueContext; // what was written
    this.#snapshot = queueMachine.resolveState({ value, context });
  }

  #take(actions: readonly Action[]): void {
    for (const { type, params } of actions) {
      if (type === "xstate.emit") this.facts.push((params as { event: QueueFact }).event);
      else if (type === "xstate.cancel") this.alarm = undefined;
      else if (type === "xstate.raise") this.#set(params as { delay?: number });
      else if (type === "startActor") this.#start(params as ActorStart);
      else if (type === "sendToActor") this.#send(params as ActorMessage);
      else throw new Error(`what is ${type}?`);
    }
  }

  #set({ delay = 0 }: { readonly delay?: number }): void {
    if (this.alarm !== undefined) throw new Error("two alarms are set");
    this.alarm = this.at + delay;
  }

  #start({ id, input }: ActorStart): void {
    if (this.jobs.has(Number(id))) throw new Error(`job ${id} is started twice`);
    const given = input as JobInput; // the queue says it, and its schema is the host's to check
    const [snapshot, actions] = during(this.at, () => initialTransition(jobMachine, given));
    this.#move(Number(id), snapshot, actions as readonly Action[]); // as xstate has them
  }

  #send({ to, event }: ActorMessage): void {
    const number = Number(to.replace("job/q:", ""));
    const job = this.jobs.get(number);
    const told = event as JobMessage; // the queue tells its jobs nothing else
    if (job === undefined) throw new Error(`${to} is told ${told.type} before its start`);
    if (!during(this.at, () => job.can(told)))
      throw new Error(`${to} is ${String(job.value)}, and told ${told.type}`);
    if (told.type === "LEASED") {
      const { lease, worker } = told;
      this.grants.push({ job: number, lease, worker, at: this.at });
    }
    const [snapshot, actions] = during(this.at, () => transition(jobMachine, job, told));
    this.#move(number, snapshot, actions as readonly Action[]); // as xstate has them
  }

  #move(number: number, snapshot: JobSnapshot, actions: readonly Action[]): void {
    this.jobs.set(number, snapshot);
    for (const { type, params } of actions)
      if (type === "xstate.emit") this.jobFacts.push((params as { event: JobFact }).event);
  }
}
