/**
 * Whether a list of patterns, divided by commas, takes a text: `*` is any letters, `?` is one, and what a pattern behind `!`
 * takes is refused whatever the others say. Letters are compared exactly.
 */
export function isInPatterns(text: string, list: string): boolean {
  let isTaken = false;
  for (const pattern of list.split(",")) {
    const isNegated = pattern.startsWith("!");
    if (!isLike(text, isNegated ? pattern.slice(1) : pattern)) continue;
    if (isNegated) return false;
    isTaken = true;
  }
  return isTaken;
}

/** In time of at most both lengths multiplied, whatever the pattern. */
function isLike(text: string, pattern: string): boolean {
  if (text === pattern) return true;
  let [at, in_] = [0, 0];
  let star = -1;
  let retry = 0;
  while (at < text.length) {
    if (pattern[in_] === "*") {
      star = in_++;
      retry = at;
    } else if (in_ < pattern.length && (pattern[in_] === "?" || pattern[in_] === text[at])) {
      at++;
      in_++;
    } else if (star >= 0) {
      in_ = star + 1;
      at = ++retry;
    } else return false;
  }
  while (pattern[in_] === "*") in_++;
  return in_ === pattern.length;
}
