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

export function send(res: ServerResponse, status: number, body: string | Uint8Array, headers: Headers): void {
  res.writeHead(status, { ...EVERY_ANSWER, ...headers, "content-length": String(Buffer.byteLength(body)) });
  res.end(res.req.method === "HEAD" ? undefined : body);
}

export function json(res: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  send(res, status, JSON.stringify(body), { "content-type": "application/json; charset=utf-8", ...headers });
}

/** A whole request is refused, in the shape of GraphQL's errors. */
export function fail(res: ServerResponse, status: number, code: string, message: string, headers: Headers = {}): void {
  json(res, status, { errors: [{ message, extensions: { code } }] }, headers);
}

export function redirect(res: ServerResponse, location: string): void {
  send(res, 302, "", { location });
}
