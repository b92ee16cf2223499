/** Texts of others, as far as they are kept. */

/** A text that is longer ends with how much is missing. @param most characters. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
  return `${cut}\n… (${text.length - cut.length} more characters are not shown)`;
}
