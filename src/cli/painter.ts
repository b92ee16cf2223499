/**
 * Paints lines over those painted before, where the terminal can.
 */
import type { Terminal } from "./terminal.ts";

export interface Painter {
  paint(lines: readonly string[]): void;
  /** Takes the picture away, so that ordinary lines can follow. */
  clear(): void;
}

export function painter(terminal: Pick<Terminal, "paint">): Painter {
  let painted = 0;
  const back = (): string => (painted === 0 ? "" : `\u001b[${painted}A\u001b[0J`);
  return {
    paint(lines) {
      terminal.paint(`${back()}${lines.map((line) => `${line}\n`).join("")}`);
      painted = lines.length;
    },
    clear() {
      if (painted > 0) terminal.paint(back());
      painted = 0;
    },
  };
}
