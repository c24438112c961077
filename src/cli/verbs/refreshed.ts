import { randomUUID } from "node:crypto";
import { isObject, signed } from "../../std/index.ts";
import { choice, many, one } from "../arguments.ts";
import { chosenEventSecret } from "../events.ts";
import { EXIT, type ExitCode, unusable } from "../failure.ts";
import { CONFIG_FLAG } from "../settings.ts";
import type { Verb } from "../verb.ts";

const SECRET_VARIABLE = "ASSAY_EVENTS_SECRET";
const DEFAULT_URL = "http://127.0.0.1:4000";
const TIMEOUT_MS = 30_000;

export const refreshed: Verb<"source" | "partition" | "at" | "url" | "config" | "format"> = {
  name: "refreshed",
  summary: "Tells servers that tables have been refreshed, so that they give no older answers from them.",
  operands: null,
  flags: {
    source: { value: "NAME", many: true, about: "a model, a calendar or its table: orders, shop.orders" },
    partition: {
      value: "NAME",
      about: "which part of it, such as 2026-11-20 or ordered_on=2026-11: answers from elsewhere stay",
    },
    at: { value: "INSTANT", about: "when it was refreshed, such as 2026-11-20T06:00:00Z" },
    url: { value: "URL", many: true, about: `the address of a server (else ${DEFAULT_URL})` },
    ...CONFIG_FLAG,
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: [
    "assay refreshed --source orders",
    "assay refreshed --source shop.orders --source shop.order_lines --partition 2026-11-20",
    `${SECRET_VARIABLE}=… assay refreshed --source orders --url https://a.example.com --url https://b.example.com`,
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const source = many(args, "source");
    if (source.length === 0) throw unusable("Say which source was refreshed.", "as in --source orders");
    const written = many(args, "url");
    const urls = (written.length > 0 ? written : [DEFAULT_URL]).map(addressOf);
    const secret = chosenEventSecret(args, terminal) ?? terminal.env[SECRET_VARIABLE];
    if (!secret) {
      throw unusable("No secret to sign with.", `set ${SECRET_VARIABLE}, or events.secret of the settings`);
    }
    const event = { source, partition: one(args, "partition"), at: one(args, "at"), id: randomUUID() };
    const replies = await Promise.all(urls.map((url) => tell(url, JSON.stringify(event), secret)));
    if (format === "json") await terminal.print(`${JSON.stringify({ servers: replies.map(documentOf) })}\n`);
    for (const reply of replies) {
      if (reply.failure !== null) terminal.say(`${reply.url}: ${reply.failure}`);
      else if (format === "text") await terminal.print(`${inWords(reply)}\n`);
      for (const { message } of reply.warnings) terminal.say(`${reply.url}: ${message}`);
    }
    return SEVEREST_FIRST.find((code) => replies.some(({ exitCode }) => exitCode === code)) ?? EXIT.fine;
  },
};

interface Reply {
  readonly url: string;
  readonly refreshed: readonly { readonly source: string; readonly models: readonly string[] }[];
  readonly answers: number;
  readonly warnings: readonly Warning[];
  /** Why it did not take it; null: it did. */
  readonly failure: string | null;
  readonly exitCode: ExitCode;
}

interface Warning {
  readonly source: string;
  readonly code: string;
  readonly message: string;
}

function addressOf(written: string): string {
  const url = URL.canParse(written) ? new URL(written) : null;
  if (!url || !["http:", "https:"].includes(url.protocol) || url.username || url.password || url.search) {
    throw unusable("--url is the address of a server, without a name or password.", `as in --url ${DEFAULT_URL}`);
  }
  return url.href.replace(/\/+$/, "");
}

async function tell(url: string, body: string, secret: string): Promise<Reply> {
  const nothing = { url, refreshed: [], answers: 0, warnings: [] };
  try {
    const response = await fetch(`${url}/v1/events/refreshed`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "assay-signature": signed(body, secret, Math.floor(Date.now() / 1_000)),
      },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok && isAnswer(answer)) {
      const told = { warnings: [], ...answer };
      return { url, ...told, failure: null, exitCode: exitCodeOf(told) };
    }
    if (response.status === 404) {
      const failure = "no events are taken there: set events.secret in the settings of the server";
      return { ...nothing, failure, exitCode: EXIT.findings };
    }
    return { ...nothing, failure: messageOf(answer, response.status), exitCode: refusedWith(response.status) };
  } catch {
    return { ...nothing, failure: "no server answers there", exitCode: EXIT.cannotTell };
  }
}

/** Warnings stand in it where there are some. */
type Answer = Pick<Reply, "refreshed" | "answers"> & Partial<Pick<Reply, "warnings">>;

function isAnswer(answer: unknown): answer is Answer {
  if (!isObject(answer) || typeof answer["answers"] !== "number") return false;
  const { refreshed: told, warnings = [] }: Readonly<Record<string, unknown>> = { ...answer };
  return Array.isArray(told) && told.every(isTold) && Array.isArray(warnings) && warnings.every(isWarning);
}

function isWarning(one: unknown): boolean {
  return isObject(one) && ["source", "code", "message"].every((key) => typeof one[key] === "string");
}

function isTold(one: unknown): boolean {
  return isObject(one) && typeof one["source"] === "string" && Array.isArray(one["models"]);
}

function messageOf(answer: unknown, status: number): string {
  const error = isObject(answer) ? answer["error"] : null;
  const message = isObject(error) ? error["message"] : null;
  return typeof message === "string" ? message : `it answers with status ${status}`;
}

function documentOf({ url, refreshed, answers, warnings, failure }: Reply): object {
  return failure === null
    ? { url, refreshed, answers, ...(warnings.length > 0 && { warnings }) }
    : { url, error: { message: failure } };
}

function inWords({ url, refreshed, answers }: Reply): string {
  const names = [...new Set(refreshed.flatMap(({ models }) => models))];
  const went = `${answers} ${answers === 1 ? "answer" : "answers"} of ${names.join(", ")}`;
  return names.length === 0 ? `${url}: nothing` : `${url}: ${went}`;
}

/** A partition that was not used ended more than it had to, and no less. */
function exitCodeOf({ warnings }: Pick<Reply, "warnings">): ExitCode {
  return warnings.some(({ code }) => code === "UNKNOWN_SOURCE") ? EXIT.findings : EXIT.fine;
}

function refusedWith(status: number): ExitCode {
  if (status === 400) return EXIT.unusable;
  return status >= 500 ? EXIT.cannotTell : EXIT.findings;
}

const SEVEREST_FIRST = [EXIT.cannotTell, EXIT.unusable, EXIT.findings];
