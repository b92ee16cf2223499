/** A short hash of a text, the same on every machine: 32 bits, of no use against anybody. */

/** FNV-1a of its UTF-8 bytes: 0 to 2^32 - 1. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, "utf8")) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
