import type { KeyObject } from "node:crypto";
import { isObject } from "../std/index.ts";
import { own } from "./json.ts";
import { type Algorithm, publicKeyFromJwk } from "./keys.ts";

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 256 * 1024;
const MAX_KEYS = 100;

/**
 * The public keys for one algorithm that a JWKS URL publishes, by their name. An issuer may publish none: then nothing
 * verifies.
 *
 * @throws Error when the URL does not answer within 2 s, answers elsewhere, or answers what is no key set
 */
export async function fetchKeySet(url: URL, algorithm: Algorithm): Promise<ReadonlyMap<string, KeyObject>> {
  const response = await fetch(url, {
    // A redirect would let whoever holds an old host name choose the keys.
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { accept: "application/jwk-set+json, application/json" },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url.href} answered with status ${response.status}`);
  }
  return readKeySet(JSON.parse(await readText(response)), algorithm);
}

/** @throws Error when this is no key set, or two of its keys share a name */
function readKeySet(document: unknown, algorithm: Algorithm): ReadonlyMap<string, KeyObject> {
  const listed = isObject(document) ? own(document, "keys") : undefined;
  if (!Array.isArray(listed) || listed.length > MAX_KEYS || !listed.every(isObject))
    throw new Error("no JSON Web Key Set");
  const keys = new Map<string, KeyObject>();
  for (const jwk of listed) {
    const kid = own(jwk, "kid");
    if (typeof kid !== "string" || !isFor(jwk, algorithm)) continue;
    if (keys.has(kid)) throw new Error("a JSON Web Key Set in which two keys share a name");
    const key = keyFrom(jwk, algorithm);
    if (key) keys.set(kid, key);
  }
  return keys;
}

function isFor(jwk: Readonly<Record<string, unknown>>, algorithm: Algorithm): boolean {
  const use = own(jwk, "use");
  const alg = own(jwk, "alg");
  return (use === undefined || use === "sig") && (alg === undefined || alg === algorithm);
}

/** Sets also hold keys of other families, and those we find too weak: tokens that name them are refused. */
function keyFrom(jwk: Readonly<Record<string, unknown>>, algorithm: Algorithm): KeyObject | null {
  try {
    return publicKeyFromJwk(jwk, algorithm);
  } catch {
    return null;
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
}
