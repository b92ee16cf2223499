/**
 * Commands: what may be asked of a host from outside, in this process or another, with the
 * same checks (S1) and the same answers.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { TroupeError, WrongSequenceError } from "../errors.ts";
import { addressIn, parseAddress, rootOf } from "../events/address.ts";
import type { Json } from "../events/json.ts";
import { textFault } from "../events/log/admit.ts";
import type { Command } from "../events/log/log.ts";
import { withValues } from "../events/issues.ts";
import { migrationIn, RecordedEvent } from "../events/record.ts";
import { recordAt } from "./course.ts";
import { Delivered, ParkedShape, SentShape, Seq, Skip, Start, Send } from "./command-data.ts";
import { fork } from "./fork/fork.ts";
import { isTold } from "./fork/forked.ts";
import { Forked, ForkRequest } from "./fork/request.ts";
import type { Sent } from "./handle.ts";
import { notFound, type CommandInput } from "./inputs.ts";
import { kindNamed, parseInput, parseOutside, type AnyKind } from "./kind.ts";
import { load, type LoadEnv } from "./load.ts";
import { readRecord } from "./reads.ts";
import { arrivalsOn } from "./placement/arrivals.ts";
import type { Runner } from "./runner.ts";
import type { Parked } from "./runtime.ts";
import { untold } from "./zombies.ts";

/** What both a host and a client can be asked to do with an actor. */
export interface Commander {
  start(address: string, input: unknown, options: StartingOptions): Promise<number>;
  send(address: string, event: unknown, options: CommandOptions): Promise<Sent>;
  stop(address: string, options: CommandOptions): Promise<number>;
  parked(): Promise<readonly Parked[]>;
  unpark(address: string): Promise<Parked | undefined>;
  skip(address: string, seq: number, options: { readonly expected: number }): Promise<number>;
  /** Forks a run of the same log; `to` is the new run's id. */
  fork(to: string, request: ForkRequest): Promise<Forked>;
  /** What an actor of another partition sent; resolves with the seq of its record. For hosts alone. */
  deliver(address: string, input: Delivered): Promise<number>;
}

export interface CommandOptions {
  readonly id?: string | undefined;
  readonly trace?: string | undefined;
}
export interface StartingOptions extends CommandOptions {
  readonly correlation?: string | undefined;
}

/** Commands to a runner in this process. */
export function commander(runner: Runner): Commander {
  const { stepper, kinds, log } = runner.runtime;
  const once = arrivalsOn(log);
  const offered = (
    run: (settle: { done: (seq: number) => void; failed: (error: unknown) => void }) => void,
  ) => new Promise<number>((done, failed) => run({ done, failed }));
  const taken = (address: string, command: Pick<CommandInput, "cause" | "event" | "unfit" | "trace">) =>
    new Promise<Sent | number>((resolve, failed) => {
      const done: CommandInput["done"] = (seq, facts) => resolve(facts ? { seq, facts } : seq);
      runner.offer(address, { type: "command", ...command, done, failed });
    });
  const readBy = (kind: AnyKind, event: unknown): Pick<CommandInput, "event"> => {
    const encoded = stepper.encode(parseOutside(kind, event), "event");
    return { event: RecordedEvent.parse(encoded) };
  };
  /** A9. Of an id that somebody chose: what an earlier schema took is not refused for what the schema says now. */
  const readOrUnfit = (kind: AnyKind, event: unknown): Pick<CommandInput, "event" | "unfit"> => {
    try {
      return readBy(kind, event);
    } catch (error) {
      if (!TroupeError.is(error, "EVENT_INVALID")) throw error;
      return { event: { type: String(error.data["type"]) }, unfit: error };
    }
  };
  return {
    async start(address, input, { correlation, trace }) {
      assertTexts({ correlation, trace });
      const { kind, root, path } = parseAddress(address);
      const known = kindNamed(kinds, kind);
      if (path.length > 0)
        throw new TroupeError("ADDRESS_INVALID", `"${address}" is a child's address`, {
          hint: `Start a root such as "${kind}/${root}"; children are started by their parents.`,
        });
      const read = parseInput(known, input);
      const encoded = read === undefined ? {} : { input: stepper.encode(read, "input") };
      return offered((settle) =>
        runner.offer(address, {
          type: "birth",
          born: { id: root, ...encoded },
          correlation: correlation ?? root,
          trace,
          ...settle,
        }),
      );
    },
    async send(address, event, { id, trace }) {
      assertTexts({ id, trace });
      const kind = kindNamed(kinds, parseAddress(address).kind);
      const cause = `cmd:${id ?? randomUUID()}`;
      const read = id === undefined ? readBy(kind, event) : readOrUnfit(kind, event);
      const sent = await taken(address, { cause, ...read, trace });
      if (typeof sent === "object") return sent;
      const before = await readRecord(runner.runtime, address, sent); // it was sent again
      return { seq: sent, facts: before?.body.facts ?? [] };
    },
    async stop(address, { id = randomUUID(), trace }) {
      assertTexts({ id, trace });
      parseAddress(address);
      const event = { type: "troupe.stopped" };
      return offered((settle) =>
        runner.offer(address, { type: "control", event, cause: `cmd:${id}`, trace, ...settle }),
      );
    },
    parked: async () => [...runner.parked.values()],
    unpark: (address) => runner.unpark(address),
    async skip(address, seq, { expected }) {
      const tip = await runner.runtime.log.tip(address);
      if (tip !== expected) throw new WrongSequenceError(address, expected, tip);
      if (seq < 2 || seq > tip)
        throw new TroupeError("RECORD_INVALID", `record ${seq} of "${address}" cannot be skipped`, {
          hint: `Skip one of 2 to ${tip}; a birth cannot be left out.`,
        });
      await assertNoMigration(runner.runtime, address, seq);
      if (!runner.parked.has(address)) await assertBroken(runner.runtime, address);
      const fold = await load(runner.runtime, address, { skip: { seq, until: tip } });
      if (fold === undefined) throw notFound(address);
      if (!isTold(fold)) throw untold(fold); // the same fork again finds each record where it wrote it
      return runner.skip(address, fold, seq);
    },
    fork: (to, request) => fork(runner, log, to, request),
    async deliver(address, input) {
      kindNamed(kinds, parseAddress(address).kind);
      return once(address, input, () =>
        offered((settle) =>
          runner.offer(address, { type: "message", ...input, ...settle, remote: true }),
        ),
      );
    },
  };
}

/** What is behind a migration rests on nothing else. */
async function assertNoMigration(env: LoadEnv, address: string, seq: number): Promise<void> {
  const found = await recordAt(env.log, address, seq);
  if (found === undefined || migrationIn(found.body) === undefined) return;
  throw new TroupeError(
    "RECORD_INVALID",
    `record ${seq} of "${address}", a migration, cannot be skipped`,
    {
      hint: "Restore the code of the version that it led to.",
    },
  );
}

/** Nothing is taken out of a history that can be replayed. */
async function assertBroken(env: LoadEnv, address: string): Promise<void> {
  const broken = await load(env, address, { snapshots: false }).then(
    () => false,
    () => true,
  );
  if (broken) return;
  throw new TroupeError("RECORD_INVALID", `"${address}" is not parked`, {
    hint: "Skip records of parked actors only.",
  });
}

/** Texts from outside that stand around a record's body: one that cannot would keep the record from being written. */
function assertTexts(texts: Readonly<Record<string, string | undefined>>): void {
  for (const [name, text] of Object.entries(texts)) {
    const fault = text === undefined ? undefined : textFault(text);
    if (fault === undefined) continue;
    throw new TroupeError("RECORD_INVALID", `the option "${name}" ${fault}`, {
      hint: "Give plain printable text, or leave it out.",
      data: { option: name },
    });
  }
}

const ParkedList = z.array(ParkedShape);

/** @throws {@link TroupeError} `INPUT_INVALID` with every fault. */
function dataOf<T>(schema: z.ZodType<T>, data: Json, op: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const faults = z.prettifyError(withValues(parsed.error, data));
  throw new TroupeError("INPUT_INVALID", `the command "${op}" takes no such data: ${faults}`, {
    hint: "Give the data that the command takes, as docs/guide/subjects.md lists it.",
    data: { op },
  });
}

/** Answers a command that came over the log's channel. */
export async function answer(to: Commander, { op, address, id, data }: Command): Promise<Json> {
  switch (op) {
    case "start": {
      const { input, ...options } = dataOf(Start, data, op);
      return to.start(address, input, { ...options, id });
    }
    case "send": {
      const { event, trace } = dataOf(Send, data, op);
      const { seq, facts } = await to.send(address, event, { id, trace });
      return { seq, facts: [...facts] };
    }
    case "stop":
      return to.stop(address, { id });
    case "parked":
      return (await to.parked()).map(plain);
    case "unpark": {
      const parked = await to.unpark(address);
      return parked === undefined ? null : plain(parked);
    }
    case "skip": {
      const { seq, expected } = dataOf(Skip, data, op);
      return to.skip(address, seq, { expected });
    }
    case "fork":
      return to.fork(rootOf(address), dataOf(ForkRequest, data, op));
    case "deliver":
      return to.deliver(address, dataOf(Delivered, data, op));
    default:
      throw new TroupeError("USAGE", `a host knows no command "${op}"`, {
        hint: "Use the same version of Troupe on both sides.",
      });
  }
}

/** Commands to the owner of a log, wherever it lives. */
export function remoteCommander(
  request: (command: Command) => Promise<Json>,
  partitions: number,
): Commander {
  const ask = (op: string, address: string, id: string | undefined, data: Json): Promise<Json> =>
    request({ op, address, id: id ?? randomUUID(), data });
  const options = ({ trace }: CommandOptions): { trace?: string } =>
    trace === undefined ? {} : { trace };
  return {
    async start(address, input, { id, correlation, ...rest }) {
      const data = { ...options(rest), ...given("input", input), ...given("correlation", correlation) };
      return Seq.parse(await ask("start", address, id, data));
    },
    async send(address, event, { id, ...rest }) {
      const data = { ...options(rest), ...given("event", event) };
      return SentShape.parse(await ask("send", address, id, data));
    },
    stop: async (address, { id }) => Seq.parse(await ask("stop", address, id, {})),
    async parked() {
      const asked = Array.from({ length: partitions }, async (_, p) =>
        ParkedList.parse(await ask("parked", addressIn(p, partitions), undefined, {})),
      );
      const found = (await Promise.all(asked)).flat();
      return [...new Map(found.map((one) => [one.address, parkedOf(one)])).values()]; // one owner may have several partitions
    },
    async unpark(address) {
      const parked = ParkedShape.nullable().parse(await ask("unpark", address, undefined, {}));
      return parked === null ? undefined : parkedOf(parked);
    },
    skip: async (address, seq, { expected }) =>
      Seq.parse(await ask("skip", address, undefined, { seq, expected })),
    fork: async (run, request) =>
      Forked.parse(await ask("fork", forkAddress(run), undefined, plainInput(request))),
    deliver: async (address, input) =>
      Seq.parse(await ask("deliver", address, input.cause, plainInput(input))),
  };
}

/** By which the owner of a fork's partition is found: it may have actors of any kind. */
function forkAddress(run: string): string {
  const address = `run/${run}`;
  parseAddress(address);
  return address;
}

/** A field of a command's data; the channel refuses what is no JSON. */
function given(key: string, value: unknown): Record<string, Json> {
  return value === undefined ? {} : { [key]: value as Json };
}

function plain({ hint, ...parked }: Parked): { readonly [key: string]: Json } {
  return { ...parked, ...(hint !== undefined && { hint }) };
}

/** Without the fields that are not there. */
function plainInput(input: Delivered | ForkRequest): Json {
  return JSON.parse(JSON.stringify(input)) as Json; // all that stands in it is strict JSON (L7)
}

function parkedOf({ hint, ...parked }: z.infer<typeof ParkedShape>): Parked {
  return { ...parked, hint };
}
