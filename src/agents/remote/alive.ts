/** Whether an agent elsewhere lives, by its heartbeats: so that one that died is not waited for. */
import type { NatsConnection } from "@nats-io/transport-node";
import type { RemoteAgent } from "./discover.ts";
import { Heartbeat, heartbeatsOf, jsonIn } from "./protocol.ts";

/** So many heartbeats may be missing. */
const MISSED = 3;

/** How long an agent may take to say at once that it lives, ms. */
const STATUS_MS = 2_000;

export interface Watched extends Disposable {
  /** It has just been heard otherwise. */
  heard(): void;
}

/**
 * Calls back once, when nothing was heard of any instance for three of its intervals. An agent of
 * which nothing was ever heard is not judged: its interval is not known.
 */
export function watchAlive(
  nc: NatsConnection,
  agent: RemoteAgent,
  silent: (ms: number) => void,
): Watched {
  const instances = new Set(agent.instances);
  let patienceMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const heard = (): void => {
    if (patienceMs === undefined || over) return;
    clearTimeout(timer);
    const ms = patienceMs;
    timer = setTimeout(() => silent(ms), ms);
  };
  const beat = (data: Uint8Array): void => {
    const read = Heartbeat.safeParse(jsonIn(data));
    if (!read.success || !instances.has(read.data.instance_id)) return; // of somebody else
    patienceMs = read.data.interval_s * MISSED * 1_000;
    heard();
  };
  const sub = nc.subscribe(heartbeatsOf(agent.subject), {
    callback: (error, message) => void (error === null && beat(message.data)),
  });
  if (agent.status !== undefined)
    nc.request(agent.status, undefined, { timeout: STATUS_MS }).then(
      ({ data }) => beat(data),
      () => {}, // then its heartbeats must say it
    );
  return {
    heard,
    [Symbol.dispose]() {
      over = true;
      clearTimeout(timer);
      if (!sub.isClosed()) sub.unsubscribe();
    },
  };
}
