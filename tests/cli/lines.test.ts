import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { answerLines } from "../../src/cli/lines.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { WarehouseError } from "../../src/warehouse/index.ts";
import { recordingTerminal } from "./terminal.ts";

/** Echoes the request, unless its first metric names a way to fail. */
async function echo(request: QueryRequest): Promise<object> {
  const [metric] = request.metrics ?? [];
  if (metric === "revenu")
    throw new Refusal("UNKNOWN_METRIC", 'There is no metric "revenu".', { suggestions: ["revenue"] });
  if (metric === "broken") throw new WarehouseError("statement", "refused", { cause: new Error("near SELECT secret") });
  if (metric === "bug") throw new TypeError("x is undefined");
  return { metrics: request.metrics };
}

async function answer(input: readonly (string | Buffer)[], from = "-") {
  const terminal = recordingTerminal({ input });
  const exitCode = await answerLines(from, terminal, echo);
  const { stdout: text, stderr: said } = terminal.written();
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  return { exitCode, lines, text, said };
}

test("each request is answered in its turn, with its id", async () => {
  const { exitCode, text } = await answer([
    '{"id":"q1","metrics":["a"]}\n{"id":2,"metrics":["b"]}\n',
    '{"metrics":["c"]}',
  ]);
  expect(text).toBe('{"id":"q1","metrics":["a"]}\n{"id":2,"metrics":["b"]}\n{"metrics":["c"]}\n');
  expect(exitCode).toBe(0);
});

test("a failed request is a line with its error, and the rest goes on", async () => {
  const { exitCode, lines } = await answer(['{"id":"q1","metrics":["revenu"]}\n{"id":"q2","metrics":["a"]}\n']);
  expect(lines).toEqual([
    { id: "q1", error: { code: "UNKNOWN_METRIC", message: 'There is no metric "revenu".', suggestions: ["revenue"] } },
    { id: "q2", metrics: ["a"] },
  ]);
  expect(exitCode).toBe(1);
});

test.each([
  ["{", "Line 1 is not a JSON document."],
  ["[]", "The request must be an object, not a list."],
  ['{"metric":["a"]}', '"metric" is not a field of a request. Did you mean "metrics"?'],
])("the line %s is answered by INVALID_REQUEST", async (line, message) => {
  const { exitCode, lines } = await answer([`${line}\n{"metrics":["a"]}\n`]);
  expect(lines).toEqual([{ error: expect.objectContaining({ code: "INVALID_REQUEST", message }) }, { metrics: ["a"] }]);
  expect(exitCode).toBe(1);
});

test("an invalid request keeps its id", async () => {
  const { lines } = await answer(['{"id":"q1","limit":-1}\n']);
  expect(lines).toEqual([{ id: "q1", error: expect.objectContaining({ code: "INVALID_LIMIT" }) }]);
});

test("what the warehouse said goes to the operator, not into the answer", async () => {
  const { text, said } = await answer(['{"metrics":["broken"]}\n{"metrics":["bug"]}\n']);
  expect(text).toMatch(/WAREHOUSE_ERROR.*\n.*INTERNAL/);
  expect(text).not.toMatch(/SELECT|undefined/);
  expect(said).toBe("line 1: near SELECT secret\nline 2: x is undefined\n");
});

test("characters may be cut by chunks, U+2028 ends no line, blank lines and a byte order mark are passed over", async () => {
  const bytes = Buffer.from('\uFEFF{"id":"é\u2028"}\r\n\n  \n{"id":"2"}');
  const { lines } = await answer([...bytes].map((byte) => Buffer.of(byte)));
  expect(lines).toEqual([{ id: "é\u2028" }, { id: "2" }]);
});

test("requests come from a file too, and a missing file is said at once", async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "assay-")), "in.jsonl");
  writeFileSync(file, '{"id":1}\n');
  expect((await answer([], file)).lines).toEqual([{ id: 1 }]);
  await expect(answer([], `${file}.missing`)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("there is no such file"),
  });
  await expect(answer([], path.dirname(file))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("a folder"),
  });
});
