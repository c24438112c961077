import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { JwtIssuerSettings } from "../../src/identity/index.ts";
import {
  type Algorithm,
  AuthenticationError,
  type Authenticator,
  type ClaimDeclarations,
} from "../../src/identity/index.ts";

export const ISSUER = "https://login.example.com";
export const AUDIENCE = "assay-api";
export const NOW = 1_800_000_000;
export const CLAIMS: ClaimDeclarations = new Map([
  ["region", { type: "string", maxLength: 20 }],
  ["regions", { type: "string", list: true, maxItems: 3 }],
  ["tenant", { type: "int" }],
  ["share", { type: "number" }],
  ["internal", { type: "boolean" }],
]);

export interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const rsa = (bits = 2048): Pair => generateKeyPairSync("rsa", { modulusLength: bits });
export const ec = (namedCurve = "P-256"): Pair => generateKeyPairSync("ec", { namedCurve });

export function pemOf({ publicKey }: Pair): string {
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

export function jwkOf({ publicKey }: Pair, kid: string, more: object = {}): object {
  return { ...publicKey.export({ format: "jwk" }), kid, use: "sig", ...more };
}

const folder = mkdtempSync(join(tmpdir(), "assay-identity-"));
let files = 0;

export function fileWith(text: string): string {
  const file = join(folder, `${files++}.pem`);
  writeFileSync(file, text);
  return file;
}

/** Header and payload may be JSON text of their own, for what `JSON.stringify` would not write. */
export function forge(
  key: KeyObject | string,
  payload: object | string = payloadWith(),
  header: object | string = { alg: "ES256", typ: "at+jwt" },
  algorithm: Algorithm = "ES256",
): string {
  const signed = [header, payload]
    .map((part) => encode(typeof part === "string" ? part : JSON.stringify(part)))
    .join(".");
  return `${signed}.${signatureOf(signed, key, algorithm).toString("base64url")}`;
}

export function encode(text: string | Uint8Array): string {
  return Buffer.from(text).toString("base64url");
}

function signatureOf(text: string, key: KeyObject | string | Buffer, algorithm: Algorithm): Buffer {
  const hash = `sha${algorithm.slice(2)}`;
  if (algorithm.startsWith("HS")) return createHmac(hash, key).update(text).digest();
  if (typeof key === "string") throw new Error("only HMAC takes text");
  if (Buffer.isBuffer(key)) throw new Error("only HMAC takes bytes");
  const padding = algorithm.startsWith("PS") ? { padding: 6, saltLength: -1 } : {};
  return sign(hash, Buffer.from(text), { key, dsaEncoding: "ieee-p1363", ...padding });
}

/** A good payload; undefined takes a member out. */
export function payloadWith(changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: "ann",
    iat: NOW - 10,
    exp: NOW + 600,
    roles: ["analyst"],
    region: "EMEA",
    ...changes,
  };
}

export function jwtSettings(pair: Pair, changes: Partial<JwtIssuerSettings> = {}): JwtIssuerSettings {
  return {
    kind: "jwt",
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithm: "ES256",
    keys: { kind: "pem", keys: [{ file: fileWith(pemOf(pair)), kid: null }] },
    typ: "at+jwt",
    roles: { path: ["roles"] },
    ...changes,
  };
}

/** A clock that stands still until it is moved. */
export function standingClock() {
  let passedMs = 0;
  return {
    now: () => NOW * 1_000 + passedMs,
    monotonic: () => 5_000 + passedMs,
    pass: (ms: number) => void (passedMs += ms),
  };
}

/** Why nobody was let in; fails when somebody was. The caller must learn nothing of it. */
export async function refusal(authenticator: Authenticator, authorization: string | undefined): Promise<string> {
  const outcome = await authenticator.authenticate(authorization).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(AuthenticationError);
  if (!(outcome instanceof AuthenticationError)) throw new Error("unreachable");
  expect(outcome).toMatchObject({ code: "UNAUTHENTICATED", message: "The credentials are missing or not valid." });
  return outcome.cause instanceof Error ? `${outcome.reason}: ${outcome.cause.message}` : outcome.reason;
}

/** A server whose answer may be changed, and which counts how often it was asked. */
export async function startKeyServer(first: RequestListener | object) {
  let asked = 0;
  let answer = first;
  const server = createServer((req, res) => {
    asked++;
    if (typeof answer === "function") answer(req, res);
    else sendJson(res, answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/keys`,
    asked: () => asked,
    answer: (next: RequestListener | object) => void (answer = next),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function sendJson(res: ServerResponse, body: object): void {
  res.setHeader("content-type", "application/json");
  res.end(JSON.stringify(body));
}
