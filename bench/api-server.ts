/**
 * One side of the comparisons of `bench/api.ts`, in a process of its own, so that its CPU time is its alone:
 * `node bench/api-server.ts api`, or `bare FILE`, which answers with what the file holds for a query and does no more
 * than any server must: reads the body, parses it, JSON.stringify. Its parent asks it for the CPU time it has used.
 */
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { loadCatalog } from "../src/compile/index.ts";
import { createEngine } from "../src/engine/index.ts";
import { createHttpHandler } from "../src/graphql/index.ts";
import { ensureSample } from "../src/sample/index.ts";
import { openWarehouse, type ResultColumn, type Row, readAll, type Warehouse } from "../src/warehouse/index.ts";

const [, , side, file = ""] = process.argv;
const server = createServer(
  side === "api" ? await api() : bare(new Map(Object.entries(JSON.parse(readFileSync(file, "utf8"))))),
);
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.on("message", () => process.send?.(process.cpuUsage()));
process.on("disconnect", () => process.exit());

function bare(answers: ReadonlyMap<string, unknown>): RequestListener {
  return (req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const { query } = JSON.parse(Buffer.concat(chunks).toString());
      const body = JSON.stringify(answers.get(query));
      res.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
      res.end(body);
    });
  };
}

async function api(): Promise<RequestListener> {
  const { catalog } = loadCatalog("metrics");
  if (!catalog) throw new Error("metrics/ does not load");
  const warehouse = remembering(await openWarehouse(`duckdb:${await ensureSample()}`));
  return createHttpHandler(createEngine({ catalog, warehouse }), { graphiql: false });
}

/** Runs each statement once, and answers from memory from then on: what is measured is the API. */
function remembering(warehouse: Warehouse): Warehouse {
  const known = new Map<string, { readonly columns: readonly ResultColumn[]; readonly rows: readonly Row[] }>();
  return {
    ...warehouse,
    async execute(statement, options) {
      const key = JSON.stringify([statement.text, statement.values]);
      const before = known.get(key);
      const { columns, batches, run } = before
        ? { columns: before.columns, batches: once(before.rows), run: NO_RUN }
        : await warehouse.execute(statement, options);
      if (before) return { columns, batches, run };
      const rows = await readAll({ columns, batches });
      known.set(key, { columns, rows });
      return { columns, batches: once(rows), run };
    },
  };
}

async function* once(rows: readonly Row[]) {
  yield rows;
}

const NO_RUN = { servedBy: "memory", dataAsOf: null, bytesProcessed: null, bytesBilled: null, isFromEngineCache: null };
