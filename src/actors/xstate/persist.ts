/**
 * A state as strict JSON, and back: a cache beside the log, never the truth.
 *
 * 1. A revived state has the hash of the one persisted, and steps like it: the order of the
 *    active nodes, which decides the order of actions in parallel regions, is kept.
 * 2. Nothing is started by reviving.
 */
import type { AnyMachineSnapshot, AnyStateMachine, Snapshot, StateValue } from "xstate";
import { isMachineSnapshot } from "xstate";
import type { Json, JsonObject } from "../../events/json.ts";
import type { Identity, State } from "./contract.ts";
import { decode } from "./decode.ts";
import type { RefOf } from "./decode.ts";
import { encodeError, encodeLoose } from "./encode.ts";
import { flat, incarnationsOf } from "./incarnations.ts";
import { isMachine, nodePath } from "./logic.ts";
import type { Ref } from "./refs.ts";

type Nodes = AnyMachineSnapshot["_nodes"];

/** @throws {@link TroupeError} `JSON_INVALID` if the context holds what has no faithful copy. */
export function persist({ address }: Identity, state: State): Json {
  const { snapshot, incarnations, childSnapshots } = state;
  const own = isMachineSnapshot(snapshot)
    ? machineJson(snapshot, address)
    : plainJson(snapshot, address);
  return { snapshot: own, incarnations: flat(incarnations), childSnapshots };
}

export function revive(actor: Identity, data: Json, refOf: RefOf): State {
  const { snapshot, incarnations, childSnapshots } = record(data);
  return {
    snapshot: reviveSnapshot(actor, record(snapshot), refOf),
    incarnations: incarnationsOf(
      Object.fromEntries(Object.entries(record(incarnations)).map(([k, n]) => [k, Number(n)])),
    ),
    childSnapshots: record(childSnapshots),
  };
}

function machineJson(snapshot: AnyMachineSnapshot, address: string): Json {
  const { status, context, output, error, historyValue } = snapshot;
  const children: Readonly<Record<string, Ref | undefined>> = snapshot.children;
  return {
    status,
    value: encodeLoose(snapshot.value, "value"),
    nodes: idsOf(snapshot._nodes),
    context: encodeLoose(context, `context of ${address}`),
    output: encodeLoose(output, `output of ${address}`),
    error: error === undefined ? encodeLoose(undefined, "error") : encodeError(error),
    history: mapValues(historyValue, idsOf),
    children: mapValues(children, (ref) => (ref === undefined ? null : encodeLoose(ref, "child"))),
  };
}

function plainJson({ error, ...snapshot }: Snapshot<unknown>, address: string): Json {
  const json = mapValues({ ...snapshot }, (item, key) => encodeLoose(item, `${key} of ${address}`));
  return { ...json, error: error === undefined ? encodeLoose(undefined, "error") : encodeError(error) };
}

function reviveSnapshot(actor: Identity, data: JsonObject, refOf: RefOf): Snapshot<unknown> {
  const fields = decode(data, refOf) as Fields; // persist made it
  if (!isMachine(actor.logic) || !("nodes" in data)) return fields;
  return reviveMachine(actor.logic, fields);
}

type Fields = Snapshot<unknown> & {
  readonly value: StateValue;
  readonly nodes: readonly string[];
  readonly context: object;
  readonly history: Readonly<Record<string, readonly string[]>>;
  readonly children: Readonly<Record<string, Ref | null>>;
};

function reviveMachine(machine: AnyStateMachine, fields: Fields): Snapshot<unknown> {
  const { status, value, context, output, error, history, children } = fields;
  const historyValue = mapValues(history, (ids) => nodesOf(machine, ids));
  const snapshot = machine.resolveState({ status, value, context, output, error, historyValue });
  const nodes = nodesOf(machine, fields.nodes);
  return Object.assign(snapshot, {
    status,
    value,
    _nodes: nodes,
    tags: new Set(nodes.flatMap((node) => node.tags)),
    children: mapValues(children, (ref) => ref ?? undefined),
  });
}

function idsOf(nodes: Nodes): string[] {
  return nodes.map((node) => node.id);
}

function nodesOf(machine: AnyStateMachine, ids: readonly string[]): Nodes {
  return ids.map((id) => machine.getStateNodeById(nodePath(id)));
}

function mapValues<A, B>(
  object: Readonly<Record<string, A>>,
  map: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

function record(value: Json | undefined): JsonObject {
  return value as JsonObject; // persist made it
}
