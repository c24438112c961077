/** Serves public/ and passes /graphql on to Assay with the token of this program, so that no token is in the browser. */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { text } from "node:stream/consumers";

const { ASSAY_URL = "http://localhost:4000/graphql", ASSAY_TOKEN, PORT = "5173" } = process.env;
const FILES = new Set(["/index.html", "/style.css", "/app.js"]);
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript" };

async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = {
    "content-type": "application/json",
    ...(ASSAY_TOKEN && { authorization: `Bearer ${ASSAY_TOKEN}` }),
  };
  const answer = await fetch(ASSAY_URL, { method: "POST", headers, body: await text(request) });
  response.writeHead(answer.status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(await answer.text());
}

async function file(path: string, response: ServerResponse): Promise<void> {
  if (!FILES.has(path)) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "" });
  response.end(await readFile(join(import.meta.dirname, "public", path)));
}

const server = createServer((request, response) => {
  // Other sites may not ask through us: a page of theirs cannot send JSON here without asking first.
  const isQuestion = request.url === "/graphql" && request.method === "POST";
  if (isQuestion && request.headers["content-type"] !== "application/json") return void response.writeHead(415).end();
  const path = request.url === "/" ? "/index.html" : (request.url ?? "");
  (isQuestion ? passOn(request, response) : file(path, response)).catch((error: unknown) => {
    console.error(error);
    response.writeHead(502).end();
  });
});
server.listen(Number(PORT), "127.0.0.1", () => {
  const address = server.address();
  console.log(`http://localhost:${typeof address === "object" && address ? address.port : PORT}`);
});
