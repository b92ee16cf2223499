// The bookings, one JSON object a line: what was booked and what was cancelled, in order.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import process from "node:process";

const file = process.env.LEDGER ?? "bookings.jsonl";
const trip = process.env.TROUPE_RUN ?? "by-hand";

/** All entries of one kind of thing: flight, hotel, car. */
export function entriesOf(thing) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line)).filter((entry) => entry.thing === thing);
}

/** Whether this trip holds one. */
export function isBooked(thing) {
  return entriesOf(thing).findLast((entry) => entry.trip === trip)?.type === "booked";
}

/** How many are held, by whatever trip. */
export function held(thing) {
  return entriesOf(thing).reduce((sum, { type }) => sum + (type === "booked" ? 1 : -1), 0);
}

export function note(type, thing) {
  appendFileSync(file, `${JSON.stringify({ type, thing, trip })}\n`);
}
