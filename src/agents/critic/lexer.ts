/**
 * `marked` as the critic uses it: CommonMark, for text that nobody has vouched for.
 *
 * - Lexing takes time in proportion to the text, whatever stands in it, and never runs out of
 *   stack. What makes `marked` slow on odd text is left out: tables, emphasis and bare URLs, which
 *   no validator looks at. Their text stays text.
 * - Quotes and lists deeper than {@link MAX_DEPTH} are read as paragraphs.
 * - Where {@link LONGEST_RUN} lines follow each other without a blank one, one is put in: items and
 *   paragraphs are copied with each line that they get. It ends none but paragraphs and quotes.
 */
import { getDefaults, Lexer, Tokenizer, type MarkedToken, type Token, type Tokens } from "marked";

/** How deep quotes and lists may be nested: each level is lexed again. */
export const MAX_DEPTH = 16;

/** How many lines a heading that is underlined may have: looking for the line below it costs time. */
const HEADING_LINES = 4;

const LONGEST_RUN = 500;

export interface Lexed {
  readonly tokens: readonly MarkedToken[];
  /** Of a line of the tokens, which line of the text it is; both count from 1. */
  readonly lineOf: (line: number) => number;
}

/** The blocks of a text whose lines end in `\n`. */
export function lexed(text: string): Lexed {
  const lines: string[] = [];
  const origins: number[] = [];
  let run = 0;
  for (const [at, line] of text.split("\n").entries()) {
    run = line.trim() === "" ? 0 : run + 1;
    const isLong = run > LONGEST_RUN;
    if (isLong) run = 1;
    lines.push(...(isLong ? ["", line] : [line]));
    origins.push(...(isLong ? [at, at + 1] : [at + 1]));
  }
  const tokens = new PlainLexer(new FlatTokenizer()).lex(lines.join("\n"));
  return { tokens: ownTokens(tokens), lineOf: (line) => origins[line - 1] ?? line };
}

/** No extension is loaded, so there are no tokens but its own. */
export function ownTokens(tokens: readonly Token[]): readonly MarkedToken[] {
  return tokens as readonly MarkedToken[]; // see above
}

class FlatTokenizer extends Tokenizer {
  private depth = 0;

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.nested(() => super.blockquote(src));
  }

  override list(src: string): Tokens.List | undefined {
    return this.nested(() => super.list(src));
  }

  override lheading(src: string): Tokens.Heading | undefined {
    return super.lheading(firstLines(src, HEADING_LINES));
  }

  private nested<T>(read: () => T | undefined): T | undefined {
    if (this.depth === MAX_DEPTH) return undefined;
    this.depth += 1;
    try {
      return read();
    } finally {
      this.depth -= 1;
    }
  }
}

class PlainLexer extends Lexer {
  private readonly reader: Tokenizer;

  constructor(reader: Tokenizer) {
    super({ ...getDefaults(), gfm: false, tokenizer: reader });
    this.reader = reader;
  }

  /** Links, images, code and HTML within a text. */
  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    const outside = this.state.linkParenPossible;
    this.state.linkParenPossible = src.includes(")");
    for (let rest = src; rest !== "";) {
      const token = this.inlineToken(rest);
      tokens.push(token);
      rest = rest.slice(token.raw.length);
    }
    this.state.linkParenPossible = outside;
    return tokens;
  }

  private inlineToken(src: string): Token {
    const { reader } = this;
    return (
      reader.escape(src) ??
      reader.tag(src) ??
      reader.link(src) ??
      reader.reflink(src, this.tokens.links) ??
      reader.codespan(src) ??
      reader.autolink(src) ??
      plainText(src)
    );
  }
}

/** Up to where something else may begin; backticks that open nothing are taken together. */
function plainText(src: string): Tokens.Text {
  const [raw = src] = /^(?:`+|[^])[^\\`[!<]*/.exec(src) ?? [];
  return { type: "text", raw, text: raw, escaped: false };
}

function firstLines(src: string, count: number): string {
  let end = 0;
  for (let line = 0; line < count; line++) {
    const next = src.indexOf("\n", end);
    if (next === -1) return src;
    end = next + 1;
  }
  return src.slice(0, end);
}
