/**
 * What a command prints, as it may be recorded: bounded, redacted, and text.
 *
 * - Of much output the head and the tail are kept; what lies between is counted.
 * - Redaction comes before the cut, so that no half of a secret stays at its edge.
 * - Bytes that are no UTF-8 become U+FFFD: a record is strict JSON.
 */
import { redactor } from "./redact.ts";

export interface Output {
  readonly text: string;
  /** How much was printed in truth. */
  readonly bytes: number;
  readonly truncated: boolean;
}

export interface OutputCollector {
  write(chunk: Uint8Array): void;
  end(): Output;
}

/**
 * @param limit bytes of text that are kept; the note of what was left out comes on top.
 */
export function collectOutput(limit: number, secrets: Iterable<string>): OutputCollector {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const clean = redactor(secrets);
  const kept = headAndTail(limit);
  let bytes = 0;
  return {
    write(chunk) {
      bytes += chunk.byteLength;
      kept.push(Buffer.from(clean.push(decoder.decode(chunk, { stream: true }))));
    },
    end() {
      kept.push(Buffer.from(clean.push(decoder.decode()) + clean.end()));
      return { ...kept.end(), bytes };
    },
  };
}

interface Kept {
  push(bytes: Buffer): void;
  end(): { readonly text: string; readonly truncated: boolean };
}

function headAndTail(limit: number): Kept {
  const half = Math.floor(limit / 2);
  const head: Buffer[] = [];
  const tail: Buffer[] = [];
  let headBytes = 0;
  let tailBytes = 0;
  let dropped = 0;
  return {
    push(bytes) {
      const first = bytes.subarray(0, half - headBytes);
      headBytes += first.length;
      if (first.length > 0) head.push(first);
      const rest = bytes.subarray(first.length);
      if (rest.length === 0) return;
      tail.push(rest);
      tailBytes += rest.length;
      for (
        let old = tail[0];
        old !== undefined && tailBytes - old.length >= limit - half;
        old = tail[0]
      ) {
        tail.shift();
        tailBytes -= old.length;
        dropped += old.length;
      }
    },
    end() {
      const start = Buffer.concat(head);
      const end = Buffer.concat(tail);
      const over = Math.max(0, end.length - (limit - half));
      if (dropped + over === 0)
        return { text: Buffer.concat([start, end]).toString("utf8"), truncated: false };
      const from = whole(start, start.length);
      const to = end.subarray(nextWhole(end, over));
      const gap = dropped + (start.length - from) + (end.length - to.length);
      const text = `${start.toString("utf8", 0, from)}\n… ${gap} bytes left out …\n${to.toString("utf8")}`;
      return { text, truncated: true };
    },
  };
}

/** The last place at or before `at` that splits no character. */
function whole(bytes: Buffer, at: number): number {
  let start = at;
  while (start > 0 && isInside(bytes[start - 1])) start--;
  if (start === 0) return at;
  const lead = bytes[start - 1] ?? 0;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return start - 1 + size <= at ? at : start - 1;
}

/** The first place at or behind `at` that splits no character. */
function nextWhole(bytes: Buffer, at: number): number {
  let start = at;
  while (isInside(bytes[start])) start++;
  return start;
}

function isInside(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
