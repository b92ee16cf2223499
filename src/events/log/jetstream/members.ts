/**
 * The hosts of a log: each is a message that vanishes by itself unless the host renews it, as
 * the lease of a partition is (lease.ts).
 *
 * - 1. What is read of them may lag (any copy answers): placement by it is a matter of balance,
 *      never of safety.
 * - 2. A host that hears nothing of the server says nothing, and so is gone for the others; not
 *      for itself: what is asked of it waits until it is back.
 */
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import type { HostFacts, Members, Membership } from "../log.ts";
import { leaseIn, leaseSubject } from "./lease.ts";
import { reach, stateStream, type Link } from "./link.ts";
import { jsonOf, lastState, notWritten, putState } from "./state.ts";

const Facts = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]+$/),
  name: z.string(),
  since: z.number(),
  kinds: z.record(z.string(), z.string()),
  labels: z.array(z.string()),
  refuses: z.array(z.int()),
});

/** How often the clock is asked for again where another host asked at the same moment. */
const CLOCK_TRIES = 5;

export interface OwnMembers extends Members {
  /** Whether a host is known, be it only one of this handle's own. */
  anyHost(): Promise<boolean>;
}

/** @param leaseMs as of a lease: at least 1000, rounded up to whole seconds. */
export function membersOn(link: Link, leaseMs: number): OwnMembers {
  const ttlSeconds = Math.max(1, Math.ceil(leaseMs / 1000));
  const own = new Set<string>();
  return {
    async join(facts) {
      const membership = await join(link, facts, ttlSeconds);
      own.add(facts.id);
      return {
        update: (next) => membership.update(next),
        async [Symbol.asyncDispose]() {
          own.delete(facts.id);
          await membership[Symbol.asyncDispose]();
        },
      };
    },
    anyHost: async () => own.size > 0 || (await hostsOn(link)).length > 0,
    hosts: () => hostsOn(link),
    async owners() {
      const owners = Array.from({ length: link.partitions }, (): string | undefined => undefined);
      for await (const { subject, data } of lastOf(link, leaseSubject(link, "*"))) {
        const lease = leaseIn(data);
        if (lease !== undefined && !lease.released) owners[lastToken(subject)] = lease.owner;
      }
      return owners;
    },
    changed: (call) => watch(link, call),
    skew: (now) => skew(link, now),
  };
}

/** The hosts that are known now, by id. */
async function hostsOn(link: Link): Promise<readonly HostFacts[]> {
  const hosts: HostFacts[] = [];
  for await (const { data } of lastOf(link, hostSubject(link, "*"))) {
    const facts = Facts.safeParse(jsonOf(data));
    if (facts.success) hosts.push(facts.data);
  }
  return hosts.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function join(link: Link, facts: HostFacts, ttlSeconds: number): Promise<Membership> {
  let now = facts;
  let left = false;
  const subject = hostSubject(link, facts.id);
  const say = async (data: string): Promise<void> => {
    const headers = { "Nats-TTL": `${ttlSeconds}s` };
    const outcome = await putState(link, subject, { data: Buffer.from(data), headers });
    if (outcome.kind !== "written") throw notWritten(link, outcome);
  };
  await say(JSON.stringify(now));
  const renewal = setInterval(
    () => void say(JSON.stringify(now)).catch(() => {}), // rule 2: the next one tries again
    (ttlSeconds * 1000) / 3,
  ).unref();
  return {
    async update(next) {
      now = next;
      if (!left) await say(JSON.stringify(now));
    },
    async [Symbol.asyncDispose]() {
      if (left) return;
      left = true;
      clearInterval(renewal);
      await say("null").catch(() => {}); // else it ends by itself
    },
  };
}

/** Tells of every message that says something else than the one before it on its subject. */
function watch(link: Link, call: () => void): () => void {
  const said = new Map<string, string>();
  const subscriptions = [leaseSubject(link, "*"), hostSubject(link, "*")].map((subject) =>
    link.nc.subscribe(subject, {
      callback(error, message) {
        if (error !== null || said.get(message.subject) === message.string()) return;
        said.set(message.subject, message.string());
        call();
      },
    }),
  );
  return () => {
    for (const subscription of subscriptions) if (!link.nc.isClosed()) subscription.unsubscribe();
  };
}

async function skew(
  link: Link,
  now: () => number,
): Promise<{ readonly aheadMs: number; readonly withinMs: number }> {
  const subject = `troupe.${link.name}.own.clock`;
  for (let left = CLOCK_TRIES; left > 0; left--) {
    const [asked, began] = [now(), performance.now()];
    const outcome = await putState(link, subject, { data: new Uint8Array() });
    const withinMs = (performance.now() - began) / 2;
    if (outcome.kind !== "written") throw notWritten(link, outcome);
    const stood = await lastState(link, subject);
    if (stood?.at === outcome.at) return { aheadMs: asked + withinMs - stood.time, withinMs };
  }
  throw new TroupeError("LOG_UNREACHABLE", `the clock of ${link.url} cannot be asked for`, {
    hint: "Try again: many hosts ask for it at this moment.",
    data: { url: link.url },
  });
}

async function* lastOf(
  link: Link,
  filter: string,
): AsyncGenerator<{ readonly subject: string; readonly data: Uint8Array }> {
  const found = await reach(link, async () => {
    const messages = await link.jsm.direct.getLastMessagesFor(stateStream(link.name), {
      multi_last: [filter],
    });
    return Array.fromAsync(messages);
  });
  yield* found;
}

function hostSubject({ name }: Link, id: string): string {
  return `troupe.${name}.own.host.${id}`;
}

function lastToken(subject: string): number {
  return Number(subject.slice(subject.lastIndexOf(".") + 1));
}
