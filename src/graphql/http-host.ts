const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
const WILDCARD = ["0.0.0.0", "::", "[::]"];

/**
 * Whether a request's Host names this server. Without this check any web page could point a name of its own at the
 * loopback address and read answers as the operator (DNS rebinding).
 */
export function isHostAllowed(header: string | undefined, configured: string | undefined): boolean {
  if (configured !== undefined && WILDCARD.includes(configured)) return true;
  const name = (header ?? "").toLowerCase().replace(/:\d+$/, "");
  const own = configured === undefined ? [] : [configured.toLowerCase(), `[${configured.toLowerCase()}]`];
  return [...LOOPBACK, ...own].includes(name);
}
