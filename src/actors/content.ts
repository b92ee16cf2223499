/**
 * The whole of an actor between two records, as JSON: what a checkpoint and a snapshot hold.
 * Custom actions do not stand in it, so it is made only where none is in doubt.
 */
import { z } from "zod";
import { TroupeError } from "../errors.ts";
import { assertJson, type Json, type JsonObject } from "../events/json.ts";
import { parseAddress } from "../events/address.ts";
import type { Born } from "../events/record.ts";
import type { Mark } from "./causes.ts";
import { codeKey } from "./code-key.ts";
import type { Fold, OpenResident, Owed } from "./fold.ts";
import { identify, type Mover } from "./identity.ts";
import { kindNamed, type Kinds } from "./kind.ts";
import { Timers, type ArmedTimer } from "./timers.ts";
import { CommandWindow, type StoredWindow } from "./window.ts";
import { codeIn, type KindCode } from "./versions.ts";
import type { Stepper } from "./xstate/contract.ts";

export interface ContentEnv {
  readonly kinds: Kinds;
  readonly stepper: Stepper;
}

/** As `contentOf` makes it. */
interface ActorContent {
  readonly born: Born;
  readonly correlation: string;
  readonly bornCause?: string;
  readonly state: Json;
  readonly outbox: readonly Owed[];
  readonly timers: readonly ArmedTimer[];
  readonly residents: readonly OpenResident[];
  readonly named: Readonly<Record<string, string>>;
  readonly watermarks: Readonly<Record<string, Mark>>;
  readonly commands: StoredWindow;
  readonly forked?: number;
}

const Shape = z.looseObject({ born: z.looseObject({ id: z.string() }), state: z.unknown() });

/** The key of the code that moves an actor. @throws {@link TroupeError} `KIND_UNKNOWN` */
export function keyFor({ kinds }: ContentEnv, { identity: { address }, version }: Mover): string {
  const kind = kindNamed(kinds, parseAddress(address).kind);
  return codeKey(codeIn(kind, version) ?? kind);
}

/** A content of so many characters is as good as free. */
const SMALL = 16_384;
/** As many more characters may be written down for each record since the last time. */
const CHARACTERS_A_RECORD = 64;

/** The records over which writing down a content of this size is spread (A13). */
export function recordsFor(bytes: number): number {
  return (bytes - SMALL) / CHARACTERS_A_RECORD;
}

/** @param settled ids that the record at hand takes out of the outbox. */
export function contentOf(
  { stepper }: ContentEnv,
  fold: Fold,
  settled: Iterable<string> = [],
): JsonObject {
  const gone = new Set(settled);
  const content: ActorContent = {
    born: fold.born,
    correlation: fold.correlation,
    ...(fold.bornCause !== undefined && { bornCause: fold.bornCause }),
    state: stepper.persist(fold.identity, fold.state),
    outbox: [...fold.outbox.values()].filter(({ id }) => !gone.has(id)),
    timers: [...fold.timers.values()],
    residents: [...fold.residents.values()],
    named: Object.fromEntries(fold.named),
    watermarks: Object.fromEntries(fold.watermarks),
    commands: fold.commands.store(),
    ...(fold.forked !== undefined && { forked: fold.forked }),
  };
  const json: unknown = content;
  assertJson(json, `the state of "${fold.identity.address}"`);
  return json as JsonObject; // it was made as an object right above
}

/** Where the content was taken, and the code that it fits. */
export interface Place {
  readonly code: KindCode;
  readonly address: string;
  readonly seq: number;
  readonly at: number;
  readonly checkpoint: Fold["checkpoint"];
  readonly stored: Fold["stored"];
}

/**
 * The fold that a content was made of. Throws something where it is none of ours, or of a child
 * that this code does not move.
 */
export function foldOf(env: ContentEnv, { address, code, ...place }: Place, json: JsonObject): Fold {
  Shape.parse(json);
  const content = json as unknown as ActorContent; // our own writing: whoever calls has compared the key
  const { identity, version } = identify(env, address, content.born, code);
  if (version !== code.version) throw new Error(`version ${code.version} does not move "${address}"`);
  return {
    ...place,
    identity,
    version,
    born: content.born,
    correlation: content.correlation,
    bornCause: content.bornCause,
    state: env.stepper.revive(identity, content.state),
    outbox: new Map(content.outbox.map((owed) => [owed.id, owed])),
    actions: new Map(),
    timers: timersOf(content.timers),
    residents: new Map(content.residents.map((open) => [open.child.address, open])),
    named: new Map(Object.entries(content.named)),
    watermarks: new Map(Object.entries(content.watermarks)),
    commands: CommandWindow.restore(content.commands),
    forked: content.forked,
  };
}

/**
 * What is kept for later must be what the records lead to.
 *
 * @throws {@link TroupeError} `MACHINE_IMPURE` if the context was changed in place.
 */
export function assertUnchanged({ stepper }: ContentEnv, { state, identity: { address } }: Fold): void {
  if (stepper.hash(state, []) === stepper.hashSince(state, [], {}).hash) return;
  throw new TroupeError("MACHINE_IMPURE", `"${address}" has changed its context in place`, {
    hint: "Return new objects from assign, and run the machine in strict mode to find where it does not.",
    data: { address },
  });
}

function timersOf(timers: readonly ArmedTimer[]): Timers {
  const armed = new Timers();
  for (const timer of timers) armed.set(timer.name, timer);
  return armed;
}
