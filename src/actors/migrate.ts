/**
 * Migration: an actor of a previous version goes on as one of the present version.
 *
 * - A1, A4. It is a record like any other, `troupe.migrated`, appended at the expected seq, and moves
 *   the actor only once it stands there.
 * - A2, A15. `migrate` is asked of the actor's own state alone. Its record holds the whole actor, so
 *   that a load may start there and needs the previous version's code no more; one that has both
 *   codes makes it again and compares.
 * - A5. Where `migrate` throws, or the machine cannot take what it answers, the actor parks; and where
 *   there is none, though the versions begin with contexts of another shape: nobody said what leads from
 *   one to the other.
 * - A11. What is owed stays owed. No custom action may be in doubt: actions stand in no checkpoint.
 */
import { createHash } from "node:crypto";
import type { StateValue } from "xstate";
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { Recorded } from "../events/log/log.ts";
import { during } from "../events/now.ts";
import { migrationIn, placeOf, type Checkpoint, type RecordBody } from "../events/record.ts";
import { absorb, unmoved, type Advanced, type Entry } from "./advance.ts";
import { contextFault } from "./beginnings.ts";
import { difference, restoredFrom } from "./checkpoint.ts";
import { codeKey, CONTENT_VERSION } from "./code-key.ts";
import { contentOf, type ContentEnv } from "./content.ts";
import { pathsOf, shapeText } from "./context-shape.ts";
import type { Part } from "./course.ts";
import { statusOf, valueOf, type Fold, type Owed } from "./fold.ts";
import { identify } from "./identity.ts";
import { kindNamed, type AnyKind, type Kinds } from "./kind.ts";
import type { LoadOptions } from "./load.ts";
import { bornFor, codeIn, isLater, type KindCode, type MachineState } from "./versions.ts";
import type { ChildStart, Stepped, SystemDirectory } from "./xstate/contract.ts";
import { carriedChild, type Crossing } from "./xstate/migration.ts";

export interface Migrated {
  readonly fold: Fold;
  readonly advanced: Advanced;
  readonly checkpoint: Checkpoint;
}

/** Whether the present version has yet to take over this actor. One that has ended stays what it was. */
export function isOutdated(kinds: Kinds, fold: Fold | undefined): boolean {
  if (fold === undefined) return false;
  const { version } = kindNamed(kinds, parseAddress(fold.identity.address).kind);
  return fold.version !== version && statusOf(fold) === "active";
}

/** The input of the record that leads on from where an actor is. */
export function migration({ kinds }: ContentEnv, { version, identity: { address } }: Fold) {
  const to = kindNamed(kinds, parseAddress(address).kind).version;
  return { type: "troupe.migrated", from: version, to, form: CONTENT_VERSION } as const;
}

/**
 * The actor behind its migration. The fold that is given must not be used any more.
 *
 * @throws {@link TroupeError} `MIGRATE_INVALID` naming versions and state.
 */
export function migrated(
  env: ContentEnv,
  fold: Fold,
  entry: Entry,
  directory: SystemDirectory,
): Migrated {
  const kind = kindNamed(env.kinds, parseAddress(fold.identity.address).kind);
  try {
    return crossed(env, fold, { kind, entry, directory });
  } catch (error) {
    throw refused(fold, kind, error);
  }
}

interface Way {
  readonly kind: AnyKind;
  readonly entry: Entry;
  readonly directory: SystemDirectory;
}

function crossed(env: ContentEnv, fold: Fold, { kind, entry, directory }: Way): Migrated {
  const { address } = fold.identity;
  const born = bornFor(kind, fold.born, fold.version);
  const { identity, version } = identify(env, address, born, kind);
  const { event = { type: "troupe.migrated" } } = entry.body;
  const armed = new Set([...fold.timers.values()].map(({ name }) => name));
  const target = kind.migrate === undefined ? asItStands(env, kind, fold) : targetOf(kind, fold);
  const crossing: Crossing = { ...target, state: fold.state, to: identity, event, armed };
  const { stepper } = env;
  const stepped = during(entry.at, () => stepper.migrate(crossing, entry.seq, directory));
  const next: Fold = { ...fold, identity, version, born };
  const hash = (): Advanced["hash"] => ({ hash: hashOf(env, stepped), whole: true });
  const { checkpoint: _, ...body } = entry.body; // what is to be compared is made anew
  const advanced = absorb(next, { ...entry, body, hash }, stepped, stepper);
  carry(next, crossing);
  const content = contentOf(env, next);
  const bytes = JSON.stringify(content).length;
  next.checkpoint = { seq: entry.seq, bytes };
  next.commands.seal(entry.seq);
  const key = bridgeKey(kind, fold.version);
  return { fold: next, advanced, checkpoint: { key, bytes, content } };
}

/** Without the effects: they stand in the content, and whoever starts there has no others. */
function hashOf({ stepper }: ContentEnv, { state }: Pick<Stepped, "state">): string {
  return stepper.hash(state, []);
}

interface Target {
  readonly value: StateValue;
  readonly context: object;
}

/** @throws {@link TroupeError} `MIGRATE_INVALID` where the present version begins with another context. */
function asItStands(env: ContentEnv, kind: AnyKind, fold: Fold): Target {
  const { identity, version, born, at } = fold;
  const state = stateOf(fold);
  const fault = contextFault(env, kind, { identity, version, born, at, context: state.context });
  if (fault === undefined) return state;
  throw new TroupeError("MIGRATE_INVALID", shapeText(fault, kind.version), {
    hint: "Write migrate() of the kind: it answers the context for the new version; `migrate: (state) => state` keeps it as it stands.",
    data: { context: pathsOf(fault).map((path) => `context.${path}`) },
  });
}

/** @throws whatever is wrong with what `migrate` answers. */
function targetOf(kind: AnyKind, fold: Fold): Target {
  const given: unknown = kind.migrate?.(stateOf(fold), { version: fold.version });
  const { value, context } = Object(given) as Partial<MachineState<unknown>>; // whatever it is
  if ((typeof value !== "string" && typeof value !== "object") || value === null)
    throw new Error("migrate() answers no state value");
  if (typeof context !== "object" || context === null) throw new Error("migrate() answers no context");
  return { value, context };
}

function stateOf({ state: { snapshot } }: Fold): MachineState {
  return snapshot as unknown as MachineState; // only a machine's actor is of a version
}

/** Children that are open, or have yet to be started, go on under the names that the machine has for their logic. */
function carry(fold: Fold, crossing: Crossing): void {
  const named = (child: ChildStart): ChildStart =>
    child.detached === true ? child : carriedChild(crossing, fold.state, child);
  for (const [address, open] of fold.residents)
    fold.residents.set(address, { ...open, child: named(open.child) });
  for (const [id, owed] of fold.outbox) fold.outbox.set(id, startedAs(owed, named));
}

function startedAs(owed: Owed, named: (child: ChildStart) => ChildStart): Owed {
  return owed.type === "start" ? { ...owed, child: named(owed.child) } : owed;
}

/** Of all the code that made a migration: only the same makes it again. */
function bridgeKey(kind: AnyKind, version: string): string {
  const from = codeIn(kind, version);
  const parts = [
    codeKey(kind),
    from === undefined ? "" : codeKey(from),
    String(Reflect.get(kind, "migrate")),
  ];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32);
}

/** The fold that a part of an actor's records begins with; undefined: it begins with the birth. */
export function beginningOf(
  env: ContentEnv,
  { code, migration }: Part,
  onRecord: LoadOptions["onRecord"],
): Fold | undefined {
  if (migration === undefined) return undefined;
  const { record, body } = migration;
  const fold = foldBehind(env, record, body, code);
  onRecord?.(record, body, fold, unmoved(body.hash));
  return fold;
}

/**
 * The actor behind the record of a migration, from that record alone.
 *
 * @throws {@link TroupeError} `KIND_NEWER` where a later version wrote it, `REPLAY_DIVERGED` where
 * this code cannot hold what it says, `RECORD_INVALID` where it says nothing.
 */
export function foldBehind(env: ContentEnv, record: Recorded, body: RecordBody, code: KindCode): Fold {
  const { kind } = parseAddress(record.stream);
  const { to = "", form = 0 } = migrationIn(body) ?? {};
  const own = kindNamed(env.kinds, kind);
  if (isLater(to, own.version) && codeIn(own, to) === undefined)
    throw new TroupeError(
      "KIND_NEWER",
      `${placeOf(record)} led it to version ${to} of kind "${kind}", this host has ${own.version}`,
      {
        hint: "Run the later code here, or leave this actor to a host that has it.",
        data: { address: record.stream, seq: record.seq, kind, version: to, own: own.version },
      },
    );
  if (form > CONTENT_VERSION)
    throw new TroupeError(
      "LOG_NEWER",
      `${placeOf(record)} holds an actor in form ${form}, this Troupe knows ${CONTENT_VERSION}`,
      {
        hint: "Use a newer Troupe for this log.",
      },
    );
  return restored(env, record, body, code);
}

function restored(env: ContentEnv, record: Recorded, body: RecordBody, code: KindCode): Fold {
  const { checkpoint } = body;
  if (checkpoint === undefined)
    throw new TroupeError("RECORD_INVALID", `${placeOf(record)} is a migration that holds no actor`, {
      hint: "Run `troupe doctor` on this log.",
    });
  let why = "it holds another state than its hash says";
  try {
    const fold = restoredFrom(env, record, checkpoint, code);
    if (hashOf(env, fold) === body.hash) return fold;
  } catch (error) {
    why = messageOf(error);
  }
  throw new TroupeError(
    "REPLAY_DIVERGED",
    `${placeOf(record)} ("${record.type}") leads to ${JSON.stringify(body.state)}, where version ${code.version} cannot go on: ${why}`,
    {
      hint: `Restore the code that wrote it (kind version "${body.version}"), or name that version in \`previous\` of a later one.`,
      data: { address: record.stream, seq: record.seq, type: record.type, recorded: body.state },
    },
  );
}

/**
 * Makes a migration again, where all of the code that made it is here, and compares. The fold that is given must not be used any more.
 *
 * @throws {@link TroupeError} `REPLAY_DIVERGED` naming the path that differs.
 */
export function compareMigration(
  env: ContentEnv,
  fold: Fold,
  { record, body }: { readonly record: Recorded; readonly body: RecordBody },
  directory: SystemDirectory,
): Advanced | undefined {
  const kind = kindNamed(env.kinds, parseAddress(record.stream).kind);
  const { checkpoint } = body;
  if (checkpoint?.key !== bridgeKey(kind, fold.version)) return undefined;
  const entry: Entry = { seq: record.seq, at: record.at, cause: record.cause, body };
  const again = migrated(env, fold, entry, directory);
  const path = difference(checkpoint.content, again.checkpoint.content);
  if (path === undefined) return again.advanced;
  const where = path.join(".");
  throw new TroupeError(
    "REPLAY_DIVERGED",
    `${placeOf(record)} ("${record.type}") replays differently: migrate() makes another actor of the records before it: ${where} differs`,
    {
      hint: "Make migrate() pure: its answer must depend on its arguments alone.",
      data: { address: record.stream, seq: record.seq, type: record.type, path: where },
    },
  );
}

function refused(fold: Fold, kind: AnyKind, error: unknown): TroupeError {
  const { address } = fold.identity;
  const state = valueOf(fold.state);
  const { hint, data = {} } = TroupeError.is(error) ? error : {};
  return new TroupeError(
    "MIGRATE_INVALID",
    `"${address}" cannot go from version ${fold.version} of kind "${kind.kind}" to ${kind.version} in state ${JSON.stringify(state)}: ${messageOf(error)}`,
    {
      hint: hint ?? hintFor(kind),
      data: {
        ...data,
        address,
        seq: fold.seq,
        kind: kind.kind,
        from: fold.version,
        to: kind.version,
        state,
      },
      cause: error,
    },
  );
}

function hintFor(kind: AnyKind): string {
  return kind.migrate === undefined
    ? "Write migrate() of the kind: it leads the old state and context to new ones."
    : "Mend migrate() of the kind: `troupe upgrade-check` tries it on every open run.";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
