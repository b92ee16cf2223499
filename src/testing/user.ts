/**
 * The user of a simulation: asks for the plan's acts, and asks again, with the same ids, whenever
 * a host died without an answer. Where hosts share the log any of them is asked, and another one
 * after an answer that says so. Acts wait for their turn like everything else.
 */
import { TroupeError } from "../errors.ts";
import { push } from "./evidence.ts";
import type { Faults } from "./faults.ts";
import type { Crew } from "./crew.ts";
import type { AnyHost, Life } from "./life.ts";
import type { Act, Plan } from "./plan.ts";
import type { Answer, Look } from "./trace.ts";
import { OUTSIDE, type Turns } from "./turns.ts";

/** An act that wants an answer. */
type Command = Exclude<Act, { readonly look: true }>;

/** What the user heard of one command: every answer to it. */
export interface Told {
  readonly act: Command;
  readonly answers: Answer[];
  /** How often it was sent: as often as it was answered, or hosts died meanwhile. */
  sent: number;
}

export interface UserParts {
  readonly plan: Plan;
  readonly turns: Turns;
  readonly faults: Faults;
  readonly crew: Pick<Crew, "pick" | "asked" | "isStale">;
  readonly tip: (stream: string) => number;
  /** Whether machines may answer what they like. Default: only what {@link REFUSALS} has. */
  readonly free?: boolean | undefined;
  readonly fault: (text: string) => void;
}

/** Answers that are final: the command was not taken. */
const REFUSALS = new Set([
  "EVENT_REFUSED",
  "ACTOR_NOT_FOUND",
  "ACTOR_EXISTS",
  "JOB_NOT_OPEN",
  "SCHEDULE_UNKNOWN",
]);
/** Answers by which a machine, or its kind, is wrong. */
const WRONG = /^(ACTOR_PARKED|ADDRESS_INVALID|KIND_UNKNOWN|JSON_INVALID|MACHINE_\w+|RECORD_INVALID)$/;
/** Answers after which the same command is sent to the next host. */
const AGAIN = /^(HOST_|LOG_)/;
const RETRY_MS = 100;
/** How often a patient user looks whether all is answered. */
const PATIENCE_MS = 10;

export class User {
  readonly told: Told[] = [];
  readonly looks: Look[] = [];
  readonly #parts: UserParts;
  #next = 0;
  #waiting = 0;
  /** Commands that each life has not answered yet. */
  readonly #open = new Map<number, Told[]>();

  constructor(parts: UserParts) {
    this.#parts = parts;
    this.#goOn();
  }

  /** Whether all has been asked for, and answered. */
  get content(): boolean {
    return (
      this.#next > this.#parts.plan.acts.length &&
      this.#waiting === 0 &&
      this.#parts.crew.asked.every(({ number }) => (this.#open.get(number) ?? []).length === 0) &&
      this.told.every(({ answers }) => answers.length > 0)
    );
  }

  /** Asks for nothing more. */
  quit(): void {
    this.#next = Math.max(this.#next, this.#parts.plan.acts.length + 1);
  }

  /** A host is there: what has no answer is sent to it, unless others are there. */
  up(life: Life): void {
    if (this.#isShared) return;
    for (const told of this.told) if (told.answers.length === 0) this.#submit(told, life);
  }

  /** A host is gone: what it did not answer is asked of another one, where others are there. */
  down({ number }: Life): void {
    const open = new Set(this.#open.get(number));
    this.#open.delete(number);
    if (!this.#isShared) return;
    for (const told of open) if (this.#isLeft(told)) this.#repeat(told, RETRY_MS, false);
  }

  /** Looks at an actor's state; nothing comes of it if the host dies. */
  look(address: string): void {
    const { crew, turns } = this.#parts;
    const life = crew.pick();
    if (life?.host !== undefined) turns.add(life.number, () => this.#look(life, address));
  }

  get #isShared(): boolean {
    return this.#parts.plan.settings.hosts !== undefined;
  }

  /** Whether nobody works on it, and it has no answer. */
  #isLeft(told: Told): boolean {
    return told.answers.length === 0 && ![...this.#open.values()].some((open) => open.includes(told));
  }

  #goOn(): void {
    const { plan, turns } = this.#parts;
    const act = plan.acts[this.#next++];
    if (act === undefined) return;
    const turn = this.#next;
    const ask = (): void => {
      if (this.#next !== turn) return; // it has quit
      const early = act.patient === true && this.told.some(({ answers }) => answers.length === 0);
      if (early) return void turns.after(OUTSIDE, PATIENCE_MS, ask);
      this.#ask(act);
      this.#goOn();
    };
    turns.after(OUTSIDE, act.waitMs, ask);
  }

  #ask(act: Act): void {
    const { crew, plan } = this.#parts;
    if ("look" in act) return this.look(act.to);
    const told: Told = { act, answers: [], sent: 0 };
    this.told.push(told);
    const life = crew.pick();
    if (life !== undefined) this.#submit(told, life);
    else if (this.#isShared) this.#repeat(told, RETRY_MS, false);
    for (const one of plan.faults)
      if (one.fault === "again" && "id" in act && act.id === one.id) this.#repeat(told, one.waitMs);
  }

  /** @param said whether it counts as a fault that it is sent again. */
  #repeat(told: Told, waitMs: number, said = true): void {
    const { turns, faults, crew } = this.#parts;
    this.#waiting++;
    turns.after(OUTSIDE, waitMs, () => {
      this.#waiting--;
      if (said) faults.note(told.answers.length === 0 ? "again, unanswered" : "again, answered");
      const life = crew.pick();
      if (life !== undefined) this.#submit(told, life);
      else if (this.#isShared) this.#repeat(told, RETRY_MS, false);
    });
  }

  #submit(told: Told, life: Life): void {
    push(this.#open, life.number, told);
    this.#parts.turns.add(life.number, () => {
      if (life.host === undefined) this.#close(told, life);
      else void this.#send(told, life, life.host);
    });
  }

  #close(told: Told, { number }: Life): void {
    const open = this.#open.get(number) ?? [];
    const at = open.indexOf(told);
    if (at !== -1) open.splice(at, 1);
  }

  async #send(told: Told, life: Life, host: AnyHost): Promise<void> {
    told.sent++;
    try {
      const seq = await take(told.act, host).finally(() => this.#close(told, life));
      told.answers.push({ seq });
    } catch (error) {
      if (!TroupeError.is(error)) throw error;
      const { code } = error;
      if (code === "MAILBOX_FULL") this.#repeat(told, RETRY_MS);
      else if (AGAIN.test(code)) this.#again(told, life, code);
      else this.#refused(told, error);
    }
  }

  #refused(told: Told, { code, message, hint }: TroupeError): void {
    const { free = false, fault } = this.#parts;
    const known = REFUSALS.has(code) || (free && !WRONG.test(code));
    if (!known)
      fault(`a command was answered ${code}: ${message}${hint === undefined ? "" : ` (${hint})`}`);
    if (known || free) told.answers.push({ code });
  }

  /** Where others are there, one of them is asked; else the same one, or the next one, once it is up. */
  #again(told: Told, life: Life, code: string): void {
    if (!this.#isShared) return this.#later(told, life);
    if (code.startsWith("HOST_") && !life.isLeaving)
      this.#parts.fault(`life ${life.number} answers ${code}, and goes on`);
    this.#parts.faults.note("another host asked");
    if (this.#isLeft(told)) this.#repeat(told, RETRY_MS, false);
  }

  /** A reading that fails ends no host: nobody else comes and is asked. */
  #later(told: Told, life: Life): void {
    this.#waiting++;
    this.#parts.turns.after(OUTSIDE, RETRY_MS, () => {
      this.#waiting--;
      if (this.#isLeft(told) && this.#parts.crew.pick() === life) this.#submit(told, life);
    });
  }

  #look(life: Life, address: string): void {
    const { crew, tip, fault } = this.#parts;
    const known = this.told.reduce((last, told) => Math.max(last, seqAt(told, address)), 0);
    // who does not know that it has lost the actor shows what it knows of it
    const from = crew.isStale(life, address) ? 0 : known;
    life.host
      ?.actor(address as `${string}/${string}`) // the plan holds addresses
      .snapshot()
      .then(
        (snapshot) => void this.looks.push({ address, from, to: tip(address), snapshot }),
        (error: unknown) => {
          if (!TroupeError.is(error)) throw error;
          if (error.code !== "ACTOR_NOT_FOUND" && !AGAIN.test(error.code))
            fault(`a look at ${address} was answered ${error.code}: ${error.message}`);
        },
      );
  }
}

async function take(act: Command, host: AnyHost): Promise<number> {
  const to = act.to as `${string}/${string}`; // the plan holds addresses
  if ("start" in act) {
    await host.start(to, { input: act.start });
    return 1;
  }
  const { id } = act;
  const { seq } =
    "stop" in act ? await host.actor(to).stop({ id }) : await host.actor(to).send(act.send, { id });
  return seq;
}

/** The last seq of an actor that an answer has named. */
function seqAt({ act, answers }: Told, address: string): number {
  if (act.to !== address) return 0;
  return answers.reduce((last, answer) => Math.max(last, "seq" in answer ? answer.seq : 0), 0);
}
