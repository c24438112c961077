import { sha256 } from "../../std/index.ts";

/** What is hashed as its RFC 8785 text. It holds no numbers: those are texts of their exact digits. */
export type Doc = string | boolean | null | readonly Doc[] | { readonly [key: string]: Doc };

/** SHA-256 of the canonical text, 64 hex digits. */
export function digestOf(doc: Doc): string {
  return sha256(textOf(doc));
}

/** RFC 8785: keys in code-unit order, no space. */
export function textOf(doc: Doc): string {
  if (typeof doc !== "object" || doc === null) return JSON.stringify(doc);
  const known = texts.get(doc);
  if (known !== undefined) return known;
  if (isList(doc)) return `[${doc.map(textOf).join(",")}]`;
  const members = Object.keys(doc)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${textOf(doc[key] ?? null)}`);
  return `{${members.join(",")}}`;
}

/** Frozen data that stands in many documents: its text is worked out once. */
export function shared<T extends Doc & object>(doc: T): T {
  texts.set(doc, textOf(doc));
  return doc;
}

const texts = new WeakMap<object, string>();

function isList(doc: Doc & object): doc is readonly Doc[] {
  return Array.isArray(doc);
}

/** In the order of their canonical texts, for lists whose order means nothing. */
export function sortedDocs(docs: readonly Doc[]): readonly Doc[] {
  if (docs.length < 2) return docs;
  const keyed = docs.map((doc) => ({ doc, text: textOf(doc) }));
  return keyed.toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)).map(({ doc }) => doc);
}

/** The same, each once. */
export function setOfDocs(docs: readonly Doc[]): readonly Doc[] {
  return sortedDocs([...new Map(docs.map((doc) => [textOf(doc), doc])).values()]);
}
