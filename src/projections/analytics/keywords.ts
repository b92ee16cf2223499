/**
 * Keywords of a text (S1-022): lowercase words of letters and digits of any script, without the
 * little words of English, and longer than two characters. Pure.
 */

/** Little words of English with more than two letters, and what an apostrophe leaves of others. */
const STOPWORDS: ReadonlySet<string> = new Set(
  (
    "about above after again against all also among and any anyone anything are aren around because " +
    "been before being below between both but can cannot could couldn did didn does doesn doing don " +
    "down during each either else etc ever every few for from further had hadn has hasn have haven " +
    "having her here hers herself him himself his how however into isn its itself just least less let " +
    "like many may might mightn more most much must mustn myself needn neither nor not now off once " +
    "one only onto other others ought our ours ourselves out over own per please rather same shall " +
    "shan she should shouldn since some such than that the their theirs them themselves then there " +
    "these they this those through throughout thus too toward towards under until upon use used using " +
    "very via was wasn were weren what when where whether which while who whom whose why will with " +
    "within without won would wouldn yet you your yours yourself yourselves"
  ).split(" "),
);

/** A letter or a digit, and what belongs to it: an accent of its own, a vowel sign. */
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

/** Keywords of a text, each once, sorted by code units. `[]` of a text that has none. */
export function keywordsOf(text: string): readonly string[] {
  return [...new Set(wordsOf(text).filter(isKeyword))].toSorted();
}

/** All words of a text, in order, lowercase: letters and digits of any script. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().normalize("NFC").match(WORD) ?? [];
}

/**
 * Keywords as one cell of a table, each between single spaces, so that a word is found by
 * `LIKE '% api %'`: ` api build `. One space where there are none.
 */
export function keywordCell(text: string): string {
  return ["", ...keywordsOf(text), ""].join(" ");
}

/** In characters, not in code units. */
const LONG = /^.{3}/u;

function isKeyword(word: string): boolean {
  return LONG.test(word) && !STOPWORDS.has(word);
}
