// The proposal by its sections.
import process from "node:process";
import { read } from "./work.mjs";

/** Heading and text of each section. */
export function sectionsOfProposal() {
  const [, ...parts] = read(process.env.PROPOSAL).split(/^## /m);
  return parts.map((part) => {
    const [heading = "", ...lines] = part.split("\n");
    return { heading: heading.trim(), text: lines.join(" ").trim() };
  });
}

/** The sentence of a text in which words stand; undefined if they stand nowhere. */
export function sentenceWith(text, words) {
  const sentences = text.split(/(?<=[.!?])\s+/);
  return sentences.find((sentence) => sentence.toLowerCase().includes(words));
}
