import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import jwt from "jsonwebtoken";

/** An issuer of tokens on this machine, whose key set misbehaves as it is told. */
export interface Issuer {
  /** `identity` of the settings. @param stale As `keys.stale`. */
  settings(stale: string): string;
  /** Signed with the key that is published now. */
  token(subject: string, options?: TokenOptions): string;
  behave(how: Behaviour): void;
  /** From now on signs with, and publishes, another key alone. */
  rotate(): void;
  /** How often the key set was asked for. */
  readonly asked: number;
  close(): Promise<void>;
}

export interface TokenOptions {
  /** When it was issued, in seconds from now. */
  readonly at?: number;
  readonly lastsSeconds?: number;
  /** What it says that its key is called. */
  readonly kid?: string;
}

/** `slow` answers after `LATE_MS`. */
export type Behaviour = "well" | "down" | "slow" | "garbage";

/** Longer than the server waits. */
const LATE_MS = 5_000;

const NAME = "https://login.example.com";

export async function startIssuer(): Promise<Issuer> {
  let how: Behaviour = "well";
  let key = newKey(1);
  let asked = 0;
  const server = createServer((req, res) => {
    asked += 1;
    if (how === "down") return void req.socket.destroy();
    if (how === "garbage") return void res.end('{"keys": [{"kty": "RSA", "n":');
    const keys = [{ ...key.publicKey.export({ format: "jwk" }), kid: key.kid, use: "sig", alg: "ES256" }];
    const answer = () => res.end(JSON.stringify({ keys }));
    if (how === "slow") setTimeout(answer, LATE_MS).unref();
    else answer();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port.");
  return {
    settings: (stale) => `identity:
  jwt:
    - issuer: ${NAME}
      audience: assay
      algorithm: ES256
      typ: JWT
      keys: { jwks: "http://127.0.0.1:${address.port}/keys", stale: ${stale} }
      roles: { path: [roles] }
`,
    token(subject, { at = 0, lastsSeconds = 3_600, kid = key.kid } = {}) {
      const iat = Math.floor(Date.now() / 1_000) + at;
      const payload = {
        iss: NAME,
        aud: "assay",
        sub: subject,
        iat,
        exp: iat + lastsSeconds,
        roles: ["analyst", "monitoring"],
      };
      return jwt.sign(payload, key.privateKey, { algorithm: "ES256", keyid: kid });
    },
    behave(next) {
      how = next;
    },
    rotate() {
      key = newKey(Number(key.kid) + 1);
    },
    get asked() {
      return asked;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** The same definitions with policies by which its tokens see every row. */
export function seenByAll(definitions: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  // Metrics have a line like it: which model they are of.
  const models = Object.values(definitions).flatMap((text) => [...text.matchAll(/^model: (\w+)\ndescription/gm)]);
  const policies = models.map(([, name]) => `policy: ${name}\nroles: { analyst: { rows: all, fields: all } }\n`);
  return { ...definitions, "policies.yaml": policies.join("---\n") };
}

interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function newKey(n: number): Key {
  return { kid: String(n), ...generateKeyPairSync("ec", { namedCurve: "P-256" }) };
}
