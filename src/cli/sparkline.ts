/** A row of values as blocks: what a trend looks like. Pure. */
const BLOCKS = "▁▂▃▄▅▆▇█";

/** One character per value of 0 to 1, lowest to highest block; `·` where there is none. */
export function sparkline(values: readonly (number | null)[]): string {
  return values
    .map((value) => (value === null ? "·" : BLOCKS[Math.min(7, Math.max(0, Math.floor(value * 8)))]))
    .join("");
}
