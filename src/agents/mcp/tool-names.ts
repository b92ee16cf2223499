/** Names of tools as models may call them, made of names as servers have them. */
import { sha256 } from "../../events/chat/conversation.ts";

/** The longest name that providers allow. */
const LONGEST = 64;

/**
 * A name for each, in their order: what no name may hold becomes `_`; where two are the same, or
 * one is too long, it ends in a few letters of its hash.
 */
export function toolNames(names: readonly string[], prefix: string): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const plain = `${prefix}${name}`.replaceAll(/[^A-Za-z0-9_-]/g, "_");
    const own =
      plain.length > LONGEST || plain === "" || taken.has(plain) ? marked(plain, name) : plain;
    taken.add(own);
    return own;
  });
}

function marked(plain: string, name: string): string {
  const mark = `_${sha256(name).slice("sha256:".length, "sha256:".length + 8)}`;
  return `${plain.slice(0, LONGEST - mark.length)}${mark}`;
}
