/**
 * The least that a server of the same answers does, in a process of its own: `node bench/bare-server.ts FILE`.
 * It answers `POST /parsed` with what the file holds after reading and parsing the question, by JSON.stringify, and
 * `POST /ready` with the bytes of the file, whatever was asked.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const bytes = readFileSync(process.argv[2] ?? "");
const value: unknown = JSON.parse(bytes.toString());
const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on("data", (chunk: Buffer) => chunks.push(chunk));
  req.on("end", () => {
    const isParsed = req.url === "/parsed" && JSON.parse(Buffer.concat(chunks).toString()) !== null;
    const body = isParsed ? Buffer.from(JSON.stringify(value)) : bytes;
    res.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    res.end(body);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") console.log(JSON.stringify({ url: `http://127.0.0.1:${address?.port}` }));
});
