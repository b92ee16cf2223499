/** Reads the Mermaid that charts are made of, as Mermaid does, and refuses what that refuses. */

export interface Read {
  /** By id, what stands on it and in which block. */
  readonly states: ReadonlyMap<string, { readonly label: string; readonly parent: string }>;
  readonly arrows: readonly {
    readonly from: string;
    readonly to: string;
    /** The block that it stands in; "" outside of all. */
    readonly parent: string;
    /** Lines of the label. */
    readonly labels: readonly string[];
  }[];
}

const STATE = /^state "((?:[^"#;:{}<>%\\]|#\d+;|<br>)+)" as ([A-Za-z0-9_]+)( \{)?$/;
const BAR = /^state ([A-Za-z0-9_]+) <<(fork|join)>>$/;
const ARROW =
  /^(\[\*\]|[A-Za-z0-9_]+) --> (\[\*\]|[A-Za-z0-9_]+)(?:: ((?:[^"#;:{}<>%\\]|#\d+;|<br>)+))?$/;
/** What begins a statement, whatever follows. */
const WORDS =
  /^(accdescr|acctitle|as|class|classdef|click|default|direction|end|hide|note|root|scale|state|style)$/i;

export function readMermaid(text: string): Read {
  const [head, ...lines] = text.trimEnd().split("\n");
  if (head !== "stateDiagram-v2") throw new Error(`it begins with ${head}`);
  const reader = newReader();
  for (const line of lines.map((indented) => indented.trim())) {
    if (/direction\s+(TB|BT|RL|LR)/i.test(line)) throw new Error(`it turns: ${line}`);
    const taken = STATEMENTS.some(([form, take]) => {
      const found = form.exec(line);
      if (found !== null) take(reader, found);
      return found !== null;
    });
    if (!taken) throw new Error(`no statement: ${line}`);
  }
  if (reader.open.length > 0) throw new Error(`${reader.open.join(", ")} stays open`);
  return reader;
}

type Reader = ReturnType<typeof newReader>;

function newReader() {
  return {
    states: new Map<string, { label: string; parent: string }>(),
    arrows: [] as Read["arrows"][number][],
    /** The blocks around a line. */
    open: [] as string[],
  };
}

type Statement = readonly [form: RegExp, take: (reader: Reader, found: RegExpExecArray) => void];

const STATEMENTS: readonly Statement[] = [
  [
    STATE,
    (reader, [, label = "", id = "", block]) => {
      declare(reader, id, plainText(label));
      if (block !== undefined) reader.open.push(id);
    },
  ],
  [BAR, (reader, [, id = ""]) => declare(reader, id, "")],
  [
    ARROW,
    ({ arrows, open }, [, from = "", to = "", label]) => {
      const labels = label?.split("<br>").map(plainText) ?? [];
      arrows.push({ from, to, parent: open.at(-1) ?? "", labels });
    },
  ],
  [/^--$/, () => {}],
  [
    /^\}$/,
    ({ open }) => {
      if (open.pop() === undefined) throw new Error("one } too many");
    },
  ],
];

function declare({ states, open }: Reader, id: string, label: string): void {
  if (states.has(id)) throw new Error(`${id} stands twice`);
  if (WORDS.test(id) || /_(start|end)$/.test(id)) throw new Error(`${id} is a word of Mermaid`);
  states.set(id, { label, parent: open.at(-1) ?? "" });
}

/** Labels are read as Markdown. */
const MARKDOWN = /[*`~$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|\]\(/u;

/** A label as it is shown. */
function plainText(label: string): string {
  if (MARKDOWN.test(label)) throw new Error(`it is Markdown: ${label}`);
  return label
    .replaceAll("<br>", "\n")
    .replaceAll(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}
