/**
 * What the actions that only a host can do ask for: see machines/host-actions.ts.
 *
 * What cannot be done is thrown, like an event that is no JSON: it is a fault of the machine's
 * build, and nothing of the step is kept.
 */
import { TroupeError } from "../../errors.ts";
import { addressPart, parseAddress, rootOf } from "../../events/address.ts";
import { sendToActor, startActor } from "../../machines/host-actions.ts";
import { assertOpen } from "../kind.ts";
import type { Effect } from "./contract.ts";
import { encode } from "./encode.ts";
import { encodeEvent, fields, type Fields } from "./events.ts";
import type { RawAction } from "./internals.ts";

/**
 * The effect of an action that only a host can do; undefined for any other.
 *
 * @throws {@link TroupeError} `ADDRESS_INVALID`, `JSON_INVALID`, `EVENT_RESERVED`, `MACHINE_UNSUPPORTED`.
 */
export function hostEffect({ exec, params }: RawAction, own: string): Effect | undefined {
  if (exec === startActor) return detachedStart(fields(params), own);
  if (exec === sendToActor) return addressedSend(fields(params), own);
  return undefined;
}

function detachedStart(params: Fields, own: string): Effect {
  const kind = textOf(params["kind"], "the kind of startActor", own);
  const id = textOf(params["id"], "the id of startActor", own);
  const address = `${kind}/${rootOf(own)}:${addressPart(id)}`;
  parseAddress(address);
  const { input } = params;
  const given = input === undefined ? {} : { input: encode(input, `input of "${address}"`) };
  const child = { address, id, src: kind, logicType: "machine", syncSnapshot: false } as const;
  return { type: "start", child: { ...child, ...given, detached: true } };
}

function addressedSend(params: Fields, own: string): Effect {
  const to = textOf(params["to"], "the address of sendToActor", own);
  parseAddress(to);
  const { event } = params;
  assertOpen(textOf(fields(event)["type"], "the type of what sendToActor sends", own));
  return { type: "send", to, event: encodeEvent(event, `event to ${to}`) };
}

function textOf(value: unknown, what: string, own: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new TroupeError("MACHINE_UNSUPPORTED", `${what} is ${shown(value)} in "${own}"`, {
    hint: "Give it a text that is not empty.",
    data: { address: own },
  });
}

function shown(value: unknown): string {
  return typeof value === "string" ? '""' : value === null ? "null" : `a ${typeof value}`;
}
