/** Bugs of what leads from one version of a kind to the next. */
import type { Mutant } from "./mutant.ts";

export const VERSIONS: readonly Mutant[] = [
  {
    name: "migration-while-an-action-is-in-doubt",
    file: "src/actors/migrations.ts",
    find: "fold.actions.size > 0 && ledger.ran < fold.seq",
    replace: "fold.actions.size < 0",
    law: "A11",
  },
  {
    name: "commands-taken-by-the-previous-version",
    file: "src/actors/mailbox.ts",
    find: "if (this.#closed()) return this.#takeInside();",
    replace: "",
    law: "A11",
  },
  {
    name: "effects-of-a-migration-before-the-take-over",
    file: "src/actors/perform.ts",
    find: "recovered || !ready",
    replace: "recovered",
    law: "A12",
  },
  {
    name: "work-begun-twice-by-a-migration",
    file: "src/actors/xstate/migration.ts",
    find: "if (again !== undefined) throw begunTwice(left, again);",
    replace: "",
    law: "A5",
  },
  {
    name: "migration-of-a-later-version-believed",
    file: "src/actors/migrate.ts",
    find: "isLater(to, own.version) && codeIn(own, to) === undefined",
    replace: "form < 0",
    law: "A5",
  },
  {
    name: "migrated-state-not-compared",
    file: "src/actors/migrate.ts",
    find: "if (path === undefined) return again.advanced;",
    replace: "return again.advanced;",
    law: "A15",
  },
  {
    name: "part-moved-by-the-code-of-its-first-record",
    file: "src/actors/course.ts",
    find: "if (part !== undefined) part.version = versionIn(body);",
    replace: "if (part !== undefined) part.version ||= versionIn(body);",
    law: "A5",
  },
  {
    name: "own-records-upcast",
    file: "src/actors/versions.ts",
    find: "code.upcast === undefined || version === code.version",
    replace: "code.upcast === undefined",
    law: "A5",
  },
  {
    name: "context-of-another-shape-taken",
    file: "src/actors/migrate.ts",
    find: "if (fault === undefined) return state;",
    replace: "return state;",
    law: "A5",
  },
  {
    name: "dates-and-maps-taken-for-objects",
    file: "src/actors/value-type.ts",
    find: "if (prototype === Object.prototype || prototype === null) return OBJECT;",
    replace: "if (prototype !== undefined) return OBJECT;",
    law: "A5",
  },
  {
    name: "context-compared-where-versions-begin-alike",
    file: "src/actors/context-shape.ts",
    find: "if (was === begins) compareMembers",
    replace: "if (was === is) compareMembers",
    law: "A5",
  },
  {
    name: "migrated-actor-kept-by-an-older-host",
    file: "src/actors/placement/place.ts",
    find: "throw (await isLeftFor({ kind, laterThan })) ? givenAway() : error;",
    replace: "throw error;",
    law: "A5",
  },
];
