import type { IncomingMessage } from "node:http";

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
const WILDCARD = ["0.0.0.0", "::", "[::]"];

/**
 * Whether a request's Host names this server. Without this check any web page could point a name of its own at the
 * loopback address and read answers as the operator (DNS rebinding).
 */
export function isHostAllowed(header: string | undefined, configured: string | undefined): boolean {
  if (configured !== undefined && WILDCARD.includes(configured)) return true;
  if (header === undefined) return false;
  if (LOOPBACK.test(header)) return true;
  const name = header.toLowerCase().replace(/:\d+$/, "");
  const own = configured?.toLowerCase();
  return own !== undefined && (name === own || name === `[${own}]`);
}

const SINGLE = ["host", "content-type"];

/** Whether a header stands twice that says whom the request is for or how it is read: what stands before us may take the other. */
export function repeatsHeader({ rawHeaders }: IncomingMessage): boolean {
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? "").toLowerCase();
    if (!SINGLE.includes(name)) continue;
    if (seen.has(name)) return true;
    seen.add(name);
  }
  return false;
}
