/** The fold of an actor's records, as the driver keeps them: each record proves itself by its hash. */
import type {
  EncodedEvent,
  Identity,
  State,
  Stepped,
  Stepper,
} from "../../src/actors/xstate/contract.ts";
import type { Json } from "../../src/events/json.ts";

export type Recorded =
  | { readonly type: "born"; readonly input?: Json }
  | { readonly type: "event"; readonly event: EncodedEvent }
  | { readonly type: "stopped" };

export interface DrivenRecord {
  readonly what: Recorded;
  readonly hash: string;
  readonly lookups: Readonly<Record<string, string | null>>;
}

export interface DrivenActor {
  readonly identity: Identity;
  readonly records: DrivenRecord[];
  state: State;
}

/** The state after all records. @throws if any record has another hash than when it was written. */
export function replay(
  stepper: Stepper,
  { identity, records }: Pick<DrivenActor, "identity" | "records">,
): State {
  let state: State | undefined;
  records.forEach((record, index) => {
    const stepped = stepAgain(stepper, identity, { record, state, seq: index + 1 });
    if (stepper.hash(stepped.state, stepped.effects) !== record.hash)
      throw new Error(`${identity.address} diverges at record ${index + 1}`);
    state = stepped.state;
  });
  if (state === undefined) throw new Error(`${identity.address} has no records`);
  return state;
}

interface Place {
  readonly record: DrivenRecord;
  readonly state: State | undefined;
  readonly seq: number;
}

function stepAgain(stepper: Stepper, identity: Identity, { record, state, seq }: Place): Stepped {
  const { what, lookups } = record;
  const found = Object.entries(lookups).flatMap(([id, holder]) =>
    holder === null ? [] : [[id, holder]],
  );
  const directory = {
    get: (id: string) => lookups[id] ?? undefined,
    all: () => Object.fromEntries(found),
  };
  if (what.type === "born") return stepper.start(identity, copy(what), seq, directory);
  if (state === undefined) throw new Error(`${identity.address} was never born`);
  if (what.type === "stopped") return stepper.stop(identity, state, seq);
  return stepper.step(identity, state, copy(what.event), seq, directory);
}

/** Through JSON and back, as a log does it. */
export function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T; // strict JSON comes back as it went
}
