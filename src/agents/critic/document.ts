/**
 * A Markdown text as the validators see it: parsed once, for all of them.
 *
 * - A heading counts where it is one of the document itself; one within a quote or a list is not.
 * - Code counts wherever it stands, also in quotes and lists, and is no prose (T-C3).
 */
import type { MarkedToken, Token, Tokens } from "marked";
import { lexed, ownTokens, type Lexed } from "./lexer.ts";

export interface MarkdownDocument {
  /** As it was given; its lines end in `\n`. */
  readonly content: string;
  /** In order. */
  readonly headings: readonly {
    /** 1 to 6. */
    readonly level: number;
    readonly line: number;
  }[];
  /** Fenced blocks of code, in order. */
  readonly blocks: readonly {
    /** The first word behind the fence; empty where there is none. */
    readonly language: string;
    readonly code: string;
    /** Of the opening fence, where it is known. */
    readonly line?: number;
  }[];
  /** The text of paragraphs, items and headings, without markup or fenced code. */
  readonly passages: readonly {
    readonly text: string;
    readonly line: number;
    readonly isHeading: boolean;
  }[];
  /** How many links it has that lead somewhere, `[text](url)` or by reference; no images. */
  readonly links: number;
}

/** Reads a text. Never throws; lines count from 1. */
export function parseMarkdown(content: string): MarkdownDocument {
  const text = content.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const { tokens, lineOf } = lexed(text);
  const lines = text.split("\n");
  const found: Found = { lines, lineOf, headings: [], blocks: [], passages: [], links: 0 };
  walk(tokens, { line: 1, isTop: true }, found);
  const { headings, blocks, passages, links } = found;
  return { content: text, headings, blocks, passages, links };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer I)[] ? I[] : T[K] };

interface Found extends Mutable<Omit<MarkdownDocument, "content">> {
  readonly lines: readonly string[];
  readonly lineOf: Lexed["lineOf"];
}

interface Place {
  /** Of the tokens. */
  readonly line: number;
  /** Within no quote or list. */
  readonly isTop: boolean;
}

function walk(tokens: readonly MarkedToken[], { line, isTop }: Place, found: Found): void {
  let here = line;
  for (const token of tokens) {
    read(token, { line: here, isTop }, found);
    here += lineEnds(token.raw);
  }
}

function read(token: MarkedToken, { line: here, isTop }: Place, found: Found): void {
  const line = found.lineOf(here);
  if (token.type === "heading" && isTop) found.headings.push({ level: token.depth, line });
  if (token.type === "heading" || token.type === "paragraph" || token.type === "text") {
    const isHeading = token.type === "heading";
    return readProse(token.tokens ?? [], { line, isHeading }, found);
  }
  if (token.type === "code") return readCode(token, line, found);
  if (token.type === "html") return readHtml(token, line, found);
  const below = tokensWithin(token);
  if (below !== undefined) walk(below, { line: here, isTop: false }, found);
}

function tokensWithin(token: MarkedToken): readonly MarkedToken[] | undefined {
  if (token.type === "list") return token.items;
  return token.type === "list_item" || token.type === "blockquote"
    ? ownTokens(token.tokens)
    : undefined;
}

function readHtml(token: Tokens.HTML | Tokens.Tag, line: number, found: Found): void {
  const isCode = "pre" in token && token.pre;
  if (!isCode) addPassage(untagged(token.text), { line, isHeading: false }, found);
}

function readCode({ codeBlockStyle, lang = "", text }: Tokens.Code, line: number, found: Found): void {
  if (codeBlockStyle === "indented") return;
  const [language = ""] = lang.trim().split(/\s/, 1);
  // a quote may be put together from parts, so a line within one is looked at before it is told
  const isThere = /`{3}|~{3}/.test(found.lines[line - 1] ?? "");
  found.blocks.push({ language, code: text, ...(isThere && { line }) });
}

type Prose = Omit<MarkdownDocument["passages"][number], "text">;

function readProse(tokens: readonly Token[], prose: Prose, found: Found): void {
  const parts: string[] = [];
  readInline(ownTokens(tokens), parts, found);
  addPassage(parts.join(""), prose, found);
}

/** What people read of a line: its links are counted on the way. */
function readInline(tokens: readonly MarkedToken[], parts: string[], found: Found): void {
  for (const token of tokens) {
    if (token.type === "html") continue;
    if (token.type === "link") {
      if (token.raw.startsWith("[") && token.href !== "") found.links += 1;
      readInline(ownTokens(token.tokens), parts, found);
    } else if ("text" in token) parts.push(token.text);
  }
}

function addPassage(text: string, prose: Prose, found: Found): void {
  // marks of emphasis, which the lexer leaves in the text
  const plain = text
    .replace(/[*_~]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
  if (plain !== "") found.passages.push({ text: plain, ...prose });
}

function untagged(html: string): string {
  return html.replace(/<[^<>]*>/g, " ");
}

function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
