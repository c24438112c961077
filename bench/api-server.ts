/**
 * One side of the comparisons of `bench/api.ts`, in a process of its own, so that its CPU time is its alone:
 * `node bench/api-server.ts api`, or `bare FILE`, which answers with what the file holds for a query and does no more
 * than any server must: reads the body, parses it, JSON.stringify. Its parent asks it for the CPU time it has used.
 */
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { loadCatalog } from "../src/compile/index.ts";
import { createEngine, type Engine } from "../src/engine/index.ts";
import { ensureSample } from "../src/sample/index.ts";
import { createHttpHandler } from "../src/server/index.ts";
import { openWarehouse } from "../src/warehouse/index.ts";

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
  const warehouse = await openWarehouse(`duckdb:${await ensureSample()}`);
  return createHttpHandler(remembering(createEngine({ catalog, warehouse })), { graphiql: false, answerBytes: 0 });
}

/** Answers equal questions from memory: what is measured is the API. `bench:plan` measures how they become SQL. */
function remembering(engine: Engine): Engine {
  const known = new Map<string, ReturnType<Engine["askAll"]>>();
  const pinned: Engine = {
    ...engine.pinned(),
    pinned: () => pinned,
    askAll(requests, principal, options) {
      const key = JSON.stringify([requests, principal]);
      const answers = known.get(key) ?? engine.askAll(requests, principal, options);
      known.set(key, answers);
      return answers;
    },
  };
  return pinned;
}
