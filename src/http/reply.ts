import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";

export type Headers = Readonly<Record<string, string>>;

/** Nothing may be kept by a cache between us and the caller, framed, or read as another type. */
const EVERY_ANSWER: Headers = {
  "cache-control": "private, no-store",
  vary: "Authorization, Accept, Origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** The head of an answer of unknown length: what follows is written piece by piece. */
export function begin(res: ServerResponse, headers: Headers): void {
  res.writeHead(200, { ...EVERY_ANSWER, ...headers });
}

export function send(res: ServerResponse, status: number, body: string | Uint8Array, headers: Headers): void {
  const length = Buffer.byteLength(body);
  res.writeHead(status, { ...EVERY_ANSWER, ...headers, "content-length": String(length) });
  if (res.req.method === "HEAD") return void res.end();
  // A text leaves together with the head, bytes after it: that costs a small answer more than to be read as text.
  res.end(
    typeof body === "string" || length > SMALL || !isUtf8(body)
      ? body
      : Buffer.from(body.buffer, body.byteOffset, length).toString(),
  );
}

const SMALL = 4_096;

/** An answer that who has it already does not get again. Only they may keep it, and have to ask each time. */
export function sendOnce(res: ServerResponse, body: string | Uint8Array, tag: string, type: string): void {
  const headers = { "content-type": type, "cache-control": "private, no-cache", etag: `W/${tag}` };
  const known = (res.req.headers["if-none-match"] ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""));
  if (!known.includes(tag) && !known.includes("*")) return send(res, 200, body, headers);
  res.writeHead(304, { ...EVERY_ANSWER, ...headers });
  res.end();
}

/**
 * By which an answer is known to who has it: somebody else's is another, though it is the same.
 *
 * @param owner Digest of who asks.
 * @param data What decides whether it is the same: without what tells of its making.
 */
export function tagOf(owner: string, data: Uint8Array): string {
  return `"${createHash("sha256").update(`${owner} `).update(data).digest("base64url")}"`;
}

export function json(res: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  send(res, status, JSON.stringify(body), { "content-type": "application/json; charset=utf-8", ...headers });
}

/** A whole request is refused, in the shape of GraphQL's errors. */
export function fail(res: ServerResponse, status: number, code: string, message: string, headers: Headers = {}): void {
  json(res, status, { errors: [{ message, extensions: { code } }] }, headers);
}

/** The same in the shape of `GET /v1/query` and of the command line. */
export function refuse(
  res: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Headers = {},
): void {
  json(res, status, { error: { code, message, path: [], suggestions: [] } }, headers);
}

/** How a door says no. */
export type Fail = typeof fail;

export function redirect(res: ServerResponse, location: string): void {
  send(res, 302, "", { location });
}

export const EVENT_STREAM = "text/event-stream";

/** Passes events on as they come and no faster than they are read, until there are no more or the reader has gone. */
export async function stream(res: ServerResponse, { status, body }: Response): Promise<void> {
  res.writeHead(status, {
    ...EVERY_ANSWER,
    "content-type": `${EVENT_STREAM}; charset=utf-8`,
    "x-accel-buffering": "no",
  });
  const reader = body?.getReader();
  const gone = new Promise<void>((resolve) => res.once("close", resolve));
  try {
    for (;;) {
      const next = await Promise.race([reader?.read(), gone]);
      if (!next || next.done) break;
      if (!res.write(next.value)) await Promise.race([once(res, "drain"), gone]);
    }
  } finally {
    await reader?.cancel();
    res.end();
  }
}
