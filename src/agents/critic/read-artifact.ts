/** Reads what is to be judged, and what it is judged by, from files. */
import { readTextOf, type TextKind } from "../read-text.ts";
import { parseRequirements } from "./requirements.ts";

const MIB = 1024 * 1024;

/** The longest artifact that is read, in bytes. */
const ARTIFACT_LIMIT = 16 * MIB;

const ARTIFACT: TextKind = {
  what: "artifact",
  limit: ARTIFACT_LIMIT,
  codes: { unreadable: "FILE_NOT_READ", invalid: "FILE_NOT_READ" },
  wanted: "a Markdown file",
  shorten: "Split it: nobody reads that much in one piece.",
};

const REQUIREMENTS: TextKind = {
  ...ARTIFACT,
  what: "requirements file",
  limit: 4 * MIB,
  wanted: "a JSON file",
};

/** @throws {@link TroupeError} `FILE_NOT_READ` where it cannot be read, is no text, or too long. */
export async function readArtifact(file: string): Promise<string> {
  return readTextOf(ARTIFACT, file);
}

/** @throws {@link TroupeError} `FILE_NOT_READ`, `INPUT_INVALID` with every fault and its place. */
export async function readRequirements(file: string): Promise<readonly string[]> {
  return parseRequirements(await readTextOf(REQUIREMENTS, file), file);
}
