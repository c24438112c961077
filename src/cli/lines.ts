import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Refusal } from "../diagnostics/index.ts";
import { parseRequest, type QueryRequest } from "../request/index.ts";
import { EXIT, type ExitCode, unusable } from "./failure.ts";
import { queryErrorFrom } from "./query-error.ts";
import type { Terminal } from "./terminal.ts";

/**
 * JSON lines in, JSON lines out, in the same order; each is answered before the next is read. A line that fails
 * becomes a line with `error` and does not stop the rest.
 *
 * @param from a file, or `-` for standard input
 * @param answer what to print for a request; `id` is put in front
 * @returns findings when any line failed
 */
export async function answerLines(
  from: string,
  terminal: Terminal,
  answer: (request: QueryRequest) => Promise<object>,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.fine;
  let number = 0;
  for await (const line of linesOf(await openInput(from, terminal))) {
    number += 1;
    if (line.trim() === "") continue;
    const { document, failed, detail } = await answerLine(line, number, answer);
    if (failed) exitCode = EXIT.findings;
    if (detail !== null) terminal.say(`line ${number}: ${detail}`);
    await terminal.print(`${JSON.stringify(document)}\n`);
  }
  return exitCode;
}

async function answerLine(line: string, number: number, answer: (request: QueryRequest) => Promise<object>) {
  let id = {};
  try {
    const json = parseLine(line, number);
    id = idOf(json);
    return { document: { ...id, ...(await answer(parseRequest(json))) }, failed: false, detail: null };
  } catch (thrown) {
    const { error, detail } = queryErrorFrom(thrown);
    return { document: { ...id, error }, failed: true, detail };
  }
}

async function openInput(from: string, terminal: Terminal): Promise<Readable> {
  if (from === "-") return terminal.input;
  try {
    const file = await open(from);
    if ((await file.stat()).isDirectory()) throw new Error("it is a folder");
    return file.createReadStream();
  } catch (error) {
    throw unusable(`--input ${from} cannot be read: ${reason(error)}.`);
  }
}

function reason(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return "there is no such file";
  return error instanceof Error ? error.message : String(error);
}

/** Splits at line feeds only: Node's readline also splits at U+2028, which may stand inside a JSON string. */
async function* linesOf(input: Readable): AsyncIterable<string> {
  let rest = "";
  let isFirst = true;
  for await (const chunk of input.setEncoding("utf8")) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      yield isFirst ? line.replace(/^\uFEFF/, "") : line;
      isFirst = false;
    }
  }
  if (rest !== "") yield isFirst ? rest.replace(/^\uFEFF/, "") : rest;
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Refusal("INVALID_REQUEST", `Line ${number} is not a JSON document.`);
  }
}

function idOf(json: unknown): { readonly id?: unknown } {
  return typeof json === "object" && json !== null && Object.hasOwn(json, "id") && "id" in json ? { id: json.id } : {};
}
