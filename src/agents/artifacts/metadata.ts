/**
 * What is said of artifacts, in the commit that holds them (S3-042): as a file in its tree for
 * programs, and as its message for people.
 */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { sha256 } from "../../events/chat/conversation.ts";
import type { ArtifactNames, ArtifactOwner } from "./names.ts";

/** One line: it stands in a commit's message too. */
const Line = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\u2028\u2029]+$/u, "one line of text")
  .refine((text) => text.isWellFormed(), "text that is Unicode");

/** What whoever commits says of the artifacts. */
export const ArtifactSource = z.strictObject({
  correlation_id: Line,
  agent_role: Line,
  agent_version: Line,
  /** Of the prompt they were made of: see {@link promptHash}. */
  prompt_hash: z.string().regex(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hexadecimal digits"),
  model_name: Line,
  /** When they were made, with its zone. */
  timestamp: z.iso.datetime({ offset: true }),
});
export type ArtifactSource = z.infer<typeof ArtifactSource>;

/** One artifact of a commit. */
export const ArtifactEntry = z.strictObject({
  path: z.string(),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ArtifactEntry = z.infer<typeof ArtifactEntry>;

/** All that a commit says of its artifacts. */
export const ArtifactMetadata = z.strictObject({
  workflow_id: z.string(),
  task_id: z.string(),
  ...ArtifactSource.shape,
  /** By path, in the order of their UTF-16 code units. */
  artifacts: z.array(ArtifactEntry),
});
export type ArtifactMetadata = z.infer<typeof ArtifactMetadata>;

/** The `prompt_hash` of a prompt. */
export function promptHash(prompt: string): string {
  return sha256(prompt);
}

/** @throws {@link TroupeError} `ARTIFACT_INVALID` naming the field. */
export function parseSource(given: unknown): ArtifactSource {
  const parsed = ArtifactSource.safeParse(given);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const place = ["metadata", ...(first?.path ?? []).map(String)].join(".");
  throw new TroupeError("ARTIFACT_INVALID", `${place}: ${first?.message}`, {
    hint: "Say of the artifacts what the schema ArtifactSource names; nothing was committed.",
    data: { issues: parsed.error.issues },
  });
}

/** What stands in the file of the metadata. */
export function metadataText(metadata: ArtifactMetadata): string {
  return `${JSON.stringify(metadata, undefined, 2)}\n`;
}

/** The metadata in a file; undefined where it is none, as in a commit that somebody else made. */
export function metadataIn(text: string): ArtifactMetadata | undefined {
  try {
    return ArtifactMetadata.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** How many paths a message names. */
const NAMED = 20;

/** The message of a commit. */
export function messageOf(
  { workflow, task }: ArtifactOwner,
  metadata: ArtifactMetadata,
  { names, content }: { readonly names: ArtifactNames; readonly content: string },
): string {
  const { artifacts } = metadata;
  const lines = artifacts.slice(0, NAMED).map(({ path, bytes }) => `${shown(path)} (${bytes} bytes)`);
  const more = artifacts.length > NAMED ? [`and ${artifacts.length - NAMED} more`] : [];
  const files = `${artifacts.length} ${artifacts.length === 1 ? "file" : "files"}`;
  return [
    `Artifacts of ${task} in ${workflow}: ${files}`,
    "",
    `Made by ${metadata.agent_role} ${metadata.agent_version} with ${metadata.model_name}.`,
    "",
    ...[...lines, ...more].map((line) => `- ${line}`),
    ...(lines.length > 0 ? [""] : []),
    `Workflow-Id: ${workflow}`,
    `Task-Id: ${task}`,
    `Correlation-Id: ${metadata.correlation_id}`,
    `Prompt-Hash: ${metadata.prompt_hash}`,
    `Metadata: ${names.metadata}`,
    contentLine(content),
    "",
  ].join("\n");
}

/** The line by which a commit is found again. */
export function contentLine(content: string): string {
  return `Content-Id: ${content}`;
}

/** A path that may hold anything, on one line. */
function shown(path: string): string {
  return /^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(path) && !path.includes('"') ? path : JSON.stringify(path);
}
