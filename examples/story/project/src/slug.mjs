/** The part of a URL that a title becomes. */
export function slug(title) {
  return title; // nobody has written it yet
}
