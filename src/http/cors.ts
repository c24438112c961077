import type { IncomingMessage, ServerResponse } from "node:http";
import { send } from "./reply.ts";

/**
 * Lets pages of the listed sites ask and read, with a token that they hold themselves; what a browser adds by itself is
 * never allowed.
 *
 * @returns whether the request comes from a page of another site that is not listed
 */
export function allowOrigin(req: IncomingMessage, res: ServerResponse, origins: readonly string[] = []): boolean {
  const { origin } = req.headers;
  if (origin === undefined || !origins.includes(origin)) return req.headers["sec-fetch-site"] === "cross-site";
  res.setHeader("access-control-allow-origin", origin);
  res.setHeader("access-control-expose-headers", "Retry-After");
  return false;
}

/** A browser asks beforehand what a page of another site may send. */
export function isPreflight(req: IncomingMessage, res: ServerResponse): boolean {
  return (
    req.method === "OPTIONS" &&
    req.headers["access-control-request-method"] !== undefined &&
    res.hasHeader("access-control-allow-origin")
  );
}

export function answerPreflight(res: ServerResponse): void {
  send(res, 204, "", {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "Authorization, Content-Type, Assay-Consumer",
    "access-control-max-age": "600",
  });
}
