/**
 * `troupe critic FILE…`: how good a text is, by rules that anybody can check (S0-052, S0-065).
 *
 * - Exit code 0: each has passed. 1: one has not. No log is touched.
 * - Everything is read before anything is judged, so that a wrong name costs nothing.
 */
import { relative, resolve } from "node:path";
import { Option, type Command } from "commander";
import { z } from "zod";
import { assess, type Assessment } from "../../agents/critic/assess.ts";
import { feedbackReport, percent } from "../../agents/critic/feedback.ts";
import { readArtifact, readRequirements } from "../../agents/critic/read-artifact.ts";
import { reviewDecision, writeReview } from "../../agents/critic/review.ts";
import { TroupeError } from "../../errors.ts";
import { addPlainCommand, printTable, type Shell } from "../shell.ts";
import { tame, tameLine } from "../terminal.ts";

const Options = z.object({
  json: z.boolean().default(false),
  input: z.array(z.string()).default([]),
  requirements: z.string().optional(),
  review: z.string().optional(),
  artifacts: z.string().default("artifacts"),
  reviewer: z.string().default("critic"),
});
type Options = z.infer<typeof Options>;

export function addCritic(program: Command, shell: Shell): void {
  addPlainCommand(program, "critic", "Judge how good Markdown texts are, by rules.")
    .argument("[files...]", "the texts; each is judged by itself")
    .addOption(new Option("--input <file>", "the same as naming a file").argParser(collected))
    .option("--requirements <file>", "a JSON list of what the texts must say")
    .option("--review <id>", "write the review of the file to feedback-ID.md")
    .option("--artifacts <folder>", "where the review is written (default: artifacts)")
    .option("--reviewer <name>", "who reviews (default: critic)")
    .action((files: readonly string[], options: unknown) => {
      const read = Options.parse(options);
      return judge(shell, [...files, ...read.input], read);
    });
}

function collected(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file];
}

async function judge(shell: Shell, files: readonly string[], options: Options): Promise<void> {
  checkFiles(files, options);
  const { folder, exit } = shell;
  const { requirements: wanted } = options;
  const requirements = wanted === undefined ? [] : await readRequirements(resolve(folder, wanted));
  const artifacts: { readonly name: string; readonly content: string }[] = [];
  for (const name of files)
    artifacts.push({ name, content: await readArtifact(resolve(folder, name)) });
  const found = assess(artifacts, { requirements });
  const review = await written(shell, found, options);
  if (options.json) printJson(shell, found, review);
  else print(shell, found, review);
  if (!found.passed) exit(1);
}

function checkFiles(files: readonly string[], { review }: Options): void {
  if (files.length === 0)
    throw new TroupeError("USAGE", "no file was named", { hint: "See `troupe critic --help`." });
  if (review === undefined || files.length === 1) return;
  throw new TroupeError("USAGE", `--review goes with one file, and ${files.length} were named`, {
    hint: "Review each of them by itself, with an id of its own.",
  });
}

async function written(
  { folder }: Shell,
  { artifacts: [one] }: Assessment,
  { review: id, artifacts, reviewer }: Options,
): Promise<string | undefined> {
  if (id === undefined || one === undefined) return undefined;
  return writeReview(one, { id, reviewer, artifact: one.name, folder: resolve(folder, artifacts) });
}

function printJson({ terminal }: Shell, { artifacts }: Assessment, review?: string): void {
  const values = artifacts.map(({ name, ...critique }) => ({
    file: name,
    ...critique,
    ...reviewDecision(critique.overall),
    ...(review !== undefined && { review }),
  }));
  terminal.out(JSON.stringify(values.length === 1 ? values[0] : values));
}

function print({ terminal, folder }: Shell, found: Assessment, review?: string): void {
  const [one, ...others] = found.artifacts;
  if (one === undefined) return;
  if (others.length === 0) terminal.out(tame(feedbackReport(one).trimEnd()));
  else printAll(terminal, found);
  if (review !== undefined) terminal.err(`review in ${tameLine(relative(folder, review))}`);
}

function printAll(terminal: Shell["terminal"], { artifacts, mean, grade, passed }: Assessment): void {
  const names = (artifacts[0]?.dimensions ?? []).map(({ dimension }) => dimension.toUpperCase());
  const rows = artifacts.map((one) => [
    one.name,
    percent(one.overall),
    one.grade,
    one.passed ? "yes" : "no",
    ...one.dimensions.map(({ score }) => percent(score)),
  ]);
  const last = ["mean", percent(mean ?? 0), grade ?? "", passed ? "yes" : "no"];
  const means = names.map((_, at) => {
    const scores = artifacts.map((one) => one.dimensions[at]?.score ?? 0);
    return percent(scores.reduce((a, b) => a + b, 0) / scores.length);
  });
  printTable(
    terminal,
    ["FILE", "OVERALL", "GRADE", "PASSED", ...names],
    [...rows, [...last, ...means]],
  );
}
