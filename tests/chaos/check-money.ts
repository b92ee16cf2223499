/**
 * Money: what the accounts hold in the end, counted from their records by other means than their
 * machine, and what became of each transfer.
 *
 * - The sum of all accounts is what was there at first and what was paid in at the counter.
 * - Each transfer has ended, and took, gave and gave back as often as its ending says: once or never.
 */
import type { Evidence } from "../../src/testing/evidence.ts";
import { numberIn, type Replay, type Replayed } from "../../src/testing/replayed.ts";
import { AccountInput, TransferInput, type Asking, type Ending } from "./bank.ts";

/** What moved for one transfer: `account` by what was asked. */
type Moves = Readonly<Record<Asking, string[]>>;

/** How often each was granted, by how a transfer ended. */
const GRANTED: Readonly<Record<Ending, Readonly<Record<Asking, number>>>> = {
  paid: { WITHDRAW: 1, DEPOSIT: 1, REFUND: 0 },
  returned: { WITHDRAW: 1, DEPOSIT: 0, REFUND: 1 },
  refused: { WITHDRAW: 0, DEPOSIT: 0, REFUND: 0 },
};

/** @returns how many transfers there are. */
export function checkMoney({ actors, fault }: Evidence): number {
  const moves = new Map<string, Moves>();
  const sum = { before: 0, cash: 0, after: 0 };
  for (const actor of actors.values()) {
    if (!actor.address.startsWith("account/")) continue;
    const counted = countAccount(actor, moves);
    sum.before += counted.before;
    sum.cash += counted.cash;
    sum.after += numberAt(actor.context, "balance");
    for (const key of ["balance", "notes"] as const)
      if (actor.context[key] !== counted[key])
        fault(
          `${actor.address}: ${key} is ${numberAt(actor.context, key)}, its records make ${counted[key]}`,
        );
  }
  if (sum.after !== sum.before + sum.cash)
    fault(`the accounts hold ${sum.after}, ${sum.before} and ${sum.cash} in cash came in`);
  let transfers = 0;
  for (const actor of actors.values()) {
    if (!actor.address.startsWith("transfer/")) continue;
    transfers++;
    const id = actor.address.slice("transfer/".length);
    checkTransfer(actor, moves.get(id) ?? noMoves(), fault);
    moves.delete(id);
  }
  for (const id of moves.keys()) fault(`money moved for the transfer ${id}, which does not exist`);
  return transfers;
}

interface Counted {
  before: number;
  balance: number;
  cash: number;
  notes: number;
}

function countAccount({ address, steps }: Replayed, moves: Map<string, Moves>): Counted {
  const born = AccountInput.safeParse(steps[0]?.body.born?.input).data ?? { balance: 0, limit: 0 };
  const counted = { before: born.balance, balance: born.balance, cash: 0, notes: 0 };
  for (const step of steps) countStep(counted, step, { address, limit: born.limit, moves });
  return counted;
}

function countStep(
  counted: Counted,
  { body: { event, stale, handled } }: Replay,
  at: { readonly address: string; readonly limit: number; readonly moves: Map<string, Moves> },
): void {
  if (event === undefined || stale === true || handled === false) return;
  const amount = numberIn(event, "amount") ?? 0;
  const granted = (by: number, asking: Asking): void => {
    const id = typeof event["transfer"] === "string" ? event["transfer"] : "nobody";
    const moved = at.moves.get(id) ?? noMoves();
    at.moves.set(id, moved);
    moved[asking].push(at.address);
    counted.balance += by;
  };
  switch (event.type) {
    case "NOTE":
      counted.notes++;
      break;
    case "CASH":
      counted.balance += amount;
      counted.cash += amount;
      break;
    case "WITHDRAW":
      if (counted.balance >= amount) granted(-amount, "WITHDRAW");
      break;
    case "DEPOSIT":
      if (counted.balance + amount <= at.limit) granted(amount, "DEPOSIT");
      break;
    case "REFUND":
      granted(amount, "REFUND");
      break;
  }
}

function checkTransfer(
  { address, steps, context }: Replayed,
  moves: Moves,
  fault: Evidence["fault"],
): void {
  const status = steps.at(-1)?.body.status;
  if (status !== "done") return fault(`${address} has not ended: it is ${status}`);
  const input = TransferInput.safeParse(steps[0]?.body.born?.input).data;
  const ending = endingOf(context["ending"]);
  if (ending === undefined || input === undefined)
    return fault(`${address} ended as ${String(context["ending"])}`);
  const whose = { WITHDRAW: input.from, DEPOSIT: input.to, REFUND: input.from };
  for (const asking of ["WITHDRAW", "DEPOSIT", "REFUND"] as const) {
    const expected = Array.from({ length: GRANTED[ending][asking] }, () => whose[asking]);
    if (moves[asking].join() !== expected.join())
      fault(`${address} is ${ending}, but ${asking} counts at: ${moves[asking].join() || "none"}`);
  }
}

function endingOf(ending: unknown): Ending | undefined {
  return ending === "paid" || ending === "returned" || ending === "refused" ? ending : undefined;
}

function noMoves(): Moves {
  return { WITHDRAW: [], DEPOSIT: [], REFUND: [] };
}

function numberAt(context: Replayed["context"], key: string): number {
  const value = context[key];
  return typeof value === "number" ? value : Number.NaN;
}
