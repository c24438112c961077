import path from "node:path";
import { Client } from "pg";
import type { Catalog, Dialect } from "../src/catalog/index.ts";
import { compileCatalog } from "../src/compile/index.ts";
import { parseDefinitions } from "../src/definition/index.ts";
import { planQuery } from "../src/engine/index.ts";
import type { Principal } from "../src/identity/index.ts";
import { connectTo, type Door, post } from "./load.ts";
import type { Side } from "./measure.ts";
import { listenerOf, type Started, start } from "./process.ts";
import {
  assayBody,
  assayRequest,
  cubeGraphqlBody,
  cubeRestBody,
  type Question,
  sumsOf,
  THIRTY_DAYS,
  type Unique,
} from "./questions.ts";
import { assayToken, BENCH_SECRET, DEFINITIONS } from "./star.ts";

/** A side that is asked over HTTP. */
export interface Asked extends Side {
  readonly body: (question: Question, unique?: Unique) => string;
}

export interface Cube {
  readonly graphql: Asked;
  readonly rest: Asked;
}

/** `assay serve` of the program in the folder, over the database. */
export function startAssay(program: string, folder: string, databaseUrl: string): Promise<Started> {
  const env = { WAREHOUSE_URL: databaseUrl, BENCH_SECRET, PORT: "0", HOST: "127.0.0.1" };
  return start([program, "serve", "--format", "json"], { cwd: folder, env });
}

export function assaySide({ url, pid }: Started): Asked & { readonly pid: number } {
  const door = { url: `${url}/graphql`, authorization: `Bearer ${assayToken()}` };
  return { name: "Assay", door, pid, body: assayBody };
}

/** What runs at `CUBE_URL`. null: it is not set. */
export function cubeOf({ CUBE_URL: url, CUBE_TOKEN: authorization }: NodeJS.ProcessEnv): Cube | null {
  if (!url || !authorization) return null;
  const pid = listenerOf(Number(new URL(url).port));
  const door = (place: string): Door => ({ url: `${url}/cubejs-api/${place}`, authorization });
  return {
    graphql: { name: "Cube GraphQL", door: door("graphql"), pid, body: cubeGraphqlBody },
    rest: { name: "Cube REST", door: door("v1/load"), pid, body: cubeRestBody },
  };
}

/** node:http alone, which says what the file holds. */
export async function startBare(file: string): Promise<Started> {
  return start([path.join(import.meta.dirname, "bare-server.ts"), file]);
}

export function bareSide({ url, pid }: Started, place: "parsed" | "ready"): Asked & { readonly pid: number } {
  return { name: "node:http", door: { url: `${url}/${place}`, authorization: null }, pid, body: assayBody };
}

/** The statement that Assay makes of the question, through `pg`. */
export interface Direct {
  ask(question: Question, unique: Unique): Promise<unknown>;
  close(): Promise<void>;
}

export async function openDirect(databaseUrl: string): Promise<Direct> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  return {
    ask: (question, unique) => client.query(statementOf(ANALYST, question, unique)),
    close: () => client.end(),
  };
}

/** As `pg` takes it. */
export function statementOf(
  principal: Principal,
  question: Question,
  unique: Unique,
  where: readonly string[] = [],
  dialect: Dialect = "postgres",
) {
  const request = assayRequest(question, unique);
  const asked = { ...request, where: [...(request.where ?? []), ...where] };
  const { text, values } = planQuery(STAR, dialect, asked, principal).statement;
  return { text, values: [...values], rowMode: "array" };
}

function catalogOf(text: string): Catalog {
  const { catalog } = compileCatalog(parseDefinitions([{ path: "metrics/star.yaml", text }]).definitions);
  if (!catalog) throw new Error("The definitions of the bench do not compile.");
  return catalog;
}

const STAR = catalogOf(DEFINITIONS);

export function userOf(role: string, claims: Readonly<Record<string, string>> = {}): Principal {
  return { kind: "user", issuer: "https://bench.example", subject: "bench", name: "bench", roles: [role], claims };
}

export const ANALYST = userOf("analyst");

/** @throws Error unless all sides give the same numbers */
export async function checkSame(sides: readonly Asked[], questions: readonly Question[]): Promise<void> {
  for (const question of [THIRTY_DAYS, ...questions]) {
    const sums = await Promise.all(sides.map((side) => askOnce(side, question).then((body) => sumsOf(String(body)))));
    for (const [i, sum] of sums.entries()) {
      if (sum.rows !== question.rows || JSON.stringify(sum) !== JSON.stringify(sums[0])) {
        throw new Error(
          `${sides[i]?.name} answers ${JSON.stringify(sum)}, ${sides[0]?.name} ${JSON.stringify(sums[0])}`,
        );
      }
    }
  }
}

export async function askOnce(side: Asked, question: Question, unique: Unique = null): Promise<Buffer> {
  const connection = await connectTo(side.door);
  try {
    return await connection.ask(post(side.door, side.body(question, unique)));
  } finally {
    connection.close();
  }
}
