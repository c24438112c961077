import { nearest } from "../std/index.ts";

/** `did you mean "amount"?`, or all known names where none is close and they are few; null when there is nothing to say. */
export function didYouMean(name: string, known: Iterable<string>): string | null {
  const names = [...known];
  const close = nearest(name, names);
  if (close.length > 0) return `did you mean ${close.map(quote).join(" or ")}?`;
  return names.length > 0 && names.length <= 25 ? `known are ${listOf(names)}` : null;
}

/** A name in a sentence; a very long one is cut. */
export function quote(name: string): string {
  return `"${name.length > 100 ? `${name.slice(0, 99)}…` : name}"`;
}

export function listOf(names: readonly string[]): string {
  return names.join(", ");
}
