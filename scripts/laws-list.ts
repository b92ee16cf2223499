/** The laws in short, and the engines on which each must be named by a test. */

export type Engine = "memory" | "sqlite" | "jetstream";

export interface Law {
  readonly id: string;
  readonly says: string;
  readonly engines: readonly Engine[];
}

const ALL: readonly Engine[] = ["memory", "sqlite", "jetstream"];
const law = (id: string, says: string, engines = ALL): Law => ({ id, says, engines });

export const LAWS: readonly Law[] = [
  law("L1", "Within a stream `seq` is 1, 2, 3, … with no gap and no reuse"),
  law("L2", "An append whose expected seq is not the tip is refused alone and writes nothing"),
  law("L3", "What is acknowledged is on disk, and every later read sees it"),
  law("L4", "The same append again writes nothing and succeeds"),
  law("L5", "A reader of a partition sees each record once, in order, and skips none"),
  law("L6", "An unknown outcome says so, and trying again is safe"),
  law("L7", "Records are strict JSON; anything else is refused with its path"),
  law("L8", "A large body is stored once by its hash; a codec sees every body"),
  law("L9", "Payloads go by mark and sweep, with a grace time (archives are still to come)"),
  law("A1", "Write, then move: no snapshot changes before its record is in the log"),
  law("A2", "Replay is silent: rebuilding runs no effect, and comes to the same state"),
  law("A3", "A crash loses no acknowledged event and repeats no recorded completion"),
  law("A4", "One writer: who was second drops its copy, reloads and decides again"),
  law("A5", "Replay is total: what cannot be applied parks one actor, with an error that says why"),
  law("A6", "What completes or fires too late changes nothing"),
  law("A7", "A timer's due time is absolute, stands in the record, and outlives restarts"),
  law("A8", "Sends between actors arrive in order, at least once, and count once"),
  law("A9", "Commands from outside are idempotent by id, within a window"),
  law("A10", "A mailbox is bounded; completions, timers and control pass the bound"),
  law("A11", "Every effect has a recorded fate"),
  law("A12", "A new owner says so before it acts; a fence goes with every activity"),
  law("A13", "A step costs the same at ten entries and at a million", ["memory"]),
  law("A14", "Actors that live for ever roll over"),
  law("A15", "An actor's state is a function of its own records alone"),
  law("P1", "Rows and checkpoint are written in one transaction", ["sqlite"]),
  law("P2", "Rebuilt is live, for every log and every interleaving of partitions", [
    "sqlite",
    "jetstream",
  ]),
  law("P3", "What is folded anew lies beside what is read until it is whole", []),
  law("P4", "A record that a fold cannot take parks that key, and the projection goes on", []),
  law("P5", "A rebuild causes no effect", []),
  law("S1", "From outside only events of the kind's schema enter, and nothing reserved"),
  law("S2", "Data reaches a shell as arguments or environment only; secrets are redacted", []),
];
