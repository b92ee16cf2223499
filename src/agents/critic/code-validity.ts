/** Code validity: each block of code says its language, and holds some. */
import { atLine } from "./structure.ts";
import { THRESHOLDS, type Finding, type Validator } from "./validator.ts";

/** S0-046. */
export const codeValidity: Validator = {
  name: "code_validity",
  threshold: THRESHOLDS.code_validity,
  check({ blocks }) {
    const issues = blocks.flatMap(({ language, code, line }): readonly Finding[] => {
      if (language === "") return [{ text: "Code block without a language", ...atLine(line) }];
      return code.trim() === "" ? [{ text: "Code block is empty", ...atLine(line) }] : [];
    });
    const valid = blocks.length - issues.length;
    const facts = { blocks_found: blocks.length, blocks_valid: valid };
    if (blocks.length > 0) return { score: valid / blocks.length, issues, facts };
    return { score: 1, issues: [{ text: "No code blocks found", isInfo: true }], facts };
  },
};
