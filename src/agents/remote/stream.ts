/**
 * The messages of one answer, as they come: until the agent ends it, dies, is silent for too long
 * or says too much, the connection is lost, or nobody wants it any more.
 *
 * - What came before a loss is still handed out; after an abort nothing is.
 * - Nothing is kept once it is disposed: no subscription, no timer, no listener.
 */
import {
  createInbox,
  type Msg,
  type NatsConnection,
  type Status,
  type Subscription,
} from "@nats-io/transport-node";
import { watchAlive } from "./alive.ts";
import { watchConnection } from "./connection.ts";
import type { RemoteAgent } from "./discover.ts";
import { remoteFailed, remoteUnavailable } from "./faults.ts";

export interface StreamOptions {
  /** The longest silence, ms, while no question of the agent's is open. */
  readonly inactivityMs: number;
  /** All messages of the answer together. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Stream extends Disposable {
  /** @throws the reason why no more will come. */
  next(): Promise<Msg>;
  /** While a question is open, the agent may be silent. Returns what says that it was answered. */
  pause(): () => void;
}

/** What a message costs beyond its bytes. */
const AROUND = 64;

/** Sends a prompt, and listens. */
export function openStream(
  nc: NatsConnection,
  agent: RemoteAgent,
  payload: Uint8Array,
  { inactivityMs, maxBytes, signal }: StreamOptions,
): Stream {
  const { subject } = agent;
  const waiting: Msg[] = [];
  let bytes = 0;
  let open = 0;
  let end: { readonly reason: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;

  const close = (reason: unknown): void => {
    end ??= { reason };
    clearTimeout(timer);
    wake.resolve();
  };
  const patient = (): void => {
    clearTimeout(timer);
    if (end !== undefined || open > 0) return;
    const silent = `has said nothing for ${inactivityMs} ms`;
    timer = setTimeout(() => close(remoteUnavailable(subject, silent)), inactivityMs);
  };
  const take = (message: Msg): void => {
    if (end !== undefined) return;
    bytes += message.data.length + AROUND;
    if (bytes > maxBytes) return close(tooMuch(subject, maxBytes));
    waiting.push(message);
    alive.heard();
    patient();
    wake.resolve();
  };
  const lost = (status: Status): void => {
    const reason = lossIn(status, subject);
    if (reason !== undefined) close(reason);
  };
  const abort = (): void => {
    waiting.length = 0;
    close(signal?.reason);
  };

  const cleanup = new DisposableStack();
  const inbox = createInbox();
  const alive = cleanup.use(
    watchAlive(nc, agent, (ms) =>
      close(remoteUnavailable(subject, `gave no sign of life for ${ms} ms`)),
    ),
  );
  cleanup.use(watchConnection(nc, lost));
  const sub = nc.subscribe(inbox, {
    callback: (error, message) => (error === null ? take(message) : close(refused(subject, error))),
  });
  cleanup.defer(() => unsubscribe(sub));
  cleanup.defer(() => clearTimeout(timer));
  signal?.addEventListener("abort", abort);
  cleanup.defer(() => signal?.removeEventListener("abort", abort));
  if (signal?.aborted === true) abort();
  else nc.publish(subject, payload, { reply: inbox });
  patient();

  return {
    async next() {
      for (;;) {
        const message = waiting.shift();
        if (message !== undefined) return message;
        if (end !== undefined) throw end.reason;
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    },
    pause() {
      open++;
      patient();
      let answered = false;
      return () => {
        if (answered) return;
        answered = true;
        open--;
        patient();
      };
    },
    [Symbol.dispose]() {
      close(remoteFailed(subject, "is not listened to any more", "Ask again."));
      cleanup.dispose();
    },
  };
}

function unsubscribe(sub: Subscription): void {
  if (!sub.isClosed()) sub.unsubscribe();
}

function tooMuch(subject: string, most: number): Error {
  const hint = "Ask for less, or raise maxBytes.";
  return remoteFailed(subject, `says more than ${most} bytes`, hint, { limit: most });
}

function refused(subject: string, error: Error): Error {
  const hint = "Let the server's permissions include its subject, heartbeats and an inbox.";
  return remoteFailed(subject, `cannot be asked: ${error.message}`, hint);
}

/** Why a change of the connection is the end of an answer; undefined where it is not. */
function lossIn(status: Status, subject: string): Error | undefined {
  if (status.type === "disconnect" || status.type === "close")
    return remoteUnavailable(subject, "was cut off: the connection to the server was lost");
  if (status.type !== "error" || !("subject" in status.error)) return undefined;
  return status.error.subject === subject ? refused(subject, status.error) : undefined;
}
