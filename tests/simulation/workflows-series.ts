/** Series of simulated workflows: crashed at every place, with faults of every kind, led by people. */
import { diceOf, seedOf, type Dice } from "../../src/testing/dice.ts";
import { planOf, type Act, type Fault, type Plan } from "../../src/testing/plan.ts";
import { textOf } from "./history-text.ts";
import { planWith, scenarioNamed, type Gist, type Play, type Theatre } from "./workflows-drama.ts";
import { command, SCENARIOS, type Scenario } from "./workflows-plans.ts";

/** What a thread is asked for. */
export interface Series {
  readonly way: keyof typeof WAYS;
  /** Of the scenario. */
  readonly name: string;
  /** How many histories; a sweep has as many as there are places to crash at. */
  readonly times: number;
}

type Point = Extract<Fault, { readonly fault: "crash" }>["point"];

/** Where the host dies in a sweep: right behind each record, and in each activity. */
const POINTS: readonly Point[] = ["after-append", "in-activity"];

/** Where nothing has left the process yet that had not behind the record. */
const AROUND_EFFECTS: readonly Point[] = ["before-effect", "after-effect"];

export interface Tally {
  histories: number;
  records: number;
  /** How often each fault happened. */
  readonly happened: Record<string, number>;
  /** What went wrong, with what it takes to see it again. */
  readonly failed: string[];
}

export function newTally(): Tally {
  return { histories: 0, records: 0, happened: {}, failed: [] };
}

export function addTo(sum: Tally, tally: Tally): void {
  sum.histories += tally.histories;
  sum.records += tally.records;
  for (const [what, times] of Object.entries(tally.happened))
    sum.happened[what] = (sum.happened[what] ?? 0) + times;
  sum.failed.push(...tally.failed);
}

/** The run without faults; says so where it does not end as it must. */
async function calmly(theatre: Theatre, scenario: Scenario, tally: Tally): Promise<Play> {
  const play = await theatre.calm(scenario);
  note(tally, `${scenario.name} without faults`, play);
  if (play.gist.ends !== scenario.ends)
    tally.failed.push(`${scenario.name} ends as ${play.gist.ends}, not as ${scenario.ends}`);
  return play;
}

/** Once for every time that a point comes by: the host dies there, and another one goes on. */
async function crashed(theatre: Theatre, name: string): Promise<Tally> {
  const tally = newTally();
  const scenario = scenarioNamed(name);
  const { history, gist } = await calmly(theatre, scenario, tally);
  for (const point of POINTS)
    for await (const { what, play } of crashes(theatre, scenario, point, gist)) note(tally, what, play);
  const appends = history.world.filter(({ what }) => what === "appended").length;
  if (tally.happened["crash after-append"] !== appends)
    tally.failed.push(`${name} has ${appends} appends, and not each was once the last`);
  return tally;
}

/**
 * A crash right before or behind an effect leaves, byte for byte, the history of a crash behind a
 * record. This is why sweeps leave these points out.
 */
async function around(theatre: Theatre, name: string): Promise<Tally> {
  const tally = newTally();
  const scenario = scenarioNamed(name);
  const { gist } = await calmly(theatre, scenario, tally);
  const behindRecords = new Set<string>();
  for await (const { play } of crashes(theatre, scenario, "after-append", gist))
    behindRecords.add(textOf(play.history));
  for (const point of AROUND_EFFECTS)
    for await (const { what, play } of crashes(theatre, scenario, point, gist)) {
      note(tally, what, play);
      if (!behindRecords.has(textOf(play.history)))
        tally.failed.push(`${what} leaves something else than any crash behind a record`);
    }
  return tally;
}

interface Crashed {
  readonly what: string;
  readonly play: Play;
}

/** A history for each time that a point comes by: the host dies there. */
// oxlint-disable-next-line max-params -- who plays what, where it dies, and what it must come to
async function* crashes(
  theatre: Theatre,
  scenario: Scenario,
  point: Point,
  like: Gist,
): AsyncGenerator<Crashed, void, undefined> {
  for (let nth = 1; ; nth++) {
    const plan = planWith(scenario.acts, [{ fault: "crash", point, nth }]);
    const play = await theatre.play(plan, like);
    if (!play.history.happened.has(`crash ${point}`)) return;
    yield { what: `${scenario.name} crashed ${point} ${nth}`, play };
  }
}

/** Faults of every kind, by seed: the run must come to the same. */
async function troubled(theatre: Theatre, name: string, times: number): Promise<Tally> {
  const tally = newTally();
  const scenario = scenarioNamed(name);
  const { gist: like } = await calmly(theatre, scenario, tally);
  for (let n = 0; n < times; n++) {
    const plan = troubledPlan(seedOf(seriesOf(name), n), scenario.acts);
    note(tally, `${name} with the seed ${plan.seed}`, await theatre.play(plan, like));
  }
  return tally;
}

/** Each scenario has a series of its own. */
function seriesOf(name: string): number {
  return 100 + 2 * SCENARIOS.findIndex((one) => one.name === name);
}

/** The dice's faults; no more than so much impatience, since much of a run is waiting. */
function troubledPlan(seed: number, acts: readonly Act[]): Plan {
  const { settings, faults } = planOf(seed, () => acts);
  const calm = settings.idleMs < 3_000 ? 300 : 3_000;
  return { seed, settings: { ...settings, partitions: 1, idleMs: calm }, acts, faults };
}

/** People pause, resume, cancel, restart and answer at any time, while hosts die. */
async function led(theatre: Theatre, name: string, times: number): Promise<Tally> {
  const tally = newTally();
  const scenario = scenarioNamed(name);
  const { gist: like } = await calmly(theatre, scenario, tally);
  for (let n = 0; n < times; n++) {
    const seed = seedOf(seriesOf(name) + 1, n);
    const { acts, changes } = ledBy(diceOf(seed ^ 0x2545f491), scenario);
    const plan = troubledPlan(seed, acts);
    const play = await theatre.play(plan);
    note(tally, `${name} led, with the seed ${seed}`, play);
    // pauses change nothing that a run comes to, but for attempts at what was called off
    if (!changes && play.faults.length === 0 && outcome(play) !== outcome({ gist: like }))
      tally.failed.push(`${name} led, with the seed ${seed}, ends as ${outcome(play)}`);
  }
  return tally;
}

function outcome({ gist: { output } }: Pick<Play, "gist">): string {
  const { tasks = [], ...run } = Object(output) as { readonly tasks?: readonly object[] }; // as `WorkflowOutcome` has it
  const ends = tasks.map((task) =>
    "status" in task && task.status === "CANCELLED" ? { ...task, attempts: 0 } : task,
  );
  return JSON.stringify([run, ends]);
}

/** Times at which something of a run happens, ms. */
const MOMENTS = [0, 0, 1, 5, 10, 15, 30, 60, 200, 1_000, 2_000];

interface Leading {
  readonly acts: readonly Act[];
  /** Whether the run may come to something else. */
  readonly changes: boolean;
}

function ledBy(dice: Dice, { acts: [start, ...others] }: Scenario): Leading {
  if (start === undefined) throw new Error("a scenario starts its run");
  const acts: Act[] = [start];
  const changes = dice.percent(40);
  const length = 1 + dice.below(3);
  for (let n = 0; n < length; n++) {
    const hard = dice.percent(50);
    acts.push(command({ type: "PAUSE", hard }, `p${n}`, dice.of(MOMENTS)));
    if (dice.percent(30)) acts.push(command({ type: "PAUSE", hard: true }, `h${n}`, dice.of(MOMENTS)));
    if (changes) acts.push(change(dice, n));
    acts.push(command({ type: "RESUME" }, `r${n}`, dice.of(MOMENTS)));
  }
  // whatever came too early for its run to be taken
  acts.push(command({ type: "RESUME" }, "r", 60_000));
  return { acts: [...acts, ...others, ...again(others)], changes };
}

/** Gates that were answered before they were asked, or asked again by a restart. */
function again(others: readonly Act[]): readonly Act[] {
  return others.flatMap((act) => ("id" in act ? [{ ...act, id: `${act.id}-again` }] : []));
}

function change(dice: Dice, n: number): Act {
  const waitMs = dice.of(MOMENTS);
  switch (dice.below(3)) {
    case 0:
      return command({ type: "CANCEL", reason: "enough" }, `x${n}`, waitMs);
    case 1:
      return command({ type: "CHECKPOINT", name: `k${n}` }, `k${n}`, waitMs);
    default:
      return command({ type: "CANCEL", task: dice.of(["a", "b", "first", "draft"]) }, `t${n}`, waitMs);
  }
}

function note(tally: Tally, what: string, { history, faults }: Play): void {
  tally.histories++;
  tally.records += history.store.records.length;
  for (const [fault, times] of history.happened)
    tally.happened[fault] = (tally.happened[fault] ?? 0) + times;
  if (faults.length > 0) tally.failed.push(`${what}: ${faults.join("; ")}`);
}

export const WAYS = { crashed, around, troubled, led };
