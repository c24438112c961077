import { canonicalJson, sha256 } from "../../std/index.ts";

/** What is hashed as its RFC 8785 text. It holds no numbers: those are texts of their exact digits. */
export type Doc = string | boolean | null | readonly Doc[] | { readonly [key: string]: Doc };

/** SHA-256 of the canonical text, 64 hex digits. */
export function digestOf(doc: Doc): string {
  return sha256(canonicalJson(doc));
}

/** In the order of their canonical texts, for lists whose order means nothing. */
export function sortedDocs(docs: readonly Doc[]): readonly Doc[] {
  if (docs.length < 2) return docs;
  const keyed = docs.map((doc) => ({ doc, text: canonicalJson(doc) }));
  return keyed.toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)).map(({ doc }) => doc);
}

/** The same, each once. */
export function setOfDocs(docs: readonly Doc[]): readonly Doc[] {
  return sortedDocs([...new Map(docs.map((doc) => [canonicalJson(doc), doc])).values()]);
}
