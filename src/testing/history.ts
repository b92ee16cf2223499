/**
 * Runs a plan: life after life of the real host on one memory log, or some of them at once, until
 * nothing is owed any more and the user has every answer. Nothing depends on real time or chance: one plan, one log.
 */
import type { NewRecord } from "../events/log/log.ts";
import { memoryLog } from "../events/log/memory.ts";
import { memoryStore, type MemoryStore } from "../events/log/memory-store.ts";
import { partitionOf, rootOf } from "../events/address.ts";
import { Channel } from "./channel.ts";
import type { Crew } from "./crew.ts";
import { diceOf } from "./dice.ts";
import { LATE_SYSTEM_ID, type Cast, type History } from "./evidence.ts";
import { Endless } from "./endless.ts";
import { Faults } from "./faults.ts";
import { Life } from "./life.ts";
import { OneByOne } from "./one-by-one.ts";
import { Owing } from "./owing.ts";
import { parkedIn } from "./parked.ts";
import type { Plan } from "./plan.ts";
import { Sharing } from "./sharing.ts";
import { isExpectedTalk } from "./talk.ts";
import type { Look, Noted } from "./trace.ts";
import { OUTSIDE, Turns } from "./turns.ts";
import { User } from "./user.ts";

/** A history that takes more turns never ends. */
const MAX_TURNS = 8000;
/** Several hosts take more: they look for each other all the time. */
const MAX_SHARED_TURNS = 30_000;

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
  readonly #crew: Crew;
  readonly #user: User;
  readonly #endless: Endless;
  readonly #channel: Channel | undefined;
  readonly #world: Noted[] = [];
  readonly #wrong: string[] = [];
  readonly #shows: Look[] = [];
  #silent: ReadonlySet<string> = new Set();
  readonly #owing = new Owing();
  readonly #server;
  #skewMs = 0;
  /** The latest time that a host's clock has shown. */
  #shown = 0;
  /** Turns in which nothing happened but what a former owner left was still owed. */
  #waited = 0;
  #over = false;
  /** The turn in which what a dead host had comes free. */
  #death = -1;
  /** To whom letters went that nobody took, and in which life. */
  readonly #letters: (readonly [life: number, to: string])[] = [];
  /** Why the last host that failed did. */
  #failure = "nothing";

  constructor(plan: Plan, cast: Cast) {
    const { partitions, fair, hosts } = plan.settings;
    const { seed } = plan;
    this.#plan = plan;
    this.#cast = cast;
    const store = (this.#store = memoryStore({ partitions }));
    this.#server = memoryLog({ store });
    const turns = (this.#turns = new Turns(diceOf(seed ^ 0x5bd1e995), fair));
    const faults = (this.#faults = new Faults(plan));
    const fault = (text: string): void => void this.#wrong.push(text);
    const parts = { turns, faults, next: (number: number) => this.#next(number) };
    const dice = diceOf(seed ^ 0x27d4eb2f);
    if (hosts !== undefined) this.#channel = new Channel({ turns, faults, store, dice });
    const crew = (this.#crew =
      hosts === undefined ? new OneByOne(parts) : new Sharing({ ...parts, hosts, store, dice, fault }));
    const tip = (stream: string): number => this.#tip(stream);
    const { free } = cast;
    this.#user = new User({ plan, turns, faults, crew, tip, free, fault });
    this.#endless = new Endless(this.#user, { free, shared: hosts !== undefined });
  }

  async run(): Promise<void> {
    this.#enter();
    this.#crew.begin();
    while (!this.#rests) if (!(await this.#turn())) return;
    await this.#checkLast();
    for (const address of this.#store.streams.keys()) this.#user.look(address);
    const { taken } = this.#turns;
    while (!this.#rests || this.#endless.isLooking(taken, this.#turns.taken))
      if (!(await this.#turn())) return;
    this.#silent = this.#cast.outside.silent?.() ?? this.#silent;
    this.#over = true;
    if (this.#cast.free === true) this.#faults.end(); // who waits for ever says only now what is settled
    this.#crew.stop();
    await this.#closeLast(this.#crew.asked);
  }

  #enter(): void {
    this.#cast.outside.enter({
      seed: this.#plan.seed,
      turns: this.#turns,
      tip: (stream) => this.#tip(stream),
      now: () => this.#timeOf(this.#turns.life),
      note: (noted) => this.#note(noted),
      show: (look) => void this.#shows.push(look),
    });
  }

  async #closeLast(last: readonly Life[]): Promise<void> {
    const closing = last.map((life) => {
      const closed = life
        .close()
        .catch((error: unknown) => this.#wrong.push(`the end: ${String(error)}`));
      return { life, closed };
    });
    while (last.some(({ end }) => end === undefined)) if (!(await this.#turn())) return;
    for (const { life, closed } of closing) if (life.end === "closed") await closed; // who died while closing is never answered
  }

  history(): History {
    const { reordered, taken } = this.#turns;
    if (reordered > 0) this.#faults.happened.set("reordered", reordered);
    return {
      plan: this.#plan,
      store: this.#store,
      lives: this.#crew.lives.map(({ number, end = "killed", replaced, stale }) => ({
        life: number,
        end,
        replaced,
        stale,
      })),
      world: this.#world,
      told: this.#user.told,
      looks: [...this.#user.looks, ...this.#shows],
      happened: this.#faults.happened,
      turns: taken,
      passed: this.#faults.passed,
      left: this.#endless.left ? "anything" : this.#silent,
      faults: this.#wrong,
    };
  }

  /** Whether nothing more would happen without a new command. */
  get #rests(): boolean {
    return (
      this.#endless.left ||
      (this.#turns.calm &&
        this.#owing.rests(this.#cast.outside) &&
        this.#user.content &&
        !this.#turns.waits(OUTSIDE) &&
        this.#crew.rests)
    );
  }

  /** Whether all rests but actors that a former owner moved behind the take-over. */
  get #isLeft(): boolean {
    return this.#turns.calm && this.#user.content && this.#owing.isLate;
  }

  /** Hosts that share a log have clocks of their own, which are nearly right. */
  #timeOf(life: number): number {
    const own = this.#channel === undefined ? 0 : ((life * 89) % 401) - 200;
    return this.#turns.now + this.#skewMs + own;
  }

  /** What is left over from before the take-over is found by the next one. */
  #closeForGood(): void {
    this.#waited = 0;
    this.#faults.note(LEFT_BEHIND);
    this.#crew.renew(this.#owing.streams());
  }

  #tip(stream: string): number {
    return this.#store.streams.get(stream)?.length ?? 0;
  }

  /** One turn; false where the history cannot go on. */
  async #turn(): Promise<boolean> {
    const { taken } = this.#turns;
    if (this.#isLeft && ++this.#waited > PATIENCE) this.#closeForGood();
    if (!this.#over) for (const fault of this.#faults.due(taken)) this.#befall(fault);
    this.#endless.note(taken);
    const most = this.#channel === undefined ? MAX_TURNS : MAX_SHARED_TURNS;
    if (taken < most && (await this.#turns.next())) return true;
    const owing = this.#owing.streams().join(", ");
    const how = taken < most ? "is stuck" : "never rests";
    this.#wrong.push(`it ${how}, owes ${owing}, and last failed with: ${this.#failure}`);
    return false;
  }

  #befall(fault: ReturnType<Faults["due"]>[number]): void {
    if (fault.fault !== "clock") return this.#crew.befall(fault);
    this.#skewMs += fault.byMs;
    this.#faults.note(fault.byMs < 0 ? "clock back" : "clock forward");
  }

  #next(number: number): Life {
    const life = new Life(number, {
      ...this.#cast,
      settings: this.#plan.settings,
      store: this.#store,
      turns: this.#turns,
      faults: this.#faults,
      server: this.#server,
      channel: this.#channel,
      now: () => {
        const now = this.#timeOf(number);
        this.#shown = Math.max(this.#shown, now);
        return now;
      },
      written: (stream, records, last) => this.#written(stream, records, last),
      note: (noted) => this.#note(noted),
      dies: () => void (this.#death = this.#turns.taken),
      appends: (one, stream) => this.#crew.appends(one, stream),
      isUntold: () => this.#death === this.#turns.taken,
      ended: (ended) => this.#ended(ended),
      warn: (one, message, facts) => this.#warned(one, message, facts),
    });
    this.#turns.add(number, () => void this.#opening(life));
    return life;
  }

  async #opening(life: Life): Promise<void> {
    try {
      await life.open();
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error); // planned, or the next life fails as well
      return life.kill("failed");
    }
    const failed = (): void => this.#turns.add(life.number, () => this.#crew.failed(life));
    life.host?.failed.addEventListener("abort", failed, { once: true });
    if (life.host?.failed.aborted === true) failed();
    this.#user.up(life);
  }

  #ended(life: Life): void {
    this.#crew.ended(life);
    this.#user.down(life);
  }

  #note(noted: Noted): void {
    this.#world.push(noted);
    if (noted.what === "conflict") this.#faults.note("conflict");
  }

  #written(stream: string, records: readonly NewRecord[], last: number): void {
    const epoch = this.#store.epochs[partitionOf(rootOf(stream), this.#store.partitions)] ?? 0;
    this.#noteBehind(stream, records, epoch);
    if (last < this.#tip(stream)) return; // written before, and gone on since
    const { at = 0, body = {} } = records.at(-1) ?? {};
    if (at > this.#shown)
      this.#wrong.push(`${stream} ${last} is dated ${at}, no clock showed more than ${this.#shown}`);
    this.#owing.wrote(stream, body, epoch);
  }

  #noteBehind(stream: string, records: readonly NewRecord[], epoch: number): void {
    const stale = ({ body }: NewRecord): boolean => Number(body["epoch"]) < epoch;
    const both = this.#crew.hasTwoOwners(stream);
    if (records.some((one) => one.body["system"] !== undefined && (both || stale(one))))
      this.#faults.note(LATE_SYSTEM_ID);
    if (this.#channel !== undefined && records.some(stale)) this.#faults.note("written behind");
  }

  #warned(life: number, message: string, facts: Readonly<Record<string, unknown>>): void {
    if (message.startsWith("dead letter"))
      return void this.#letters.push([life, String(facts["address"])]);
    if (isExpectedTalk(message, facts["error"])) return this.#faults.note(message);
    const said = Object.entries(facts).map(([key, value]) => `${key}: ${String(value)}`);
    this.#wrong.push(`life ${life} says: ${message} (${said.join(", ")})`);
  }

  async #checkLast(): Promise<void> {
    for (const [life, to] of this.#letters)
      if (this.#tip(to) > 0) this.#wrong.push(`life ${life} dropped a letter to ${to}, which lives`);
    const parked = await parkedIn(this.#crew, this.#channel !== undefined, () => this.#turn());
    for (const { address, code, message, hint } of parked)
      this.#wrong.push(`${address} is parked: ${code}: ${message} (${hint ?? "no hint"})`);
  }
}
