/**
 * What `createHost` is given, checked before anything is opened: a wrong value is one clear
 * error, not a host that never stores a checkpoint, or takes no command.
 */
import { TroupeError } from "../errors.ts";
import { textFault } from "../events/log/admit.ts";
import { LABEL } from "./activity.ts";

/** What is wrong with a value, as what the option takes instead; undefined where nothing is. */
type Check = (value: unknown) => string | undefined;

const count =
  (least: number): Check =>
  (value) => {
    const fits = value === Infinity || (Number.isSafeInteger(value) && Number(value) >= least);
    return fits ? undefined : `a whole number of ${least} or more, or Infinity`;
  };

const call: Check = (value) => (typeof value === "function" ? undefined : "a function");
const flag: Check = (value) => (typeof value === "boolean" ? undefined : "true or false");

const clock: Check = (value) => {
  const { now, after, turn = after } = Object(value) as Readonly<Record<string, unknown>>; // whatever it is
  const fits = [now, after, turn].every((method) => typeof method === "function");
  return fits ? undefined : "an object with now() and after()";
};

const writer: Check = (value) =>
  typeof value === "string" && textFault(value) === undefined ? undefined : "plain printable text";

const log: Check = (value) =>
  typeof value === "string" || typeof Object(value).claim === "function"
    ? undefined
    : "a log's url, or an open log";

const CHECKS: Readonly<Record<string, Check>> = {
  log,
  kinds: (value) => (Array.isArray(value) ? undefined : "a list of kinds"),
  mailboxLimit: count(1),
  snapshotEvery: count(1),
  checkpointEvery: count(2), // a checkpoint is a record, too
  idleMs: count(1),
  loadedLimit: count(1),
  strict: flag,
  recover: flag,
  shared: flag,
  name: writer,
  labels: (value) =>
    Array.isArray(value) && value.every((label) => LABEL.test(String(label)))
      ? undefined
      : "a list of labels of letters, digits, _ and -",
  clock,
  writer,
  warn: call,
  at: call,
  onProgress: call,
};

/** @throws {@link TroupeError} `USAGE` naming the first option whose value it cannot have. */
export function assertHostOptions(options: object): void {
  for (const [option, check] of Object.entries(CHECKS)) {
    const value: unknown = Reflect.get(options, option);
    const takes = value === undefined && option !== "kinds" ? undefined : check(value);
    if (takes === undefined) continue;
    const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
    throw new TroupeError(
      "USAGE",
      `the option "${option}" of createHost takes ${takes}, not ${shown}`,
      {
        hint: `Give "${option}" such a value${option === "kinds" ? "" : ", or leave it out"}.`,
        data: { option, value: shown },
      },
    );
  }
}
