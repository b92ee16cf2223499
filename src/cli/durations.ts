/** Durations as people type them: `500ms`, `30s`, `5m`, `2h`, `1d`. */
import { TroupeError } from "../errors.ts";

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * @param option its name, for the message.
 * @returns ms.
 * @throws {@link TroupeError} `USAGE`.
 */
export function durationOf(option: string, text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (factor !== undefined) return Math.round(Number(number) * factor);
  throw new TroupeError("USAGE", `--${option}: "${text}" is no duration`, {
    hint: "Write a number and ms, s, m, h or d: 500ms, 30s, 5m, 2h, 1d.",
    data: { option, text },
  });
}
