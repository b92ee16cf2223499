/**
 * An immutable map in the order of its keys: a tree of small nodes, so that putting, removing and
 * taking the first copy a few small arrays and share the rest, at ten entries and at a million (A13).
 *
 * 1. Plain objects and arrays: JSON as it stands, and the same after a round trip.
 * 2. No node has more than {@link MOST} members; none but the root has fewer than {@link LEAST}.
 *    So the tree is as flat as its size says, whatever was put in and taken out before.
 * 3. A function that changes nothing returns the map that it was given.
 * 4. The shape depends on what was done and in which order, on nothing else.
 */

/** One sort in a map: finite numbers by their value, or strings by their code units. */
export type Key = string | number;

/** What JSON can say. `undefined` is no value: it says that there is none. */
type Value = NonNullable<unknown> | null;

/** A map from keys to values; empty by `sorted()`. Its `size` is the number of its entries. */
export type Sorted<K extends Key, V extends Value> = Leaf<K, V> | Branch<K, V>;

interface Leaf<K extends Key, V extends Value> {
  readonly size: number;
  readonly entries: Members<K, V>;
}

interface Branch<K extends Key, V extends Value> {
  readonly size: number;
  /** Each with its smallest key. */
  readonly nodes: Members<K, Sorted<K, V>>;
}

type Members<K extends Key, T> = readonly (readonly [K, T])[];

const MOST = 32;
const LEAST = 8;
/** Two neighbours up to here become one: there is room for the next to come. */
const JOINED = 24;

/** The map of these entries. A key that comes again replaces the value. */
export function sorted<K extends Key, V extends Value>(
  given: Iterable<readonly [K, V]> = [],
): Sorted<K, V> {
  let map: Sorted<K, V> = { size: 0, entries: [] };
  for (const [key, value] of given) map = put(map, key, value);
  return map;
}

/** The value of a key, undefined where there is none. */
export function get<K extends Key, V extends Value>(map: Sorted<K, V>, key: K): V | undefined {
  let node = map;
  while (!isLeaf(node)) node = nodeAt(node, placeOf(node, key));
  const entry = node.entries[indexFrom(node.entries, key)];
  return entry?.[0] === key ? entry[1] : undefined;
}

/** Whether the key has a value. */
export function has<K extends Key, V extends Value>(map: Sorted<K, V>, key: K): boolean {
  return get(map, key) !== undefined;
}

/** The map in which the key has this value. */
export function put<K extends Key, V extends Value>(map: Sorted<K, V>, key: K, value: V): Sorted<K, V> {
  const [node, right] = withEntry(map, key, value);
  return right === undefined ? node : branchOf([node, right].map(member));
}

/** The map without the key. */
export function without<K extends Key, V extends Value>(map: Sorted<K, V>, key: K): Sorted<K, V> {
  const node = withoutKey(map, key);
  return !isLeaf(node) && node.nodes.length === 1 ? nodeAt(node, 0) : node;
}

/** The entry with the smallest key, undefined where the map is empty. */
export function first<K extends Key, V extends Value>(map: Sorted<K, V>): readonly [K, V] | undefined {
  let node = map;
  while (!isLeaf(node)) node = nodeAt(node, 0);
  return node.entries[0];
}

/**
 * The entries in the order of their keys.
 *
 * @param from the first key that may come, whether it is in the map or not. Default: the smallest.
 */
export function* entries<K extends Key, V extends Value>(
  map: Sorted<K, V>,
  from?: K,
): Generator<readonly [K, V], void, undefined> {
  if (isLeaf(map)) {
    yield* from === undefined ? map.entries : map.entries.slice(indexFrom(map.entries, from));
    return;
  }
  const start = from === undefined ? 0 : placeOf(map, from);
  for (let i = start; i < map.nodes.length; i++)
    yield* entries(nodeAt(map, i), i === start ? from : undefined);
}

/** A node, or the two that it was split into. */
type Parts<K extends Key, V extends Value> =
  | readonly [Sorted<K, V>]
  | readonly [Sorted<K, V>, Sorted<K, V>];

function isLeaf<K extends Key, V extends Value>(node: Sorted<K, V>): node is Leaf<K, V> {
  return "entries" in node;
}

function membersOf<K extends Key, V extends Value>(node: Sorted<K, V>): Members<K, unknown> {
  return isLeaf(node) ? node.entries : node.nodes;
}

function leafOf<K extends Key, V extends Value>(own: Members<K, V>): Leaf<K, V> {
  return { size: own.length, entries: own };
}

function branchOf<K extends Key, V extends Value>(nodes: Members<K, Sorted<K, V>>): Branch<K, V> {
  let size = 0;
  for (const [, node] of nodes) size += node.size;
  return { size, nodes };
}

function member<K extends Key, V extends Value>(node: Sorted<K, V>): readonly [K, Sorted<K, V>] {
  const [key] = membersOf(node)[0] as readonly [K, unknown]; // only a root is ever empty
  return [key, node];
}

function nodeAt<K extends Key, V extends Value>({ nodes }: Branch<K, V>, at: number): Sorted<K, V> {
  const [, node] = nodes[at] as readonly [K, Sorted<K, V>]; // asked within bounds only
  return node;
}

/** Where the first key stands that is not smaller. */
function indexFrom<K extends Key>(members: Members<K, unknown>, key: K): number {
  let [low, high] = [0, members.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const [here] = members[middle] as readonly [K, unknown]; // low <= middle < high <= length
    if (here < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Which node has the key, or would have it. */
function placeOf<K extends Key, V extends Value>({ nodes }: Branch<K, V>, key: K): number {
  const at = indexFrom(nodes, key);
  return nodes[at]?.[0] === key ? at : Math.max(0, at - 1);
}

function withEntry<K extends Key, V extends Value>(node: Sorted<K, V>, key: K, value: V): Parts<K, V> {
  if (!isLeaf(node)) {
    const at = placeOf(node, key);
    const was = nodeAt(node, at);
    const parts = withEntry(was, key, value);
    return parts[0] === was ? [node] : split(exchanged(node, at, 1, parts), at);
  }
  const at = indexFrom(node.entries, key);
  const was = node.entries[at];
  if (was?.[0] !== key) return split(leafOf(node.entries.toSpliced(at, 0, [key, value])), at);
  return [was[1] === value ? node : leafOf(node.entries.with(at, [key, value]))];
}

function withoutKey<K extends Key, V extends Value>(node: Sorted<K, V>, key: K): Sorted<K, V> {
  if (isLeaf(node)) {
    const at = indexFrom(node.entries, key);
    return node.entries[at]?.[0] === key ? leafOf(node.entries.toSpliced(at, 1)) : node;
  }
  const at = placeOf(node, key);
  const was = nodeAt(node, at);
  const rest = withoutKey(was, key);
  if (rest === was) return node;
  if (membersOf(rest).length >= LEAST) return exchanged(node, at, 1, [rest]);
  // Too small: it shares with the one before it, the first with the one after it.
  return at === 0
    ? exchanged(node, 0, 2, shared(rest, nodeAt(node, 1)))
    : exchanged(node, at - 1, 2, shared(nodeAt(node, at - 1), rest));
}

/** The branch with some nodes in the place of others. */
function exchanged<K extends Key, V extends Value>(
  { size, nodes }: Branch<K, V>,
  at: number,
  count: number,
  parts: Parts<K, V>,
): Branch<K, V> {
  let grown = size;
  for (let i = at; i < at + count; i++) grown -= nodes[i]?.[1].size ?? 0;
  for (const part of parts) grown += part.size;
  return { size: grown, nodes: nodes.toSpliced(at, count, ...parts.map(member)) };
}

/** Two nodes where one has grown too large: uneven at its ends, since there it grows on. */
function split<K extends Key, V extends Value>(node: Sorted<K, V>, grownAt: number): Parts<K, V> {
  const count = membersOf(node).length;
  if (count <= MOST) return [node];
  if (grownAt === 0) return cut(node, LEAST);
  return cut(node, grownAt >= MOST - 1 ? count - LEAST : count >> 1);
}

function cut<K extends Key, V extends Value>(node: Sorted<K, V>, at: number): Parts<K, V> {
  return isLeaf(node)
    ? [leafOf(node.entries.slice(0, at)), leafOf(node.entries.slice(at))]
    : [branchOf(node.nodes.slice(0, at)), branchOf(node.nodes.slice(at))];
}

/** Neighbours of one level, as one node or as two of like length. */
function shared<K extends Key, V extends Value>(a: Sorted<K, V>, b: Sorted<K, V>): Parts<K, V> {
  const both = joined(a, b);
  const count = membersOf(both).length;
  return count <= JOINED ? [both] : cut(both, count >> 1);
}

function joined<K extends Key, V extends Value>(a: Sorted<K, V>, b: Sorted<K, V>): Sorted<K, V> {
  if (isLeaf(a) && isLeaf(b)) return leafOf([...a.entries, ...b.entries]);
  return branchOf([a, b].flatMap((node) => (isLeaf(node) ? [] : node.nodes)));
}
