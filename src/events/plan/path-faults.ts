/**
 * Faults of paths: two tasks that write one file, and dependencies that no `dependsOn` says.
 *
 * - Two tasks may write one path only where one is behind the other (S0-005).
 * - A task that reads what another writes must be behind it (S0-002).
 * - Paths are compared as text, tidied: a folder and a file in it are two paths.
 */
import { faultAt, isText, listAt, type Fault, type Steps } from "./fault.ts";
import { isOwnPath, tidyPath } from "./paths.ts";
import type { Sketch, SketchTask } from "./sketch.ts";

/** A path that a task names. */
interface Use {
  readonly task: number;
  readonly path: string;
  readonly place: Steps;
}

export function pathFaults(sketch: Sketch): readonly Fault[] {
  const writers = byPath(usesOf(sketch, "outputs"));
  const readers = byPath(usesOf(sketch, "reads"));
  return [
    ...[...writers].flatMap(([path, uses]) => [
      ...repeats(uses),
      ...sharedFaults(uses, sketch),
      ...reportFaults(path, uses, sketch),
    ]),
    ...[...readers].flatMap(([path, uses]) => [
      ...repeats(uses),
      ...hiddenFaults(uses, writers.get(path) ?? [], sketch),
    ]),
  ];
}

function usesOf({ tasks }: Sketch, field: "reads" | "outputs"): readonly Use[] {
  return tasks.flatMap(({ at, fields }) => {
    const cwd = isText(fields["cwd"]) ? fields["cwd"] : undefined;
    return listAt(fields, [field]).flatMap((path, i) =>
      isText(path) && path !== ""
        ? { task: at, path: tidyPath(path, cwd), place: ["tasks", at, field, i] }
        : [],
    );
  });
}

function byPath(uses: readonly Use[]): ReadonlyMap<string, readonly Use[]> {
  return Map.groupBy(uses, ({ path }) => path);
}

function repeats(uses: readonly Use[]): readonly Fault[] {
  const tasks = new Set<number>();
  return uses.flatMap(({ task, place }) => {
    if (tasks.has(task)) return faultAt(place, "it is named twice");
    tasks.add(task);
    return [];
  });
}

/** Writers that are all behind each other are a chain: each wave's one behind that of the wave before. */
function sharedFaults(uses: readonly Use[], { tasks, waves, isBehind }: Sketch): readonly Fault[] {
  const wave = ({ task }: Use): number => waves[task] ?? 0;
  const chain = [...new Map(uses.map((use) => [use.task, use])).values()].toSorted((a, b) =>
    wave(a) === wave(b) ? a.task - b.task : wave(a) - wave(b),
  );
  return chain.flatMap((use, i) => {
    const other = chain[i - 1];
    if (other === undefined || isBehind(use.task, other.task)) return [];
    const [first, second] = use.task < other.task ? [use, other] : [other, use];
    const also = wave(first) === wave(second) ? `, in the same wave (${wave(first)})` : "";
    return faultAt(
      second.place,
      `${tasks[first.task]?.name} writes the same path${also}`,
      "Write another path, or let one of the two depend on the other.",
    );
  });
}

/** `report.md` is what a run of a pattern ends with. */
function reportFaults(path: string, uses: readonly Use[], { pattern }: Sketch): readonly Fault[] {
  if (pattern === "graph" || pattern === undefined || !REPORTS.has(path)) return [];
  return uses.map(({ place }) =>
    faultAt(place, "troupe writes the report of the run there", "Write another path."),
  );
}

const REPORTS: ReadonlySet<string> = new Set([
  tidyPath("artifacts/report.md"),
  tidyPath("artifacts/report.json"),
]);

function hiddenFaults(
  readers: readonly Use[],
  writers: readonly Use[],
  { pattern, tasks, words, isBehind }: Sketch,
): readonly Fault[] {
  return readers.flatMap(({ task, path, place }) => {
    const others = writers.filter((writer) => writer.task !== task);
    const early = others.filter((writer) => isBehind(task, writer.task));
    const late = others.filter((writer) => isBehind(writer.task, task));
    const ordered = new Set([...early, ...late]);
    const loose = others.find((writer) => !ordered.has(writer));
    if (loose !== undefined) return hidden(place, tasks[loose.task], { pattern, words });
    const [writer] = late;
    // a file of the project may be there before; the run's own folder is empty at the start
    const isThere = !isOwnPath(path) || early.length > 0 || others.length < writers.length;
    return writer === undefined || isThere
      ? []
      : faultAt(
          place,
          `nobody writes it before this: ${tasks[writer.task]?.name}, which does, depends on this task`,
          "Turn that dependency round, or read another path.",
        );
  });
}

function hidden(
  place: Steps,
  writer: SketchTask | undefined,
  { pattern, words }: Pick<Sketch, "pattern" | "words">,
): Fault {
  const name = writer?.name ?? "";
  return faultAt(
    place,
    `hidden dependency: ${name} writes it, and nothing says that it comes before`,
    pattern === "parallel"
      ? "Read another path, or use the pattern graph: parallel tasks know nothing of each other."
      : `Add ${name} to ${words.dependsOn}.`,
  );
}
