/**
 * `troupe messages`: what agents have said to each other, the newest first.
 *
 * - Of one run a page costs what the page holds. Of all runs, their whole logs are read.
 */
import { Option, type Command } from "commander";
import { z } from "zod";
import { connect, type Client } from "../../actors/client.ts";
import { messageHistory, messagesIn, isWanted, type PastMessage } from "../../agents/team/history.ts";
import { TroupeError } from "../../errors.ts";
import { parseAddress } from "../../events/address.ts";
import type { EventLog } from "../../events/log/log.ts";
import { MessageType } from "../../events/messages/message.ts";
import { teamKinds } from "../../agents/host-kinds.ts";
import { moment } from "../paper.ts";
import { addCommand, checkRunId, openExisting, printTable, wholeNumber, type Shell } from "../shell.ts";
import { assertTeam } from "../teams.ts";
import type { Terminal } from "../terminal.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  agent: z.string().optional(),
  type: MessageType.optional(),
  limit: z.string().transform((text) => wholeNumber("limit", text)),
  before: z
    .string()
    .transform((text) => placeIn(text))
    .optional(),
});
type Options = z.infer<typeof Options>;

/** `SEQ.ID` of a message, or `SEQ` of a record. */
function placeIn(text: string): { readonly seq: number; readonly id?: string } {
  const [, seq, id] = /^([1-9][0-9]*)(?:\.(m[1-9][0-9]*))?$/.exec(text) ?? [];
  if (seq === undefined)
    throw new TroupeError("USAGE", `--before takes a place like 12.m40, not "${text}"`, {
      hint: "Give what the page before has printed.",
    });
  return { seq: Number(seq), ...(id !== undefined && { id }) };
}

/** A message, and the run that it belongs to. */
type Found = PastMessage & { readonly run: string };

export function addMessages(program: Command, shell: Shell): void {
  addCommand(program, "messages", "Print what agents have said to each other, the newest first.")
    .argument("[run]", "only of this run (default: of all)")
    .option("--agent <name>", "only what this agent sent or was sent")
    .addOption(new Option("--type <type>", "only messages of this type").choices(MessageType.options))
    .option("--limit <count>", "at most so many", "100")
    .option("--before <place>", "of one run: only those before this place, as the page before names it")
    .action((run: string | undefined, options: unknown) =>
      messages(shell, run, Options.parse(options)),
    );
}

async function messages({ terminal }: Shell, run: string | undefined, options: Options): Promise<void> {
  if (run !== undefined) checkRunId(run);
  await using log = await openExisting(options.log, { readOnly: true });
  await using client = await connect({ log, kinds: teamKinds });
  const found =
    run === undefined ? await ofAll(client, options) : await ofRun({ client, log, run }, options);
  if (options.json) return terminal.out(JSON.stringify(found));
  if (found.length === 0) return terminal.err(`no such message in ${log.url}`);
  printMessages(terminal, found, run === undefined);
  const last = found.at(-1);
  if (run !== undefined && last !== undefined && found.length === options.limit)
    terminal.err(`older ones: --before ${last.seq}.${last.id}`);
}

function printMessages(terminal: Terminal, found: readonly Found[], ofAllRuns: boolean): void {
  const columns = ["SEQ", "AT", "FROM", "TO", "TYPE", "PRIORITY", "PAYLOAD"];
  const rows = found.map(({ run, seq, at, from, to, type, priority, payload }) => [
    ...(ofAllRuns ? [run] : []),
    String(seq),
    moment(at),
    from,
    typeof to === "string" ? to : to.join(","),
    type,
    priority,
    typeof payload === "string" ? payload : JSON.stringify(payload),
  ]);
  printTable(terminal, ofAllRuns ? ["RUN", ...columns] : columns, rows);
}

interface Of {
  readonly client: Client<typeof teamKinds>;
  readonly log: EventLog;
  readonly run: string;
}

async function ofRun({ client, log, run }: Of, options: Options): Promise<readonly Found[]> {
  await assertTeam(log, "messages", run);
  const { agent, type, limit, before } = options;
  const filter = {
    limit,
    ...(agent !== undefined && { agent }),
    ...(type !== undefined && { type }),
    ...(before !== undefined && { before }),
  };
  return (await messageHistory(client, run, filter)).map((message) => ({ run, ...message }));
}

async function ofAll(
  client: Client<typeof teamKinds>,
  { agent, type, limit, before }: Options,
): Promise<readonly Found[]> {
  if (before !== undefined)
    throw new TroupeError("USAGE", "--before is a place in one run, and no run is named", {
      hint: "Name the run: `troupe messages RUN --before PLACE`.",
    });
  const found: Found[] = [];
  for await (const record of client.records({ kind: "messages", type: "message.sent", live: false })) {
    const wanted = messagesIn(record).filter((message) => isWanted(message, agent, type));
    for (const message of wanted) found.push({ run: parseAddress(record.stream).root, ...message });
    found.splice(0, found.length - limit);
  }
  return found.toReversed();
}
