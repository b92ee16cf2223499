// Undoes a booking. Twice is once, and what was never booked needs no undoing.
import process from "node:process";
import { isBooked, note } from "./ledger.mjs";

const [thing = ""] = process.argv.slice(2);
if (isBooked(thing)) note("cancelled", thing);
console.log(`cancelled: ${thing}`);
