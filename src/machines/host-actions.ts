/**
 * Actions that only a host can do: to start an actor that is nobody's child, and to send to
 * an actor by its address. A machine that leads very many actors names them this way, since a map of
 * children that XState copies would grow with them (A13).
 *
 *     setup({ actions: { startActor, sendToActor } }) …
 *     enqueue({ type: "startActor", params: { kind: "job", id: "17", input } });
 *     enqueue({ type: "sendToActor", params: { to: "job/mail:17", event: { type: "LEASED" } } });
 *
 * - A11. Both are owed until the receiver has recorded them, like a child's start and a `sendTo`.
 */
import { TroupeError } from "../errors.ts";

/** An actor to be started; one that exists at that address is left as it is. */
export interface ActorStart {
  /** A registered kind. */
  readonly kind: string;
  /** Its address is `kind/root:id`, under the root of the actor that starts it. */
  readonly id: string;
  /** What its machine is given; strict JSON, beyond the kind's input schema. */
  readonly input?: unknown;
}

export interface ActorMessage {
  /** An address. Nobody there: a dead letter. */
  readonly to: string;
  /** Strict JSON, beyond the kind's schema of commands; no type that begins with `xstate.` or `troupe.`. */
  readonly event:
    | { readonly type: string }
    | { readonly type: string; readonly [key: string]: unknown };
}

/** Both actions, as what machines enqueue. */
export type HostAction =
  | { readonly type: "startActor"; readonly params: ActorStart }
  | { readonly type: "sendToActor"; readonly params: ActorMessage };

/** Starts an actor that is nobody's child: how it ends is told only as its own machine says. */
export function startActor(_args: unknown, { kind, id }: ActorStart): void {
  throw hostless(`the start of "${kind}" ${id}`);
}

/** Sends to any actor of the host, by address. */
export function sendToActor(_args: unknown, { to }: ActorMessage): void {
  throw hostless(`a message to "${to}"`);
}

function hostless(what: string): TroupeError {
  return new TroupeError("MACHINE_UNSUPPORTED", `${what} needs a host`, {
    hint: "Run the machine on createHost(), or provide the action in a test.",
  });
}
