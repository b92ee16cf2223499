/**
 * One actor of a log under new code: whether it would go on, or park, and why.
 *
 * - A2. It is replayed from its birth, without snapshots and without effects; nothing is written.
 */
import type { AnyStateMachine } from "xstate";
import { kindOf, recordAt } from "../actors/course.ts";
import { isOutdated } from "../actors/migrate.ts";
import type { AnyKind } from "../actors/kind.ts";
import { load, type LoadEnv } from "../actors/load.ts";
import { verdict as parkingOf } from "../actors/parking.ts";
import { codeIn, isLater, upcasted } from "../actors/versions.ts";
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { Json } from "../events/json.ts";
import type { RecordBody } from "../events/record.ts";
import { tryMigration, type MigrationSeen } from "./migration-seen.ts";
import { hintOf } from "./upgrade-hints.ts";

/**
 * - `holds`: every record leads to the state that it says.
 * - `migrates`: a previous version's code replays it, and `migrate` leads on.
 * - `diverges`: a record leads elsewhere.
 * - `needs-upcast`: it does, because the code cannot take what another version recorded as its input.
 * - `needs-migrate`: it does, and the machine does not have the state any more; or `migrate` fails.
 * - `unknown-kind`: no kind of this name is given.
 * - `newer`: a later version has moved it.
 * - `unreadable`: a record cannot be read.
 */
export type UpgradeVerdict =
  | "holds"
  | "migrates"
  | "diverges"
  | "needs-upcast"
  | "needs-migrate"
  | "unknown-kind"
  | "newer"
  | "unreadable";

/** Why an actor would park. Of a replay that diverges: the record, and what it says against what is replayed. */
export interface UpgradeFault {
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  readonly seq?: number;
  readonly type?: string;
  readonly recorded?: Json;
  readonly replayed?: Json;
  /** Paths of the context that differ. */
  readonly context?: readonly string[];
  /** The transitions that were taken, and those that would be. */
  readonly taken?: { readonly recorded: readonly string[]; readonly replayed: readonly string[] };
}

export interface Judged {
  readonly verdict: UpgradeVerdict;
  readonly fault?: UpgradeFault;
  /** Of one that migrates, where there is anything to tell. */
  readonly migration?: MigrationSeen;
}

/**
 * @param version of its last record.
 * @throws {@link TroupeError} `LOG_*` where the log gives out.
 */
export async function judge(env: LoadEnv, address: string, version: string): Promise<Judged> {
  try {
    return await passed(env, address, version);
  } catch (error) {
    const parked = parkingOf(address, error, 0);
    if (parked === undefined) throw error; // of the log, not of the actor
    const { code, message, hint = "Run `troupe doctor` on this log." } = parked;
    const data = TroupeError.is(error) ? error.data : {};
    const verdict = await verdictOf(env, { address, code, data });
    const kind = env.kinds.get(parseAddress(address).kind);
    const own = code.endsWith("_INVALID") ? hint : (hintOf(verdict, kind, version) ?? hint); // it says what is wrong with what is there
    return { verdict, fault: { code, message, hint: own, ...detailsOf(data) } };
  }
}

async function passed(env: LoadEnv, address: string, version: string): Promise<Judged> {
  const kind = kindOf(env, address);
  if (isLater(version, kind.version) && codeIn(kind, version) === undefined) throw newer(kind, version);
  const fold = await load(env, address, { snapshots: false });
  if (fold === undefined || !isOutdated(env.kinds, fold)) return { verdict: "holds" };
  const migration = tryMigration(env, kind, fold);
  return { verdict: "migrates", ...(migration && { migration }) };
}

/** Whether an actor of this verdict would not go on. */
export function parks(verdict: UpgradeVerdict): boolean {
  return verdict !== "holds" && verdict !== "migrates";
}

interface Fault {
  readonly address: string;
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const BY_CODE: Readonly<Record<string, UpgradeVerdict>> = {
  KIND_UNKNOWN: "unknown-kind",
  KIND_NEWER: "newer",
  MIGRATE_INVALID: "needs-migrate",
  UPCAST_INVALID: "needs-upcast",
  RECORD_INVALID: "unreadable",
  LOG_CORRUPT: "unreadable",
  LOG_NEWER: "unreadable",
};

async function verdictOf(env: LoadEnv, { address, code, data }: Fault): Promise<UpgradeVerdict> {
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  const { seq } = data;
  const found = await recordAt(env.log, address, typeof seq === "number" ? seq : undefined);
  if (found === undefined) return "diverges";
  const kind = kindOf(env, address);
  const { body } = found;
  if (body.version !== kind.version && isStrange(env, kind, { ...found, fails: fails(data) }))
    return "needs-upcast";
  return hasState(kind.machine, body.state) ? "diverges" : "needs-migrate";
}

/** Whether the machine failed at what it took before. */
function fails({ status }: Fault["data"]): boolean {
  const { recorded, replayed } = Object(status) as { recorded?: unknown; replayed?: unknown }; // of our own making
  return replayed === "error" && recorded !== "error";
}

type Found = NonNullable<Awaited<ReturnType<typeof recordAt>>>;

/** Whether the code cannot take the input: it fails at it, or its schemas refuse it. */
function isStrange(
  { stepper }: LoadEnv,
  kind: AnyKind,
  { record, body, fails: failed }: Found & { readonly fails: boolean },
): boolean {
  const { event, born } = shown(kind, { record, body });
  if (failed) return true;
  if (born !== undefined)
    return born.parent === undefined && kind.input?.safeParse(born.input).success === false;
  const outside = body.from === undefined && body.timer === undefined;
  if (event === undefined || !outside || event.type.startsWith("troupe.")) return false;
  return !kind.events.safeParse(stepper.decode(event)).success;
}

function shown(kind: AnyKind, { record, body }: Found): RecordBody {
  try {
    return upcasted(codeIn(kind, body.version) ?? kind, body, record);
  } catch {
    return body;
  }
}

function hasState(machine: AnyStateMachine, value: Json): boolean {
  if (value === null) return true; // not a machine's
  try {
    machine.resolveState({
      value: value as Parameters<typeof machine.resolveState>[0]["value"],
      context: {},
    }); // as it was recorded
    return true;
  } catch {
    return false;
  }
}

function detailsOf(data: Fault["data"]): Partial<UpgradeFault> {
  const { seq, type, recorded, replayed, context, taken } = data as Partial<UpgradeFault>; // of our own making
  return {
    ...(seq !== undefined && { seq }),
    ...(type !== undefined && { type }),
    ...(recorded !== undefined && { recorded }),
    ...(replayed !== undefined && { replayed }),
    ...(context !== undefined && context.length > 0 && { context }),
    ...(taken !== undefined && { taken }),
  };
}

function newer({ kind, version: own }: AnyKind, version: string): TroupeError {
  return new TroupeError(
    "KIND_NEWER",
    `version ${version} of kind "${kind}" has moved it, and ${own} is given`,
    {
      data: { kind, version, own },
    },
  );
}
