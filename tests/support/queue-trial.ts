/** A queue and its model, asked the same, and what holds whatever is asked. */
import assert from "node:assert/strict";
import { Schedule } from "../../src/events/queue/schedule.ts";
import type { Refusal } from "../../src/errors.ts";
import { standOf } from "../../src/agents/queue/views.ts";
import type { Ask, AskedEnd, AskedOrder } from "./queue-asks.ts";
import { QueueModel } from "./queue-model.ts";
import type { End, ModelJob, Order } from "./queue-model-parts.ts";
import { factText, grantText, STATUS } from "./queue-texts.ts";
import { QueueWorld, type Grant } from "./queue-world.ts";

/** As much in any time as the rate and one burst bring; its numbers are fractions, and so is a little more. */
const A_LITTLE = 1e-3;

type Asked<T extends Ask["ask"]> = Extract<Ask, { readonly ask: T }>;

export class Trial {
  readonly model = new QueueModel();
  readonly world: QueueWorld;
  readonly #faults: string[] = [];
  /** Grants since the settings changed last. */
  #since = 0;
  /** What has been compared before. */
  #granted = 0;
  #said = 0;

  constructor(settings: object = {}) {
    this.world = new QueueWorld(settings);
    this.model.at = this.world.at;
    this.model.configure(settings);
    this.world.onRing = () => {
      this.model.at = this.world.at;
      this.model.tick();
    };
  }

  do(asked: Ask): void {
    this.model.at = this.world.at;
    switch (asked.ask) {
      case "pass":
        return this.#pass(asked);
      case "crash":
        return this.world.crash();
      case "add":
        return this.#add(asked);
      case "cancel":
      case "retry":
        return this.#oneJob(asked);
      case "report":
        return this.#report(asked);
      case "join":
      case "heartbeat":
      case "leave":
        return this.#worker(asked);
      case "schedule":
      case "unschedule":
        return this.#schedule(asked);
      case "configure":
      case "pause":
      case "resume":
        return this.#settings(asked);
    }
  }

  /** Both say the same, and the alarm misses nothing. */
  agree(): void {
    const { model, world } = this;
    const granted = world.grants.slice(this.#granted).map(grantText);
    assert.deepEqual(granted, model.granted.slice(this.#granted), "leases granted");
    assert.deepEqual(
      world.facts.slice(this.#said).map(factText),
      model.said.slice(this.#said),
      "facts",
    );
    this.#count();
    this.#granted = world.grants.length;
    this.#said = world.facts.length;
    for (const job of model.jobs) {
      const actor = world.jobs.get(job.number);
      const status = String(actor?.value);
      assert(
        STATUS[job.stand].includes(status),
        `job ${job.number} is ${job.stand}, its actor ${status}`,
      );
      const { attempts, failures, retries, cancelling } = job;
      const percent = job.stand === "completed" ? 100 : 0;
      const said = { attempts, failures, retries, cancelling, percent };
      assert.partialDeepStrictEqual(actor?.context, said);
    }
    const { open, queued, running, waiting, failed } = standOf(snapshotOf(world));
    const counted = { open, queued, running, waiting, failed };
    assert.deepEqual(counted, countsOf(model), "stats");
    const earliest = model.earliest();
    const alarm = world.alarm ?? Infinity;
    assert(alarm <= Math.max(earliest, world.at), `the alarm rings at ${alarm}, due is ${earliest}`);
  }

  /** Everybody works until nothing is left: no job is lost. */
  end(): void {
    for (const { id } of this.model.schedules) this.do({ ask: "unschedule", id });
    this.do({ ask: "configure", settings: {} });
    this.do({ ask: "resume" });
    this.do({ ask: "join", worker: "last", slots: 10_000, handlers: undefined });
    for (let rounds = 0; rounds < 5 && this.#open().length > 0; rounds++) {
      for (const { worker } of this.#open()) if (worker !== "") this.#finish(worker);
      this.do({ ask: "pass", ms: 1_001, asleep: false });
    }
    this.agree();
    assert.deepEqual(this.#open(), [], "jobs that are open although all have worked");
  }

  /** What holds whatever the model says. */
  judge(): readonly string[] {
    const leases = this.world.grants.map(({ lease }) => lease);
    if (leases.some((lease, index) => lease <= (leases[index - 1] ?? 0)))
      this.#faults.push("a fencing number is not greater than the one before");
    const ends = this.world.jobFacts.filter(({ type }) => /completed|cancelled/.test(type));
    if (new Set(ends.map(({ data }) => data.job)).size !== ends.length)
      this.#faults.push("a job has ended twice");
    const fired = this.world.facts.flatMap(({ type, data }) =>
      type === "queue.fired" ? [`${data.schedule} ${data.due}`] : [],
    );
    if (new Set(fired).size !== fired.length) this.#faults.push("a moment of a schedule came twice");
    return this.#faults;
  }

  #open(): ModelJob[] {
    return this.model.jobs.filter(({ stand }) => ["waiting", "queued", "running"].includes(stand));
  }

  #finish(worker: string): void {
    const held = this.model.running().filter((job) => job.worker === worker);
    const ended = held.map(({ number, lease }) => ({ job: number, lease, ...COMPLETED }));
    if (ended.length > 0) this.#ended(worker, ended, false);
  }

  #pass({ ms, asleep }: Asked<"pass">): void {
    if (asleep) this.world.at += ms;
    else this.world.pass(ms);
    this.model.at = this.world.at;
  }

  #add({ orders }: Asked<"add">): void {
    const given = orders.map((order) => this.#order(order));
    this.#same(this.world.tell({ type: "ADD", jobs: given }), this.model.add(given));
  }

  #oneJob({ ask, back, blind }: Asked<"cancel" | "retry">): void {
    const failed = this.model.jobs.filter(({ stand }) => stand === "failed").at(-1 - back);
    const any = Math.max(1, this.model.jobs.length - back * 2);
    const number = ask === "retry" ? (failed?.number ?? any) : any;
    const type = ask === "cancel" ? "CANCEL" : "RETRY";
    this.#tell({ type, job: String(number) }, this.model[ask](number), blind);
  }

  #report({ worker, ends, blind }: Asked<"report">): void {
    const [{ late, back } = { late: true, back: 0 }] = ends;
    const own = late ? worker : (this.model.running().at(-1 - back)?.worker ?? worker);
    const all = ends.flatMap((end) => this.#end(own, end));
    if (all.length > 0) this.#ended(own, all, blind);
  }

  #end(worker: string, { back, late, how, retryInMs }: AskedEnd): End[] {
    const own = this.model.running().filter((job) => job.worker === worker);
    const held = own.map(({ number, lease }) => ({ job: number, lease }));
    const some: readonly Pick<Grant, "job" | "lease">[] = late ? this.world.grants : held;
    const one = some.at(-1 - back);
    return one === undefined ? [] : [{ job: one.job, lease: one.lease, how, retryInMs }];
  }

  #ended(worker: string, ends: readonly End[], blind: boolean): void {
    const ended = ends.map(({ job, lease, how, retryInMs }) => ({
      job: String(job),
      lease,
      ...(how === "cancelled" && { cancelled: true }),
      ...((how === "failed" || how === "retry") && { failure: { code: "X", message: "x" } }),
      ...(how === "retry" && { retryInMs }),
    }));
    this.#tell({ type: "REPORT", worker, ended }, this.model.report(worker, ends), blind);
  }

  #worker(asked: Asked<"join" | "heartbeat" | "leave">): void {
    const { worker } = asked;
    if (asked.ask === "leave")
      return this.#tell({ type: "LEAVE", worker }, this.model.leave(worker), false);
    if (asked.ask === "join") {
      const { slots, handlers } = asked;
      const command = { type: "JOIN", worker, slots, ...(handlers && { handlers }) };
      return this.#tell(command, this.model.join(worker, slots, handlers), false);
    }
    const own = this.model.running().filter((job) => job.worker === worker);
    const known = asked.knows ? own.map(({ number }) => number) : [];
    const command = { type: "HEARTBEAT", worker, jobs: known.map(String) };
    return this.#tell(command, this.model.heartbeat(worker, known), false);
  }

  #schedule(asked: Asked<"schedule" | "unschedule">): void {
    const { id } = asked;
    if (asked.ask === "unschedule")
      return this.#tell({ type: "UNSCHEDULE", id }, this.model.unschedule(id), true);
    const { when } = asked;
    const job = this.#order(asked.order);
    const moment = "inMs" in when ? { at: this.world.at + when.inMs } : when;
    const expected = this.model.schedule(id, Schedule.parse(moment), job);
    return this.#tell({ type: "SCHEDULE", id, when: moment, job }, expected, false);
  }

  #settings(asked: Asked<"pause" | "resume" | "configure">): void {
    if (asked.ask === "configure") {
      const { settings } = asked;
      this.#count();
      this.#tell({ type: "CONFIGURE", settings }, this.model.configure(settings), false);
      this.#since = this.world.grants.length;
    } else if (asked.ask === "pause") this.#tell({ type: "PAUSE" }, this.model.pause(), false);
    else this.#tell({ type: "RESUME" }, this.model.resume(), false);
  }

  #order({ name, priority, key, inMs }: AskedOrder): Order {
    return {
      name,
      ...(priority !== undefined && { priority }),
      ...(key !== undefined && { key }),
      ...(inMs !== undefined && { scheduledAt: this.world.at + inMs }),
    };
  }

  /** `blind`: as another actor would send it, which asks nobody first. */
  #tell(command: object, expected: string | undefined, blind: boolean): void {
    if (!blind) return this.#same(this.world.tell(command), expected);
    this.world.step(command as Parameters<QueueWorld["step"]>[0]); // as its schema has it
  }

  #same(refusal: Refusal | undefined, expected: string | undefined): void {
    assert.equal(refusal?.code, expected, refusal?.message);
  }

  /** T-R2 in every time there is, and no more at work than may be. */
  #count(): void {
    const { settings, bucket } = this.model;
    const { rate, concurrency = Infinity } = settings;
    const { board, grants } = this.world;
    if (this.#granted < grants.length && board.work.size > concurrency)
      this.#faults.push(`${board.work.size} are at work, ${concurrency} may be`);
    if (rate === undefined) return;
    const here = grants.slice(this.#since);
    for (const last of grants.slice(Math.max(this.#granted, this.#since)))
      for (const { at, lease } of here) {
        const count = last.lease - lease + 1;
        if (count > 0 && count > bucket.burst + ((last.at - at) * rate.jobs) / rate.perMs + A_LITTLE)
          this.#faults.push(`${count} were granted from ${at} to ${last.at}`);
      }
  }
}

const COMPLETED = { how: "completed", retryInMs: 0 } as const;

function countsOf(model: QueueModel): object {
  return {
    open: model.count("waiting", "queued", "running", "failed"),
    queued: model.count("queued"),
    running: model.count("running"),
    waiting: model.count("waiting"),
    failed: model.count("failed"),
  };
}

function snapshotOf({ board, paused }: QueueWorld): Parameters<typeof standOf>[0] {
  const value = paused ? "PAUSED" : "OPEN";
  const snapshot = { status: "active", output: undefined, error: undefined, context: board, value };
  return snapshot as Parameters<typeof standOf>[0]; // with what a machine's has besides
}
