/**
 * Scripts of models: what is answered to what. Written by hand, as YAML or JSON, for tests and
 * for demonstrations.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { Usage } from "../../events/chat/message.ts";
import { faultLine, readDocument, refused, type PlacedFault } from "../../events/plan/document.ts";
import { faultAt, isTooDeep, placeText, type Fault } from "../../events/plan/fault.ts";
import { schemaFaults } from "../../events/plan/schema-faults.ts";

/** One text, or several that all have to be there. */
const Texts = z.union(
  [z.string().min(1), z.array(z.string().min(1)).min(1)],
  "text, or a list of texts",
);

/** What a conversation has to be like: all that is given. */
const When = z.strictObject({
  /** The system messages contain it: so agents are told apart. */
  system: Texts.optional(),
  /** The last message of the user contains it. */
  user: Texts.optional(),
  /** The last message contains it, whoever wrote it. */
  last: Texts.optional(),
  /** The last message is an answer of this tool. */
  tool: z.string().optional(),
  /** So many messages so far, those of the system too. */
  messages: z.int().min(1).optional(),
  /** The model is asked for the nth time in this conversation: it has answered n - 1 times. */
  call: z.int().min(1).optional(),
  /** JSON is asked for, by a schema of this name. */
  output: z.string().optional(),
});
export type When = z.infer<typeof When>;

const ScriptedCall = z.strictObject({
  name: z.string(),
  input: z.json().default({}),
  /** Default made of the conversation's length and the call's index. */
  id: z.string().optional(),
});

/** How asking fails. */
const ScriptedError = z.strictObject({
  is: z.enum(["rate_limited", "unavailable", "cut_off", "failed"]),
  retryAfterMs: z.int().min(0).optional(),
  /** So many times a conversation fails, then it is answered. Default: always. */
  times: z.int().min(1).optional(),
});
export type ScriptedError = z.infer<typeof ScriptedError>;

/** What is answered to a conversation: `text`, `data` or `chunks`, `calls`, or both. */
const Entry = z.strictObject({
  /** Default: any conversation. */
  when: When.optional(),
  text: z.string().optional(),
  /** Told as JSON. */
  data: z.json().optional(),
  /** The text in the pieces that it comes in. */
  chunks: z.array(z.string()).min(1).optional(),
  calls: z.array(ScriptedCall).optional(),
  /** Default `tools` where there are calls, else `stop`. */
  finish: z.enum(["stop", "tools", "length", "refused", "other"]).optional(),
  /** Default: estimated, a token for four characters. */
  usage: Usage.optional(),
  /** How long the answer takes, in milliseconds. Default 0. */
  delayMs: z.number().min(0).max(3_600_000).optional(),
  error: ScriptedError.optional(),
});

/** The entries are tried in order; the first that fits answers. */
export const Script = z.strictObject({
  /** As answers name the model. Default: the model's own name. */
  name: z.string().min(1).optional(),
  answers: z.array(Entry).min(1),
});
export type Script = z.input<typeof Script>;

/** An entry that was read. */
export type ScriptEntry = z.infer<typeof Entry> & {
  /** Where it stands: `demo.yaml:12:5 answers[2]`. */
  readonly place: string;
};

export interface ReadScript {
  readonly name: string | undefined;
  readonly entries: readonly ScriptEntry[];
}

/** A script as a value. @throws {@link TroupeError} `SCRIPT_INVALID` with every fault. */
export function scriptOf(value: Script): ReadScript {
  const place = ({ path, message }: Fault): PlacedFault => ({
    line: 1,
    column: 1,
    place: placeText(path),
    message,
  });
  return checked({ value, file: "script", place, at: (index) => `answers[${index}]` });
}

/** A script in a file. @throws {@link TroupeError} `SCRIPT_INVALID` with every fault. */
export function readScript(file: string): ReadScript {
  const { grammar, content } = readDocument(textOf(file));
  if (content === undefined || grammar.length > 0) throw invalid(file, grammar);
  const { value, place } = content;
  const at = (index: number): string =>
    faultLine(file, place(faultAt(["answers", index], ""))).replace(/: $/, "");
  return checked({ value, file, place, at });
}

interface Unchecked {
  readonly value: unknown;
  readonly file: string;
  readonly place: (fault: Fault) => PlacedFault;
  readonly at: (index: number) => string;
}

function checked({ value, file, place, at }: Unchecked): ReadScript {
  if (isTooDeep(value)) throw invalid(file, [place(faultAt([], "it is nested too deeply"))]);
  const faults = schemaFaults(Script, value, "a script: a list of answers");
  if (faults.length > 0) throw invalid(file, faults.map(place));
  const { name, answers } = Script.parse(value);
  const unclear = answers.flatMap((entry, index) => faultsOf(entry, index));
  if (unclear.length > 0) throw invalid(file, unclear.map(place));
  return { name, entries: answers.map((entry, index) => ({ ...entry, place: at(index) })) };
}

/** What no schema says: entries that say nothing, or two things at once. */
function faultsOf(entry: z.infer<typeof Entry>, index: number): readonly Fault[] {
  const given = TEXTS.filter((field) => entry[field] !== undefined);
  const answers = [...given, ...OTHERS.filter((field) => entry[field] !== undefined)].length > 0;
  const fault = (message: string, hint: string): readonly Fault[] => [
    faultAt(["answers", index], message, hint),
  ];
  if (given.length > 1) return fault(`it has ${given.join(" and ")}`, "Keep one of them.");
  if (!answers && !alwaysFails(entry))
    return fault("it has no answer", "Add `text`, `data`, `chunks` or `calls`.");
  return answers && alwaysFails(entry) && entry.error?.is !== "cut_off"
    ? fault("its answer is never given", "Say in `error.times` how often it fails.")
    : [];
}

const TEXTS = ["text", "data", "chunks"] as const;
const OTHERS = ["calls", "finish"] as const;

function alwaysFails({ error }: z.infer<typeof Entry>): boolean {
  return error !== undefined && error.times === undefined;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const what = why === "ENOENT" ? "does not exist" : `cannot be read (${why})`;
    throw new TroupeError("SCRIPT_INVALID", `the script "${file}" ${what}`, {
      hint: "Name a YAML or JSON file that you can read.",
      data: { file },
      cause,
    });
  }
}

function invalid(file: string, faults: readonly PlacedFault[]): TroupeError {
  return refused("SCRIPT_INVALID", { kind: "the script", file }, faults);
}
