// Whether every JSON and YAML file parses. A file that does not is a finding, not a failure.
import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { found, keep } from "./artifact.mjs";

/** tsconfig and the like allow comments and trailing commas. */
const LENIENT = /(^|\/)(\.oxlintrc|\.oxfmtrc|tsconfig[^/]*|api-extractor|knip)\.json$/;

function faultOf(path) {
  const text = readFileSync(path, "utf8");
  try {
    if (path.endsWith(".json") && !LENIENT.test(path)) JSON.parse(text);
    else if (/\.ya?ml$/.test(path)) {
      const [error] = parseDocument(text).errors;
      if (error !== undefined) throw error;
    }
    return [];
  } catch (error) {
    return [{ path, fault: error.message.split("\n")[0] }];
  }
}

const files = found("files").filter(({ path, text }) => text && /\.(json|ya?ml)$/.test(path));
const faults = files.flatMap(({ path }) => faultOf(path));
keep("parse", { checked: files.length, faults });
console.log(`${files.length} files checked, ${faults.length} do not parse`);
