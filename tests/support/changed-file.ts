/** Files of records that somebody has changed, or that a later Troupe has written. */
import { readFileSync } from "node:fs";

/** The records of a file, without its frame. */
export function recordsIn(path: string): string {
  return readFileSync(path, "utf8").split("\n").slice(1, -2).join("\n");
}

/** The same, one of which a later Troupe has written: the second of `task/r1:b`. */
export function newer(path: string): string {
  return recordsIn(path).replace(/("stream":"task\/r1:b","seq":2,.*"body":\{)"v":1/, '$1"v":7');
}
