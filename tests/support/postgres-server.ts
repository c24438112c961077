import { once } from "node:events";
import { createServer } from "node:http";
import type { TestProject } from "vitest/node";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../scripts/embedded-postgres.ts";
import { buildSample } from "../../src/sample/index.ts";
import { openPostgresLoader } from "../../src/warehouse/index.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Answers `POST /sample` and `POST /empty` with the URL of a database. */
    readonly postgresDoor: string;
  }
}

/**
 * One PostgreSQL for all test files, which run in processes of their own. It starts when the first of them asks, and
 * stops with the run.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let postgres: Promise<EmbeddedPostgres> | null = null;
  let sample: Promise<string> | null = null;
  let count = 0;

  const create = async (name: string): Promise<string> => {
    postgres ??= startEmbeddedPostgres();
    const server = await postgres;
    const admin = await openPostgresLoader(server.url("postgres"));
    await admin.run(`CREATE DATABASE ${name}`);
    await admin.close();
    return server.url(name);
  };
  const createSample = async (): Promise<string> => {
    const url = await create("sample");
    const loader = await openPostgresLoader(url);
    await buildSample(loader);
    // For the hand-written SQL, which looks up single rows.
    await loader.run("CREATE INDEX ON shop.events (visitor_id)");
    await loader.run("CREATE INDEX ON shop.inventory_daily (product_id, snapshot_on)");
    await loader.run("ANALYZE");
    await loader.close();
    return url;
  };

  const door = createServer((request, response) => {
    const answer = request.url === "/sample" ? (sample ??= createSample()) : create(`test_${++count}`);
    answer.then(
      (url) => response.end(url),
      (cause: unknown) => response.writeHead(500).end(cause instanceof Error ? cause.stack : String(cause)),
    );
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  const address = door.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port.");
  project.provide("postgresDoor", `http://127.0.0.1:${address.port}`);

  return async () => {
    door.close();
    door.closeAllConnections();
    await postgres?.then(
      (server) => server.stop(),
      () => undefined, // whoever asked for it was told
    );
  };
}
