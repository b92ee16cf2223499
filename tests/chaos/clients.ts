/**
 * Clients of the bank: each asks for transfers and other things, pauses, and asks again with the
 * same id until it has an answer, whatever happens to hosts, servers and its connection.
 *
 * - 1. What they ask for is made from the seed; only when is not.
 * - 2. Some ask once more for what was answered already: the answer must be the same.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Client } from "../../src/actors/client.ts";
import { TroupeError } from "../../src/errors.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import type { Act } from "../../src/testing/plan.ts";
import { diceOf, seedOf, type Dice } from "../../src/testing/dice.ts";
import type { Told } from "../../src/testing/user.ts";
import { readingKinds } from "./bank.ts";

type Command = Told["act"];

export interface ClientParts {
  /** By way of its gate. */
  readonly url: string;
  readonly seed: number;
  readonly client: number;
  readonly accounts: readonly string[];
  readonly leaseMs: number;
  readonly answerMs: number;
  readonly fault: (text: string) => void;
}

export interface BankClient extends AsyncDisposable {
  /** Everything it ever asked for. */
  readonly told: readonly Told[];
  /** Opens the accounts; resolves once all are on disk. */
  openAccounts(): Promise<void>;
  /** Asks for more and more until the signal aborts. */
  work(signal: AbortSignal): Promise<void>;
  /** Resolves once everything is answered, or too late: then what has no answer has none. */
  answered(timeoutMs: number): Promise<void>;
}

/** Longest pause between two questions, ms, and how many may be open. */
const PAUSE_MS = 60;
const OPEN = 24;
/** Pause before a question is put again, ms. */
const AGAIN_MS = 100;
/** What a richer account refuses to be. */
const LIMIT = 1_300;
/** What each account begins with. */
const BALANCE = 1_000;

/** Answers after which the same question is put again. */
const AGAIN = /^(HOST_|LOG_|MAILBOX_FULL$)/;

export async function bankClient(parts: ClientParts): Promise<BankClient> {
  const { url, seed, client: number, accounts, leaseMs, answerMs, fault } = parts;
  const log = await jetstreamLog({ url, leaseMs, answerMs });
  const client = await connect({ log, kinds: readingKinds, timeoutMs: 2 * answerMs });
  const dice = diceOf(seedOf(seed, 100 + number));
  const told: Told[] = [];
  const open = new Set<Promise<void>>();
  const over = new AbortController();

  const ask = (one: Told): Promise<void> => {
    const asked = untilAnswered(client, one, { over: over.signal, fault }).finally(() =>
      open.delete(asked),
    );
    open.add(asked);
    return asked;
  };
  const askFor = (act: Command): Promise<void> => {
    const one: Told = { act, answers: [], sent: 0 };
    told.push(one);
    return ask(one);
  };
  return {
    told,
    async openAccounts() {
      const start = { balance: BALANCE, limit: LIMIT };
      await Promise.all(accounts.map((to) => askFor({ waitMs: 0, to, start })));
    },
    async work(signal) {
      for (let n = 0; !signal.aborted; n++) {
        const again = told.filter(({ answers }) => answers.length > 0);
        if (dice.percent(6) && again.length > 0) void ask(dice.of(again));
        else void askFor(commandOf(dice, accounts, `${number}-${n}`));
        await sleep(dice.below(PAUSE_MS));
        while (open.size >= OPEN && !signal.aborted) await sleep(10);
      }
    },
    async answered(timeoutMs) {
      const late = setTimeout(() => over.abort(), timeoutMs);
      await Promise.all(open);
      clearTimeout(late);
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.all(open);
      await client[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
    },
  };
}

function commandOf(dice: Dice, accounts: readonly string[], id: string): Command & Act {
  const what = dice.below(100);
  const to = dice.of(accounts);
  if (what < 12) return { waitMs: 0, to, id, send: { type: "NOTE" } };
  if (what < 24) return { waitMs: 0, to, id, send: { type: "CASH", amount: 1 + dice.below(50) } };
  const from = dice.of(accounts.filter((account) => account !== to));
  const start = { id, from, to, amount: 1 + dice.below(400) };
  return { waitMs: 0, to: `transfer/${id}`, start };
}

/** Never rejects. */
async function untilAnswered(
  client: Client<typeof readingKinds>,
  told: Told,
  { over, fault }: { readonly over: AbortSignal; readonly fault: (text: string) => void },
): Promise<void> {
  const aborted = new Promise<undefined>((resolve) => {
    over.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  while (!over.aborted) {
    told.sent++;
    try {
      const seq = await Promise.race([take(client, told.act), aborted]);
      if (seq === undefined) break; // it hangs
      told.answers.push({ seq });
      return;
    } catch (error) {
      const code = TroupeError.is(error) ? error.code : String(error);
      if (!AGAIN.test(code)) {
        fault(`${told.act.to} answers ${code}: ${String(error)}`);
        return;
      }
    }
    await sleep(AGAIN_MS, undefined, { signal: over }).catch(() => {});
  }
}

async function take(client: Client<typeof readingKinds>, act: Command): Promise<number> {
  const to = act.to as `${"account" | "transfer"}/${string}`; // they ask for nothing else
  if ("start" in act) {
    await client.start(to, { input: act.start as never }); // made for this kind
    return 1;
  }
  if ("stop" in act) return (await client.actor(to).stop({ id: act.id })).seq;
  return (await client.actor(to).send(act.send as never, { id: act.id })).seq; // made for this kind
}
