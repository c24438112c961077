import { inject } from "vitest";

/** The URL of a PostgreSQL database with the sample company in it, the same for all tests: read it only. */
export function samplePostgres(): Promise<string> {
  return ask("sample");
}

/** The URL of a new and empty PostgreSQL database. */
export function emptyPostgres(): Promise<string> {
  return ask("empty");
}

async function ask(what: "sample" | "empty"): Promise<string> {
  const response = await fetch(`${inject("postgresDoor")}/${what}`, { method: "POST" });
  const text = await response.text();
  if (!response.ok) throw new Error(`No PostgreSQL: ${text}`);
  return text;
}
