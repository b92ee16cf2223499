/** S1-022: the words of a text that say what it is about. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { keywordCell, keywordsOf } from "../../../src/projections/analytics/keywords.ts";

describe("S1-022: keywords of a text", () => {
  it("S1-022: are lowercase, without stopwords, longer than two characters, each once and sorted", () => {
    expect(keywordsOf("Build the REST API, and then TEST the Api of it in Go")).toEqual([
      "api",
      "build",
      "rest",
      "test",
    ]);
  });

  it("S1-022: are words of any script, with digits, and what an apostrophe splits off is none", () => {
    expect(keywordsOf("Größe von Ökosystemen; OAuth2 don't won't тест हिन्दी")).toEqual(
      ["größe", "von", "ökosystemen", "oauth2", "тест", "हिन्दी"].toSorted(),
    );
  });

  it("S1-022: are the same however an accent is written, and count characters, not code units", () => {
    expect(keywordsOf("Caf\u0065\u0301")).toEqual(keywordsOf("caf\u00E9"));
    expect(keywordsOf("𝒳𝒴 𝒳𝒴𝒵")).toEqual(["𝒳𝒴𝒵"]);
  });

  it("stand between single spaces in a cell", () => {
    expect(keywordCell("Build an API")).toBe(" api build ");
    expect(keywordCell("")).toBe(" ");
  });

  test.prop({ text: fc.oneof(fc.string({ unit: "grapheme" }), fc.lorem()) })(
    "for every text, the keywords of its keywords are the same",
    ({ text }) => {
      const words = keywordsOf(text);
      expect(keywordsOf(words.join(" "))).toEqual(words);
      expect(
        keywordCell(text)
          .split(" ")
          .filter((word) => word !== ""),
      ).toEqual(words);
    },
  );
});
