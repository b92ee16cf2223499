/** A host as a process of its own: `host-child.ts URL`. It says what it owns, and ends with its stdin. */
import { createHost } from "../src/actors/host.ts";
import { counterKind } from "../tests/support/laws-kinds.ts";
import { w1Kind } from "./w1-ways.ts";

await using host = await createHost({
  log: process.argv[2] ?? "",
  kinds: [w1Kind, counterKind()],
  strict: false,
});
const ended = new Promise((resolve) => process.stdin.once("end", resolve));
process.stdin.resume();
const telling = setInterval(() => process.stdout.write(`${host.placement().partitions.length}\n`), 100);
await ended;
clearInterval(telling);
