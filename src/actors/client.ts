/**
 * A client: reads a log that another process owns, and sends commands to that owner, with the
 * same answers. Where no owner lives, the client becomes it for as long as its command takes:
 * only what the command touches moves, and no activity is started; the rest stays for a host to
 * resume.
 */
import { TroupeError } from "../errors.ts";
import type { Json } from "../events/json.ts";
import { unanswered } from "../events/log/faults.ts";
import { openLog } from "../events/log/open.ts";
import type { Command, EventLog, LogOptions } from "../events/log/log.ts";
import { openProjections } from "../projections/runner.ts";
import { systemClock } from "./clock.ts";
import { answer, commander, remoteCommander, type Commander } from "./commands.ts";
import { actorsFace, type Actors } from "./face.ts";
import { kindsByName, type AnyKind, type Kinds } from "./kind.ts";
import type { LoadEnv } from "./load.ts";
import { ownLog } from "./own.ts";
import { keptStates } from "./kept-states.ts";
import { createTails } from "./tails.ts";
import { kindOfLogic } from "./versions.ts";
import { createStepper } from "./xstate/stepper.ts";

export interface ClientOptions<TKinds extends readonly AnyKind[]> {
  /** As in {@link createHost}. */
  readonly log?: string | EventLog;
  readonly kinds: TKinds;
  readonly logOptions?: LogOptions;
  /** Longest wait for the owner's answer, ms. Default 30,000. */
  readonly timeoutMs?: number;
  /** Where the client's talk goes: listeners that throw. Default: nowhere. */
  readonly warn?: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

/** What a client offers: what a host does, but for running actors. */
export interface Client<TKinds extends readonly AnyKind[]> extends Actors<TKinds>, AsyncDisposable {}

/** Opens a client. Nothing is claimed until a command finds no owner. */
export async function connect<const TKinds extends readonly AnyKind[]>(
  options: ClientOptions<TKinds>,
): Promise<Client<TKinds>> {
  const { log: given, timeoutMs = 30_000, warn } = options;
  const kinds = kindsByName(options.kinds);
  const log = typeof given === "object" ? given : await openLog(given, options.logOptions);
  const env: LoadEnv = { log, kinds, stepper: readingStepper(kinds) };
  const state = keptStates(env);
  const tails = createTails(env, state, (error) => warn?.("a listener threw", { error }));
  const projections = openProjections({ log, ...(warn !== undefined && { warn }) });
  const commands = remoteCommander((command) => ask(log, kinds, command, timeoutMs), log.partitions);
  const face = actorsFace<TKinds>({
    env,
    commands,
    projections,
    watch: tails.watch,
    listen: tails.listen,
    listenAll: tails.listenAll,
    seen: tails.seen,
    state,
    trouble: tails.trouble,
    after: (ms, call) => systemClock.after(ms, call),
  });
  return {
    ...face,
    async [Symbol.asyncDispose]() {
      tails.end();
      await projections[Symbol.asyncDispose]();
      if (given !== log) await log[Symbol.asyncDispose]();
    },
  };
}

/** How long between two tries, ms. */
const AGAIN_MS = 50;

/**
 * Asks the owner, or becomes it. Another one may come in between, or own another partition and
 * have died: so both are tried in turn, as long as an answer may take.
 */
async function ask(log: EventLog, kinds: Kinds, command: Command, timeoutMs: number): Promise<Json> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    let unowned: TroupeError;
    try {
      return await log.commands.request(command, { timeoutMs });
    } catch (error) {
      if (!TroupeError.is(error, "LOG_UNOWNED")) throw error;
      unowned = error;
    }
    try {
      return await within(actAsOwner(log, kinds, command), timeoutMs, command);
    } catch (error) {
      if (TroupeError.is(error, "LOG_FORBIDDEN")) throw unowned; // who may not own needs a host
      if (!TroupeError.is(error, "LOG_OWNED") || performance.now() >= until) throw error;
    }
    await new Promise<void>((resume) => void systemClock.after(AGAIN_MS, resume)); // of its owners one may have died
  }
}

async function actAsOwner(log: EventLog, kinds: Kinds, command: Command): Promise<Json> {
  // what a command lets begin would be cut short as soon as it is answered
  await using owned = await ownLog({ log, kinds, recover: false, activities: false });
  const commands: Commander = commander(owned.runner);
  const result = await answer(commands, command);
  await owned.runner.quiet();
  return result;
}

/** A log that answers slowly, or not at all, does not keep who asked for longer than an owner would. */
async function within<T>(work: Promise<T>, ms: number, { id }: Command): Promise<T> {
  const late = Promise.withResolvers<never>();
  const cancel = systemClock.after(ms, () =>
    late.reject(unanswered(id, `it was not done within ${ms} ms`)),
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    cancel();
  }
}

/**
 * A stepper for reading: it never runs anything, so nothing may be sent through it.
 *
 * @param strict whether it looks for impure machines. Default false.
 */
export function readingStepper(kinds: Kinds, strict = false): LoadEnv["stepper"] {
  return createStepper({
    relay: (_from, to) => {
      throw new TroupeError(
        "HOST_CLOSED",
        `nothing can be sent to "${to}" through a state that was only read`,
        {
          hint: "Use the client's own send.",
        },
      );
    },
    snapshotOf: (address) => {
      throw new TroupeError("SNAPSHOT_UNKNOWN", `the state of "${address}" is not in memory`, {
        hint: "Read it with client.actor(address).snapshot().",
      });
    },
    system: () => ({ get: () => undefined, all: () => ({}) }),
    logger: () => {},
    strict,
    kindOf: (logic) => kindOfLogic(kinds, logic),
  });
}
