/** The last line of a log file, without reading what lies before it. */
import { open } from "node:fs/promises";
import { corrupt, Footer } from "./format.ts";

/** Bytes from the end that are read first: more where the line is longer. */
const FIRST = 64 * 1024;

/** @throws {@link TroupeError} `LOG_CORRUPT` where the file was cut. */
export async function footerOf(path: string): Promise<Footer> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    for (let length = Math.min(FIRST, size); ; length = Math.min(length * 4, size)) {
      const buffer = Buffer.alloc(length);
      await file.read(buffer, 0, length, size - length);
      const start = buffer.lastIndexOf('\n{"end":');
      if (start === -1 && length < size) continue;
      return parsed(path, buffer.subarray(start + 1).toString("utf8"));
    }
  } finally {
    await file.close();
  }
}

function parsed(path: string, line: string): Footer {
  try {
    return Footer.parse(JSON.parse(line)).end;
  } catch (cause) {
    throw corrupt(`${path} was cut, or is no log file of Troupe`, cause);
  }
}
