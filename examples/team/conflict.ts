/**
 * Conflict resolution: two editors write the same value from the same version. The second is
 * refused with what stands there now, and merges. Then each holds a lock that the other wants:
 * the one that would close the circle is told so, lets go, and starts over.
 *
 *     npx node examples/team/conflict.ts [LOG]
 */
import { contextKind, createHost, sharedContext, TroupeError, type SharedContext } from "troupe";

/** Adds a word to the text as this editor saw it; where somebody was faster, to what stands there now. */
async function add(shared: SharedContext, word: string, seen = ""): Promise<string> {
  const now = await shared.get("text");
  const expected = seen === "" ? 0 : (now?.version ?? 0);
  try {
    const version = await shared.set("text", `${seen} ${word}`.trim(), { by: word, expected });
    return `${word} wrote version ${version}`;
  } catch (error) {
    if (!TroupeError.is(error, "CONTEXT_CONFLICT")) throw error;
    return `${word} was too late; ${await add(shared, word, String(now?.value))}`;
  }
}

export async function demo(log: string): Promise<readonly string[]> {
  await using host = await createHost({ log, kinds: [contextKind] });
  const shared = await sharedContext(host, "conflict");
  const lines = [await add(shared, "ada"), await add(shared, "bob")];
  lines.push(String((await shared.get("text"))?.value));

  await using intro = await shared.acquire("intro", "ada");
  await using end = await shared.acquire("end", "bob");
  const waiting = shared.acquire("end", "ada", { waitMs: 60_000 });
  const circle = await shared.acquire("intro", "bob", { waitMs: 60_000 }).catch(codeOf);
  lines.push(String(circle));
  await end?.release(); // bob gives way
  await using both = await waiting;
  lines.push(`ada has ${[intro, both].map((lock) => lock?.key).join(" and ")}`);
  return lines;
}

function codeOf(error: unknown): string {
  return TroupeError.is(error) ? error.code : String(error);
}

if (import.meta.main) for (const line of await demo(process.argv[2] ?? "memory:")) console.log(line);
