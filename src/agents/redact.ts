/**
 * Takes secrets out of text that comes in pieces (S2).
 *
 * - A secret is found wherever the pieces are cut, and where secrets overlap.
 * - So are its common disguises: percent-encoded, base64, escaped in JSON.
 */

const MARK = "[redacted]";

/** Shorter ones would eat ordinary words; nobody can keep so short a secret anyway. */
const MIN_LENGTH = 4;

export interface Redactor {
  /** The next piece; answers what is now sure to be clean. */
  push(piece: string): string;
  /** The rest. */
  end(): string;
}

/** A redactor of these secrets for one stream of text. */
export function redactor(secrets: Iterable<string>): Redactor {
  const needles = disguises(secrets);
  const longest = needles.reduce((most, { length }) => Math.max(most, length), 1);
  let held = "";
  // how many characters at the head of `held` belong to a secret whose mark is already out
  let covered = 0;
  const release = (sure: number): string => {
    const found = spans(held, needles, covered).filter(({ start }) => start < sure);
    let clean = "";
    let from = 0;
    for (const { start, end } of found) {
      clean += held.slice(from, start) + (start === 0 && covered > 0 ? "" : MARK);
      from = end;
    }
    clean += held.slice(from, sure);
    held = held.slice(sure);
    covered = Math.max(0, from - sure);
    return clean;
  };
  return {
    push: (piece) => {
      held += piece;
      // a secret that starts before this point would be here in full
      const sure = wholeBefore(held, held.length - longest + 1);
      return sure > 0 ? release(sure) : "";
    },
    end: () => release(held.length),
  };
}

/** A whole text without these secrets. */
export function redact(text: string, secrets: Iterable<string>): string {
  const clean = redactor(secrets);
  return clean.push(text) + clean.end();
}

/** The last place at or before `at` that splits no pair of surrogates: half of one is no text. */
function wholeBefore(text: string, at: number): number {
  return /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) ? at - 1 : at;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where secrets stand, in order; spans that overlap are one. The first may be known before. */
function spans(text: string, needles: readonly string[], covered: number): readonly Span[] {
  const found: Span[] = covered > 0 ? [{ start: 0, end: covered }] : [];
  for (const needle of needles)
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1))
      found.push({ start: at, end: at + needle.length });
  const merged: Span[] = [];
  for (const span of found.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push(span);
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return merged;
}

/** The texts to look for: each secret that is long enough, as it is and in its disguises. */
export function disguises(secrets: Iterable<string>): readonly string[] {
  const needles = new Set<string>();
  for (const secret of secrets)
    for (const form of [
      secret,
      encodeURIComponent(secret.toWellFormed()),
      Buffer.from(secret).toString("base64").replace(/=+$/, ""),
      JSON.stringify(secret).slice(1, -1),
    ])
      if (secret.length >= MIN_LENGTH) needles.add(form);
  return [...needles];
}
