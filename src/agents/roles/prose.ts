/** Answers that are texts for people, in Markdown. */
import type { Answered, Delivery } from "../definition/definition.ts";

const FENCE = /^\s*(`{3,})(?:markdown|md)[ \t]*\n([\s\S]*?)\n?\1\s*$/;

/** The text as the first output; models like to put the whole of it into a fence. */
export async function prose({ text }: Pick<Answered<unknown>, "text">): Promise<Delivery> {
  const bare = (FENCE.exec(text)?.[2] ?? text).trim();
  if (bare === "") return { problems: ["it is empty: write the text itself"] };
  return { text: `${bare}\n`, summary: headingOf(bare) };
}

/** Its first heading, else its first line. */
function headingOf(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const heading = lines.find((line) => /^#{1,6}\s/.test(line)) ?? lines[0] ?? "";
  return heading.replace(/^#+\s+/, "").trim();
}
