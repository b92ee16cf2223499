/** `troupe feedback`: what you think of what a task has done; recorded, also when its run is over. */
import type { Command } from "commander";
import { z } from "zod";
import { connect } from "../../actors/client.ts";
import { giveFeedback } from "../../agents/feedback/executions.ts";
import { feedbackKind } from "../../agents/feedback/feedback-kind.ts";
import { redact } from "../../agents/redact.ts";
import { TroupeError } from "../../errors.ts";
import { secretsOf } from "../../events/secrets.ts";
import {
  addCommand,
  checkRunId,
  checkTexts,
  openExisting,
  userName,
  wholeNumber,
  type Shell,
} from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  rating: z.string(),
  attempt: z.string().optional(),
  comment: z.string().optional(),
  by: z.string().optional(),
});

export function addFeedback(program: Command, shell: Shell): void {
  addCommand(program, "feedback", "Rate what a task has done.")
    .argument("<run>", "a run's id")
    .argument("<task>", "a task's id")
    .requiredOption("--rating <number>", "1 to 5, 5 is best")
    .option("--attempt <number>", "of this attempt (default: of the task's last)")
    .option("--comment <text>", "why, in words; it is recorded")
    .option("--by <name>", "who rates (default: you)")
    // oxlint-disable-next-line max-params -- commander's: two arguments and the options
    .action((run: string, task: string, options: unknown) =>
      rate(shell, { run, task }, Options.parse(options)),
    );
}

async function rate(
  { terminal, env }: Shell,
  { run, task }: { readonly run: string; readonly task: string },
  { log: url, json, by = userName(), comment, ...numbers }: z.infer<typeof Options>,
): Promise<void> {
  checkRunId(run);
  checkTexts({ comment }, 4_096);
  checkTexts({ by }, 200);
  const rating = ratingIn(numbers.rating);
  const attempt = numbers.attempt === undefined ? undefined : wholeNumber("attempt", numbers.attempt);
  await using log = await openExisting(url);
  await using client = await connect({ log, kinds: [feedbackKind] });
  const said = {
    rating,
    ...(attempt !== undefined && { attempt }),
    // it is recorded as it comes, so secrets stay behind here (S2)
    ...(comment !== undefined && { comment: redact(comment, secretsOf(env)) }),
    ...(by !== undefined && { by }),
  };
  await giveFeedback(client, { run, task, ...said });
  if (json) terminal.out(JSON.stringify({ run, task, ...said }));
  else terminal.out(`${run} ${task}: rated ${rating} of 5`);
}

function ratingIn(text: string): number {
  if (/^[1-5]$/.test(text)) return Number(text);
  throw new TroupeError("USAGE", `--rating is "${text}", not a number from 1 to 5`, {
    hint: "5 is best.",
  });
}
