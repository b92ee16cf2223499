/**
 * Messages through two actors: the exchange of a run, which numbers each, and the inbox of who gets
 * it. A message counts once it is on disk in both.
 *
 * - Senders are outside: each waits until its message is on disk. What is sent in one turn of the event
 *   loop shares a command, and a record in either actor.
 * - Nobody takes any, or their agent takes all as they come, up to 64 with one command.
 */
import { join } from "node:path";
import { createHost } from "../src/actors/host.ts";
import { contextKind } from "../src/agents/team/context-kind.ts";
import { messagesKinds } from "../src/agents/team/messages-kinds.ts";
import { openTeam } from "../src/agents/team/messages.ts";
import { startNats } from "../tests/support/nats-server.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { inFlight, inTurns, perSecond, timed, type Sample } from "./measure.ts";
import { atLeast, figures, FIGURES } from "./report.ts";

/** In flight: half of what a mailbox takes. */
const WAITING = 500;
/** Taken with one command. */
const TAKEN = 64;
const SQLITE_GOAL = 10_000;
/** S4-054. */
const GOAL = 1_000;
const PAYLOAD = { text: "x".repeat(180) };

export const messages: Bench = {
  name: "messages",
  what: "messages through an exchange and an inbox",
  async run({ quick, folder, progress }) {
    await using server = await startNats({ syncAlways: true });
    const url = server.logUrl("bench", "&partitions=4");
    const count = (warm: boolean): number => (quick || warm ? 500 : 10_000);
    const sqlite = (taking: boolean) => (warm: boolean) =>
      inFolder(folder, (own) =>
        through(`sqlite:${join(own, "log.db")}`, { run: "r", count: count(warm), taking }),
      );
    let runs = 0;
    const best = await inTurns(
      {
        memory: (warm) => through("memory:", { run: "r", count: count(warm), taking: false }),
        sqlite: sqlite(false),
        "sqlite, taken": sqlite(true),
        jetstream: (warm) => through(url, { run: `r${runs++}`, count: count(warm) / 5, taking: false }),
      },
      quick ? 1 : 5,
      progress,
    );
    const rows = [
      figures("memory", best("memory")),
      {
        ...figures("sqlite", best("sqlite")),
        ...atLeast(SQLITE_GOAL, perSecond(best("sqlite").wall), "/s"),
      },
      figures("sqlite, taken", best("sqlite, taken")),
      {
        ...figures("jetstream", best("jetstream")),
        ...atLeast(GOAL, perSecond(best("jetstream").wall), "/s"),
      },
    ];
    const title = `messages of 200 bytes a second, ${WAITING} in flight, from one agent to another`;
    const sender =
      "sent from outside; each is on disk in two actors; what is sent at the same time shares their records";
    return [{ title, rows, notes: [sender, ...FIGURES] }];
  },
};

interface Load {
  readonly run: string;
  readonly count: number;
  readonly taking: boolean;
}

async function through(log: string, { run, count, taking }: Load): Promise<Sample> {
  await using host = await createHost({ log, kinds: [...messagesKinds(), contextKind], strict: false });
  const team = await openTeam(host, run);
  const [ada] = [await team.join("ada"), await team.join("bob")];
  const inbox = host.actor(`inbox/${run}:bob`);
  const all = Promise.withResolvers<void>();
  const [ids, takes]: [string[], Promise<unknown>[]] = [[], []];
  let received = 0;
  const end = await host.facts({ kind: "inbox", root: run, type: "message.received" }, (fact) => {
    const { id } = (fact as unknown as { readonly data: { readonly id: string } }).data; // as the fact has it
    ids.push(id);
    if (++received === count) all.resolve();
    if (taking && (ids.length === TAKEN || received === count))
      takes.push(inbox.send({ type: "TAKE", ids: ids.splice(0) }));
  });
  const sample = await timed(count, async () => {
    await inFlight(count, WAITING, () => ada.send("bob", PAYLOAD));
    await all.promise;
    await Promise.all(takes);
  });
  end();
  return sample;
}
