/**
 * Runs a plan: life after life of the real host on one memory log, until nothing is owed any
 * more and the user has every answer. Nothing depends on real time or chance: one plan, one log.
 */
import type { NewRecord } from "../events/log/log.ts";
import { memoryLog } from "../events/log/memory.ts";
import { memoryStore, type MemoryStore } from "../events/log/memory-store.ts";
import { diceOf } from "./dice.ts";
import { LATE_SYSTEM_ID, type Cast, type History } from "./evidence.ts";
import { Faults } from "./faults.ts";
import { Life } from "./life.ts";
import type { Plan } from "./plan.ts";
import type { Noted } from "./trace.ts";
import { OUTSIDE, Turns } from "./turns.ts";
import { User } from "./user.ts";

/** A history that takes more turns never ends. */
const MAX_TURNS = 8000;

/**
 * A former owner moved an actor behind the take-over and died: what the actor owes is done only
 * after the next take-over.
 */
const LEFT_BEHIND = "left behind a take-over";
/** So many turns the present owner gets to find it. */
const PATIENCE = 60;

/** Runs a plan to its end. */
export async function live(plan: Plan, cast: Cast): Promise<History> {
  const stage = new Stage(plan, cast);
  await stage.run();
  return stage.history();
}

class Stage {
  readonly #plan: Plan;
  readonly #cast: Cast;
  readonly #store: MemoryStore;
  readonly #turns: Turns;
  readonly #faults: Faults;
  readonly #user: User;
  readonly #lives: Life[] = [];
  readonly #world: Noted[] = [];
  readonly #wrong: string[] = [];
  /** Streams whose last record says that they owe something, and whether a former owner wrote it behind the take-over. */
  readonly #owing = new Map<string, boolean>();
  readonly #server;
  #skewMs = 0;
  /** The latest time that a host's clock has shown. */
  #shown = 0;
  /** Turns in which nothing happened but what a former owner left was still owed. */
  #waited = 0;
  #over = false;
  /** To whom letters went that nobody took, and in which life. */
  readonly #letters: (readonly [life: number, to: string])[] = [];
  /** Why the last host that failed did. */
  #failure = "nothing";

  constructor(plan: Plan, cast: Cast) {
    const { partitions, fair } = plan.settings;
    this.#plan = plan;
    this.#cast = cast;
    this.#store = memoryStore({ partitions });
    this.#server = memoryLog({ store: this.#store });
    this.#turns = new Turns(diceOf(plan.seed ^ 0x5bd1e995), fair);
    this.#faults = new Faults(plan);
    this.#user = new User({
      plan,
      turns: this.#turns,
      faults: this.#faults,
      current: () => this.#current,
      tip: (stream) => this.#tip(stream),
      fault: (text) => void this.#wrong.push(text),
    });
  }

  async run(): Promise<void> {
    const { outside } = this.#cast;
    const note = (noted: Noted): void => this.#note(noted);
    const now = (): number => this.#time;
    outside.enter({ turns: this.#turns, tip: (stream) => this.#tip(stream), now, note });
    this.#open();
    while (!this.#rests) if (!(await this.#turn())) return;
    await this.#checkLast();
    for (const address of this.#store.streams.keys()) this.#user.look(address);
    while (!this.#rests) if (!(await this.#turn())) return;
    this.#over = true;
    if (this.#current !== undefined) await this.#closeLast(this.#current);
  }

  async #closeLast(last: Life): Promise<void> {
    const closed = last
      .close()
      .catch((error: unknown) => this.#wrong.push(`the end: ${String(error)}`));
    while (last.end === undefined) if (!(await this.#turn())) return;
    if (last.end === "closed") await closed; // who died while closing is never answered
  }

  history(): History {
    const { reordered, taken } = this.#turns;
    if (reordered > 0) this.#faults.happened.set("reordered", reordered);
    return {
      plan: this.#plan,
      store: this.#store,
      lives: this.#lives.map(({ number, end = "killed", replaced }) => ({
        life: number,
        end,
        replaced,
      })),
      world: this.#world,
      told: this.#user.told,
      looks: this.#user.looks,
      happened: this.#faults.happened,
      turns: taken,
      faults: this.#wrong,
    };
  }

  get #current(): Life | undefined {
    const last = this.#lives.at(-1);
    return last?.end === undefined ? last : undefined;
  }

  /** Whether nothing more would happen without a new command. */
  get #rests(): boolean {
    return (
      this.#turns.calm &&
      this.#owing.size === 0 &&
      this.#user.content &&
      !this.#turns.waits(OUTSIDE) &&
      this.#current?.host?.failed.aborted === false &&
      this.#lives.every((life) => life === this.#current || life.end !== undefined)
    );
  }

  /** Whether all rests but actors that a former owner moved behind the take-over. */
  get #isLeft(): boolean {
    if (!this.#turns.calm || !this.#user.content || this.#owing.size === 0) return false;
    return [...this.#owing.values()].every((late) => late);
  }

  get #time(): number {
    return this.#turns.now + this.#skewMs;
  }

  /** What is left over from before the take-over is found by the next one. */
  #closeForGood(): void {
    this.#waited = 0;
    this.#faults.note(LEFT_BEHIND);
    const life = this.#current;
    if (life?.host !== undefined) this.#turns.add(life.number, () => void life.close());
  }

  #tip(stream: string): number {
    return this.#store.streams.get(stream)?.length ?? 0;
  }

  /** One turn; false where the history cannot go on. */
  async #turn(): Promise<boolean> {
    const { taken } = this.#turns;
    if (this.#isLeft && ++this.#waited > PATIENCE) this.#closeForGood();
    if (!this.#over) for (const fault of this.#faults.due(taken)) this.#befall(fault);
    if (taken < MAX_TURNS && (await this.#turns.next())) return true;
    const owing = [...this.#owing.keys()].join(", ");
    const how = taken < MAX_TURNS ? "is stuck" : "never rests";
    this.#wrong.push(`it ${how}, owes ${owing}, and last failed with: ${this.#failure}`);
    return false;
  }

  #befall(fault: ReturnType<Faults["due"]>[number]): void {
    const life = this.#current;
    switch (fault.fault) {
      case "clock":
        this.#skewMs += fault.byMs;
        return this.#faults.note(fault.byMs < 0 ? "clock back" : "clock forward");
      case "kill":
        if (life === undefined) return;
        this.#faults.note("kill");
        return life.kill("killed");
      case "close":
        if (life?.host === undefined || life.host.failed.aborted) return;
        this.#faults.note("close");
        return this.#turns.add(life.number, () => void life.close());
      case "takeover":
        if (life?.host === undefined || life.host.failed.aborted) return;
        this.#faults.note("takeover");
        return this.#takeOver(life, fault.turns);
    }
  }

  /** The old one goes on for a while; then it hears that it lost, or dies. */
  #takeOver(old: Life, turns: number): void {
    old.replace();
    const until = this.#turns.taken + turns;
    const end = (): void => {
      if (old.end !== undefined) return;
      if (this.#turns.taken < until) this.#turns.add(old.number, end);
      else if (turns % 2 === 0) old.kill("lost");
      else old.lose();
    };
    end();
    this.#open();
  }

  #open(): void {
    const life = new Life(this.#lives.length + 1, {
      ...this.#cast,
      settings: this.#plan.settings,
      store: this.#store,
      turns: this.#turns,
      faults: this.#faults,
      server: this.#server,
      now: () => {
        this.#shown = Math.max(this.#shown, this.#time);
        return this.#time;
      },
      written: (stream, records, last) => this.#written(stream, records, last),
      note: (noted) => this.#note(noted),
      ended: (ended) => this.#ended(ended),
      warn: (number, message, facts) => this.#warned(number, message, facts),
    });
    this.#lives.push(life);
    this.#turns.add(life.number, () => void this.#opening(life));
  }

  async #opening(life: Life): Promise<void> {
    try {
      await life.open();
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error); // planned, or the next life fails as well
      return life.kill("failed");
    }
    const failed = (): void => this.#turns.add(life.number, () => life.kill("failed"));
    life.host?.failed.addEventListener("abort", failed, { once: true });
    if (life.host?.failed.aborted === true) failed();
    this.#user.up(life);
  }

  #ended(life: Life): void {
    if (!this.#over && life === this.#lives.at(-1)) this.#open();
  }

  #note(noted: Noted): void {
    this.#world.push(noted);
    if (noted.what === "conflict") this.#faults.note("conflict");
  }

  #written(stream: string, records: readonly NewRecord[], last: number): void {
    const stale = ({ body }: NewRecord): boolean => Number(body["epoch"]) < this.#store.epoch;
    const both = this.#lives.filter(({ end }) => end === undefined).length > 1;
    if (records.some((one) => one.body["system"] !== undefined && (both || stale(one))))
      this.#faults.note(LATE_SYSTEM_ID);
    if (last < this.#tip(stream)) return; // written before, and gone on since
    const { at = 0, body = {} } = records.at(-1) ?? {};
    if (at > this.#shown)
      this.#wrong.push(`${stream} ${last} is dated ${at}, no clock showed more than ${this.#shown}`);
    if (body["owes"] === 0) this.#owing.delete(stream);
    else this.#owing.set(stream, Number(body["epoch"]) < this.#store.epoch);
  }

  #warned(life: number, message: string, facts: Readonly<Record<string, unknown>>): void {
    if (message.startsWith("dead letter"))
      return void this.#letters.push([life, String(facts["address"])]);
    if (EXPECTED_TALK.some((known) => message.startsWith(known))) return this.#faults.note(message);
    const said = Object.entries(facts).map(([key, value]) => `${key}: ${String(value)}`);
    this.#wrong.push(`life ${life} says: ${message} (${said.join(", ")})`);
  }

  async #checkLast(): Promise<void> {
    for (const [life, to] of this.#letters)
      if (this.#tip(to) > 0) this.#wrong.push(`life ${life} dropped a letter to ${to}, which lives`);
    for (const { address, message } of (await this.#current?.host?.parked()) ?? [])
      this.#wrong.push(`${address} is parked: ${message}`);
  }
}

/** What a host may say although all is well. */
const EXPECTED_TALK = ["a snapshot could not be stored", "activity", "log"];
