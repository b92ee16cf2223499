/** Texts of others within a Markdown file. */

/** A text within a line: it begins no block, and no markup. */
export function oneLine(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_[\]<>|#]/g, "\\$&");
}

/** Moves the headings of a text down, line by line; what looks like one within code stays. */
export function lowerHeadings(levels: number): {
  line(line: string): string;
  /** What is missing at its end: code that was never closed. */
  end(): string;
} {
  let fence: string | undefined;
  return {
    line(line) {
      const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
      if (fence === undefined) fence = mark;
      else if (mark?.startsWith(fence) === true && line.trim() === mark) fence = undefined;
      return fence === undefined && /^#{1,6}\s/.test(line) ? lowered(line, levels) : line;
    },
    end: () => (fence === undefined ? "" : `${fence}\n`),
  };
}

function lowered(heading: string, levels: number): string {
  const own = /^#*/.exec(heading)?.[0].length ?? 0;
  return `${"#".repeat(Math.min(6, own + levels))}${heading.slice(own)}`;
}
