/** The view of a run: pictures that fit, and keys that lead where they say. */
import { isDeepStrictEqual, stripVTControlCharacters } from "node:util";
import { fc, test } from "@fast-check/vitest";
import { beforeAll, describe, expect, it } from "vitest";
import type { FullScreen, Key } from "../../src/cli/full-screen.ts";
import { width } from "../../src/cli/paper.ts";
import { browse } from "../../src/cli/replay-browse.ts";
import { AT_FIRST, HELP, press, type Looking } from "../../src/cli/replay-keys.ts";
import { replayView } from "../../src/cli/replay-view.ts";
import { openTimeline, type Timeline } from "../../src/replay/timeline.ts";
import { lived } from "./history.ts";

let timeline: Timeline;
let start = 0;
beforeAll(async () => {
  const { env, run } = await lived({ cast: "drills", seed: 11 });
  timeline = await openTimeline(env, run);
  start = run.records[0]?.at ?? 0;
});

const plain = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => stripVTControlCharacters(line).trimEnd());

async function shownAt(position: number, looking: Looking = AT_FIRST) {
  const moment = await timeline.moment(position);
  const there = moment.actors.some(({ address }) => address === looking.chosen);
  const chosen =
    looking.chosen === undefined || !there ? undefined : await timeline.actor(looking.chosen, position);
  return { moment, looking, chosen, start, faults: timeline.faults.length };
}

describe("a picture", () => {
  test.prop({
    at: fc.nat(),
    columns: fc.integer({ min: 1, max: 120 }),
    rows: fc.integer({ min: 1, max: 60 }),
    colour: fc.boolean(),
    scroll: fc.nat({ max: 100 }),
    help: fc.boolean(),
    who: fc.option(fc.nat()),
    typed: fc.option(fc.string({ unit: "grapheme" })),
    said: fc.option(fc.string({ unit: "binary" })),
  })(
    "fits the screen, whatever it shows",
    async ({ at, columns, rows, colour, who, typed, said, ...rest }) => {
      const position = 1 + (at % timeline.length);
      const { actors } = await timeline.moment(timeline.length);
      const looking: Looking = {
        ...AT_FIRST,
        ...rest,
        chosen: who === null ? undefined : actors[who % actors.length]?.address,
        typing: typed === null ? undefined : { sign: "/", text: typed },
        said: said ?? undefined,
      };
      const lines = replayView(await shownAt(position, looking), { columns, rows, colour });
      expect(lines).toHaveLength(rows);
      for (const line of lines) {
        const bare = stripVTControlCharacters(line);
        expect(width(bare)).toBeLessThanOrEqual(columns);
        expect(bare).not.toMatch(/\p{Cc}/u);
        if (!colour) expect(line).toBe(bare);
      }
    },
  );

  it("says what is left out, above and below", async () => {
    const position = timeline.positionOf(String(timeline.length));
    const { actors, record } = await timeline.moment(position);
    expect(actors.length).toBeGreaterThan(3);
    const size = { columns: 100, rows: 11, colour: false };
    const short = replayView(await shownAt(position, { ...AT_FIRST, chosen: record.address }), size);
    expect(short.join("\n")).toMatch(/… \d+ (above|below)/);
    expect(short.join("\n")).toMatch(/… \d+ more lines \(j\)/);
    const scrolled = { ...AT_FIRST, chosen: record.address, scroll: 3 };
    expect(replayView(await shownAt(position, scrolled), size).join("\n")).toMatch(
      /… \d+ lines above \(k\)/,
    );
  });

  it("marks who moved and who was chosen", async () => {
    const position = timeline.length;
    const { record, actors } = await timeline.moment(position);
    const other = actors.find(({ address }) => address !== record.address)?.address ?? "";
    const size = { columns: 120, rows: 40, colour: false };
    const picture = replayView(await shownAt(position, { ...AT_FIRST, chosen: other }), size).join(
      "\n",
    );
    expect(picture).toContain(`● ${record.address} `);
    expect(picture).toContain(`❯ ${other} `);
    expect(picture).toContain("\ncontext\n  {");
  });

  it("of the help names every letter that does something, and no other", async () => {
    const moment = await timeline.moment(timeline.positionOf(String(timeline.length)));
    const looking: Looking = { scroll: 3, help: false, last: "x", said: undefined };
    const letters = Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n)).filter(
      (letter) => NAMED[letter] === undefined,
    );
    const acting = letters.filter((letter) => {
      const pressed = press(keyOf(letter), looking, moment);
      return pressed.wish !== undefined || !isDeepStrictEqual(pressed.looking, looking);
    });
    const named = HELP.flatMap(([keys]) => keys.split(" ")).filter((key) => /^[!-~]$/.test(key));
    expect(acting.toSorted()).toEqual(named.toSorted());
    const lines = replayView(await shownAt(1, { ...AT_FIRST, help: true }), {
      columns: 90,
      rows: 24,
      colour: false,
    });
    for (const [, what] of HELP) expect(lines.join("\n")).toContain(what);
  });
});

const NAMED: Readonly<Record<string, string>> = {
  "<": "left",
  ">": "right",
  "\n": "return",
  "\b": "backspace",
  "\u001b": "escape",
};

/** A key as node:readline tells it; `<` and `>` stand for the arrows. */
function keyOf(letter: string): Key {
  const name = NAMED[letter];
  const shift = letter !== letter.toLowerCase();
  return {
    name: name ?? letter.toLowerCase(),
    text: name === undefined ? letter : "",
    ctrl: false,
    shift,
  };
}

interface Stage {
  readonly screen: FullScreen;
  /** The first line of each picture. */
  readonly pictures: (readonly string[])[];
  readonly state: { open: boolean };
  readonly press: (keys: string) => void;
}

/** A terminal on which nobody sits. */
function stage(onPaint: (stage: Stage) => void): Stage {
  let hears: Parameters<FullScreen["open"]>[0] | undefined;
  const own: Stage = {
    pictures: [],
    state: { open: false },
    press: (keys) => {
      for (const key of keys) hears?.key(keyOf(key));
    },
    screen: {
      colour: false,
      columns: 100,
      rows: 30,
      open(given) {
        hears = given;
        own.state.open = true;
        return {
          paint(lines) {
            own.pictures.push(plain(lines));
            onPaint(own);
          },
          [Symbol.dispose]: () => void (own.state.open = false),
        };
      },
    },
  };
  return own;
}

/** Presses keys, each in front of the picture that the one before led to. @returns heads and feet of all pictures. */
async function pressed(keys: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const left = [...keys, "q"];
  const own = stage(({ press: send }) => send(left.shift() ?? "q"));
  await browse(timeline, own.screen, { stop: new AbortController().signal, start });
  expect(own.state.open).toBe(false);
  return own.pictures.map((lines) => [lines[0] ?? "", lines.at(-1) ?? ""]);
}

const placeIn = (head = ""): number => Number(/ (\d+)\/\d+ /.exec(head)?.[1]);

describe("keys", () => {
  it.each<[string, readonly string[], () => number]>([
    ["on", [">", ">", "n"], () => 4],
    ["back", [">", ">", "<", "p"], () => 1],
    ["not before the first", ["<"], () => 1],
    ["to the end", ["G"], () => timeline.length],
    ["to the end, and not behind it", ["G", ">"], () => timeline.length],
    ["to the beginning", ["G", "g"], () => 1],
    ["to a position", [":12\n"], () => 12],
    ["to a position, mistyped first", [":13\b2\n"], () => 12],
    ["nowhere, when given up", [":12\u001b"], () => 1],
    ["nowhere, when it is none", [":99999\n"], () => 1],
  ])("lead %s", async (_, keys, wanted) => {
    const pictures = await pressed(keys);
    expect(placeIn(pictures.at(-1)?.[0])).toBe(wanted());
  });

  it("search on and back, and again; what is not found, or is no condition, is said", async () => {
    const records = await Array.fromAsync(timeline.records());
    const second = records.filter(({ type }) => type === "troupe.started")[1]?.position ?? 0;
    const third = records.filter(({ type }) => type === "troupe.started")[2]?.position ?? 0;
    const pictures = await pressed([
      "/troupe.started\n",
      ".",
      "?troupe.st*\n",
      "/nothing.*\n",
      "/typ == 1\n",
    ]);
    expect(pictures.map(([head]) => placeIn(head))).toEqual([1, second, third, second, second, second]);
    expect(pictures.map(([, foot]) => foot).slice(-2)).toEqual([
      "no record behind this one meets nothing.*",
      expect.stringContaining("is no condition at character 1: Unknown variable: typ"),
    ]);
  });

  it("keep to one actor, and lead to causes", async () => {
    const records = await Array.fromAsync(timeline.records());
    const effect = records.find(({ cause }) => cause.position !== undefined && cause.type === "effect");
    if (effect === undefined) throw new Error("nothing has a cause");
    const own = records
      .filter(({ address }) => address === effect.address)
      .map(({ position }) => position);
    const next = own.find((position) => position > effect.position) ?? effect.position;
    const pictures = await pressed([`:${effect.position}\n`, "a", ">", "<", "a", "c"]);
    const at = effect.position;
    expect(pictures.map(([head]) => placeIn(head)).slice(1)).toEqual([
      at,
      at,
      next,
      at,
      at,
      effect.cause.position,
    ]);
    expect(pictures[2]?.[0]).toContain(`only ${effect.address}`);
  });

  it("that ask for a field that is not there are told so", async () => {
    const [, , ...feet] = await pressed(["/", ...Array.from("context.nope==1.0"), "\n"]);
    expect(feet.at(-1)?.[1]).toMatch(
      /meets context\.nope==1\.0: \d+ records could not be asked, .*nope/,
    );
  });

  it("that come faster than pictures are all taken", async () => {
    let sent = false;
    const own = stage(({ press: send }) => {
      send(sent ? "q" : ">>>>>>>>>><<");
      sent = true;
    });
    await browse(timeline, own.screen, { stop: new AbortController().signal, start });
    expect(own.pictures).toHaveLength(2);
    expect(placeIn(own.pictures[1]?.[0])).toBe(9);
  });

  it("end it as a signal does, and a fault gives the terminal back, too", async () => {
    const stop = new AbortController();
    const stopped = stage(() => stop.abort());
    await browse(timeline, stopped.screen, { stop: stop.signal, start });
    expect(stopped.state.open).toBe(false);
    const broken = stage(({ press: send }) => send(">"));
    const faulty: Timeline = { ...timeline, stepFrom: () => Number.NaN, moment: once(timeline) };
    await expect(
      browse(faulty, broken.screen, { stop: new AbortController().signal, start }),
    ).rejects.toThrow("the second time");
    expect(broken.state.open).toBe(false);
  });
});

function once(real: Timeline): Timeline["moment"] {
  let asked = 0;
  return (position) =>
    asked++ === 0 ? real.moment(position) : Promise.reject(new Error("the second time"));
}
