/**
 * The host that makes attempts for others: those that ask for a label of its.
 *
 * - 1. It takes an attempt only with the same kind in the same version, and builds the logic from
 *      its own kinds; whoever asks for anything else hears why, and nothing begins.
 * - 2. A12. Its signal aborts when who asked closes the line or is silent, and when this host closes.
 * - 3. All time limits count here, from when it is taken.
 */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { parseAddress } from "../../events/address.ts";
import { assertJson, type Json } from "../../events/json.ts";
import type { AskedWork, WorkChannel, WorkLine } from "../../events/log/work-channel.ts";
import { isActivity } from "../activity.ts";
import { beginAttempt, errorEvent, readSettings, type Attempt, type AttemptEnv } from "../attempt.ts";
import { identify } from "../identity.ts";
import { kindNamed, type Kinds } from "../kind.ts";
import { codeIn } from "../versions.ts";
import type { Resident } from "../xstate/contract.ts";
import { AskedAttempt, type Word } from "./words.ts";

export interface WorkerParts extends AttemptEnv {
  readonly work: WorkChannel;
  readonly labels: readonly string[];
  readonly kinds: Kinds;
}

/** Makes attempts that are asked of these labels until disposed; then what is under way is aborted. */
export async function serveWork(parts: WorkerParts): Promise<AsyncDisposable> {
  const open = new Set<() => void>();
  await using serving = new AsyncDisposableStack();
  serving.defer(() => {
    for (const end of open) end();
  });
  for (const label of new Set(parts.labels))
    serving.use(await parts.work.serve(label, (asked, line) => take(parts, asked, line, open)));
  return serving.move();
}

// oxlint-disable-next-line max-params -- what is asked, how it is answered, and what this host has open
function take(parts: WorkerParts, asked: AskedWork, line: WorkLine, open: Set<() => void>): () => void {
  const attempt = attemptIn(parts, asked.work);
  const { stepper } = parts;
  let resident: Resident | undefined;
  const say = (word: Word): void => {
    assertJson(word, "word");
    line.say(word);
  };
  const end = (): void => {
    open.delete(end);
    line.close();
    resident?.stop();
  };
  open.add(end);
  line.gone.addEventListener("abort", end, { once: true });
  resident = beginAttempt(parts, attempt, {
    // who hears of it closes the line
    ended(event) {
      try {
        say({ say: "ended", event });
      } catch (error) {
        say({ say: "ended", event: errorEvent(stepper, attempt.child.id, error) });
      }
    },
    sent: (to, event) => say({ say: "sent", to, event }),
    progressed: (value) => say({ say: "progress", value }),
    logged(args) {
      try {
        say({ say: "log", args: args.map((arg) => loggable(parts, arg)) });
      } catch (error) {
        say({ say: "log", args: [`what it logs cannot be told: ${String(error)}`] }); // it must not end it
      }
    },
  });
  return () => {}; // nothing is said to an activity
}

/** @throws {@link TroupeError} `INPUT_INVALID`, `KIND_UNKNOWN`, `MACHINE_UNSUPPORTED`. */
function attemptIn({ kinds, stepper }: WorkerParts, work: Json): Attempt {
  const parsed = AskedAttempt.safeParse(work);
  if (!parsed.success)
    throw new TroupeError(
      "INPUT_INVALID",
      `no activity is asked for: ${z.prettifyError(parsed.error)}`,
      {
        hint: "Only hosts ask for work: let nobody else publish there.",
      },
    );
  const { owner, version, lineage, src, activity, id, input, syncSnapshot, ...rest } = parsed.data;
  parseAddress(activity);
  const kind = kindNamed(kinds, parseAddress(owner).kind);
  const code = codeIn(kind, version);
  if (code === undefined) throw otherVersion(kind, version);
  const { identity: parent } = identify({ kinds, stepper }, owner, { id, lineage }, code);
  const logic = stepper.childLogic(parent.logic, src);
  if (!isActivity(logic)) throw noActivity(owner, src);
  const settings = readSettings(stepper, logic, input);
  if (settings instanceof Error) throw settings;
  return {
    child: {
      address: activity,
      id,
      logicType: "promise",
      syncSnapshot,
      ...(input !== undefined && { input }),
    },
    logic,
    owner,
    settings,
    ...rest,
  };
}

function otherVersion(
  { kind, version: own }: { readonly kind: string; readonly version: string },
  version: string,
): TroupeError {
  return new TroupeError(
    "KIND_UNKNOWN",
    `an activity of version ${version} of kind "${kind}" is asked of a host that has ${own}`,
    {
      hint: "Run the same version on the hosts with the label.",
      data: { kind, version, own },
    },
  );
}

function noActivity(owner: string, src: string): TroupeError {
  return new TroupeError("MACHINE_UNSUPPORTED", `"${src}" of "${owner}" is no activity()`, {
    hint: "Run the same code on the hosts with the label.",
    data: { owner, src },
  });
}

/** As far as JSON can hold it. */
function loggable({ stepper }: WorkerParts, arg: unknown): Json {
  try {
    return stepper.encode(arg, "log");
  } catch {
    return String(arg);
  }
}
