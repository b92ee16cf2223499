/**
 * Snapshots: a cache beside the log, never the truth. One counts only if kind version, the
 * machine's structure and the source of its implementations are what they were.
 */
import { createHash } from "node:crypto";
import type { AnyActorLogic } from "xstate";
import { z } from "zod";
import { TroupeError } from "../errors.ts";
import { assertJson, type Json } from "../events/json.ts";
import { parseAddress } from "../events/address.ts";
import type { SnapshotStore, StoredSnapshot } from "../events/log/log.ts";
import type { Born } from "../events/record.ts";
import { Timers, type ArmedTimer } from "./timers.ts";
import type { Fold, Owed } from "./fold.ts";
import { kindNamed, type AnyKind, type Kinds } from "./kind.ts";
import { identify } from "./identity.ts";
import { CommandWindow, type StoredWindow } from "./window.ts";
import type { ChildStart, Stepper } from "./xstate/contract.ts";

/** Raise it when the shape below, or the meaning of a persisted state, changes. */
const SNAPSHOT_VERSION = 2;

interface SnapshotEnv {
  readonly log: { readonly snapshots: SnapshotStore };
  readonly kinds: Kinds;
  readonly stepper: Stepper;
}

/** Everything of a fold but its snapshot, which the stepper persists. */
interface Cached {
  readonly v: typeof SNAPSHOT_VERSION;
  readonly born: Born;
  readonly correlation: string;
  readonly bornCause?: string;
  readonly at: number;
  readonly state: Json;
  readonly outbox: readonly Owed[];
  readonly timers: readonly ArmedTimer[];
  readonly residents: readonly {
    id: string;
    child: ChildStart;
    startedAt: number;
    failures: number;
    recoveries: number;
    retryAt?: number;
  }[];
  readonly named: Readonly<Record<string, string>>;
  readonly watermarks: Readonly<Record<string, { seq: number; index: number }>>;
  readonly commands: StoredWindow;
}

const Shape = z.looseObject({
  v: z.literal(SNAPSHOT_VERSION),
  born: z.looseObject({ id: z.string() }),
});

/**
 * Writes a snapshot. The caller makes sure that no custom action is in doubt.
 *
 * @throws {@link TroupeError} `MACHINE_IMPURE` if the context was changed in place: its records do not lead to it.
 */
export async function writeSnapshot(env: SnapshotEnv, fold: Fold): Promise<void> {
  const address = fold.identity.address;
  assertUnchanged(env, fold);
  const kind = kindNamed(env.kinds, parseAddress(address).kind);
  const cached: Cached = {
    v: SNAPSHOT_VERSION,
    born: fold.born,
    correlation: fold.correlation,
    ...(fold.bornCause !== undefined && { bornCause: fold.bornCause }),
    at: fold.at,
    state: env.stepper.persist(fold.identity, fold.state),
    outbox: [...fold.outbox.values()],
    timers: [...fold.timers.values()],
    residents: [...fold.residents.values()],
    named: Object.fromEntries(fold.named),
    watermarks: Object.fromEntries(fold.watermarks),
    commands: fold.commands.store(),
  };
  const data: unknown = cached;
  assertJson(data, "snapshot");
  await env.log.snapshots.put(address, { seq: fold.seq, key: codeKey(kind), data });
}

function assertUnchanged({ stepper }: SnapshotEnv, { state, identity: { address } }: Fold): void {
  if (stepper.hash(state, []) === stepper.hashSince(state, [], {}).hash) return;
  throw new TroupeError("MACHINE_IMPURE", `"${address}" has changed its context in place`, {
    hint: "Return new objects from assign, and run the machine in strict mode to find where it does not.",
    data: { address },
  });
}

/** The fold as its snapshot has it; undefined where none fits the code that runs now. */
export async function readSnapshot(env: SnapshotEnv, address: string): Promise<Fold | undefined> {
  const stored = await env.log.snapshots.get(address);
  if (stored === undefined) return undefined;
  try {
    return restore(env, address, stored);
  } catch {
    return undefined; // a cache that cannot be read is no fault of the log, which is read instead
  }
}

function restore(env: SnapshotEnv, address: string, stored: StoredSnapshot): Fold | undefined {
  const kind = kindNamed(env.kinds, parseAddress(address).kind);
  if (stored.key !== codeKey(kind) || !Shape.safeParse(stored.data).success) return undefined;
  const cached = stored.data as unknown as Cached; // our own writing, under our own key
  const identity = identify(env, address, cached.born);
  return {
    identity,
    born: cached.born,
    correlation: cached.correlation,
    bornCause: cached.bornCause,
    seq: stored.seq,
    at: cached.at,
    state: env.stepper.revive(identity, cached.state),
    outbox: new Map(cached.outbox.map((owed) => [owed.id, owed])),
    actions: new Map(),
    timers: timersOf(cached.timers),
    residents: new Map(cached.residents.map((open) => [open.child.address, open])),
    named: new Map(Object.entries(cached.named)),
    watermarks: new Map(Object.entries(cached.watermarks)),
    commands: CommandWindow.restore(cached.commands),
  };
}

function timersOf(timers: Cached["timers"]): Timers {
  const armed = new Timers();
  for (const timer of timers) armed.set(timer.name, timer);
  return armed;
}

const keys = new WeakMap<AnyKind, string>();

/** Hash of kind version, the machine's structure and the source text of its implementations. */
function codeKey(kind: AnyKind): string {
  const known = keys.get(kind);
  if (known !== undefined) return known;
  const hash = createHash("sha256").update(`${SNAPSHOT_VERSION}\n${kind.version}\n`);
  describe(kind.machine, hash, new Set());
  const key = hash.digest("hex").slice(0, 32);
  keys.set(kind, key);
  return key;
}

function describe(value: unknown, hash: { update(text: string): unknown }, seen: Set<object>): void {
  if (typeof value === "function") hash.update(`f${value.toString()}`);
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    if (typeof value !== "function") hash.update(`${typeof value}:${String(value)};`);
    return;
  }
  if (seen.has(value)) return;
  seen.add(value);
  const part = isMachine(value)
    ? { config: value.config, implementations: value.implementations }
    : value;
  for (const key of Object.keys(part).sort()) {
    hash.update(`${key}=`);
    describe(Reflect.get(part, key), hash, seen);
  }
}

function isMachine(
  value: object,
): value is AnyActorLogic & { config: unknown; implementations: unknown } {
  return "config" in value && "implementations" in value;
}
