// Notes that somebody left in comments for later.
import { readFileSync } from "node:fs";
import { found, keep } from "./artifact.mjs";

const NOTE = /(?:\/\/|\*|#)\s*(TODO|FIXME|HACK|XXX)\b[:\s]*(.*)$/;

const notes = found("files")
  .filter(({ path, text }) => text && /\.(ts|mjs|js|ya?ml|sh)$/.test(path))
  .flatMap(({ path }) =>
    readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line, at) => {
        const [, word, said] = NOTE.exec(line) ?? [];
        return word === undefined ? [] : [{ path, line: at + 1, word, said }];
      }),
  );
keep("notes", notes);
console.log(notes.length === 0 ? "no notes were left" : `${notes.length} notes were left`);
