import type { IncomingMessage, ServerResponse } from "node:http";
import type { Door as DoorName, RequestWatch } from "../telemetry/index.ts";

/** Where a request wants to go. */
export interface Target {
  readonly pathname: string;
  /** Without its question mark. */
  readonly search: string;
}

/** Some addresses of the server, and what answers there. */
export interface HttpDoor {
  /** By what its requests are counted, told by the address before anything is checked; null: it is for another door. */
  readonly claims: (req: IncomingMessage, target: Target) => DoorName | null;
  readonly answer: (req: IncomingMessage, res: ServerResponse, watch: RequestWatch, target: Target) => Promise<void>;
}

export function targetOf({ url = "/" }: IncomingMessage): Target {
  if (!url.includes("?")) return { pathname: url, search: "" };
  const [pathname = "/", search = ""] = url.split("?", 2);
  return { pathname, search };
}

/** Whether a request only looks: what it asks for may be given to whoever may see it. */
export function isRead({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}
