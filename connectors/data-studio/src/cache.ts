import { BUILD } from "./build.ts";
import { viewerName } from "./credentials.ts";
import type { Data } from "./data.ts";
import { badAnswer } from "./problem.ts";
import { ask } from "./server.ts";
import { canonical, isObject, parseJson, sha256 } from "./text.ts";

/**
 * Answers in the viewer's own cache: never in the script's, which all viewers share. Only where the build asks for it; the
 * server keeps answers itself and hears when they stop being true. Each use is preceded by a question for the catalog's
 * version as the viewer sees it, so that a change of definitions or of what they may see is never overlooked.
 */
const CHUNK_CHARS = 100_000;
/** What is larger is quicker fetched again than put together. */
const MAX_CHUNKS = 20;
const LONGEST_SECONDS = 21_600;

/** Under which an answer is kept; null: none is. */
export function keyOf(endpoint: string, question: Readonly<Record<string, unknown>>, until: number): string | null {
  if (!BUILD.cache) return null;
  const { catalogVersion } = ask(endpoint, "schema", { configParams: question["configParams"] }, until).body;
  if (typeof catalogVersion !== "string") throw badAnswer("no version of the catalog");
  // The question holds configParams, fields in their order, filters, date range and the last refresh.
  return sha256(canonical([endpoint, catalogVersion, viewerName(endpoint), question]));
}

export function fromCache(key: string | null): Data | null {
  if (key === null) return null;
  const cache = CacheService.getUserCache();
  const head = parseJson(cache.get(key) ?? "");
  if (!isObject(head) || typeof head["chunks"] !== "number") return null;
  const names = chunkNames(key, head["chunks"]);
  const found = cache.getAll(names);
  const text = names.map((name) => found[name] ?? "").join("");
  // A chunk may have been thrown out, or be of another writer.
  return sha256(text) === head["digest"] ? (parseJson(text) as Data) : null;
}

/** @param seconds For how long the answer stays true; 0: not at all. */
export function toCache(key: string | null, data: Data, seconds: number): void {
  if (key === null || !(seconds >= 1)) return;
  // A character is a byte then, and chunks may be cut anywhere.
  const text = JSON.stringify(data).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const names = chunkNames(key, Math.ceil(text.length / CHUNK_CHARS));
  if (names.length > MAX_CHUNKS) return;
  const head = JSON.stringify({ chunks: names.length, digest: sha256(text) });
  const chunks = names.map((name, i) => [name, text.slice(i * CHUNK_CHARS, (i + 1) * CHUNK_CHARS)] as const);
  const values = Object.fromEntries([[key, head], ...chunks]);
  CacheService.getUserCache().putAll(values, Math.min(Math.floor(seconds), LONGEST_SECONDS));
}

function chunkNames(key: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${key}.${i}`);
}
