import { createHash, createHmac, createPrivateKey, randomUUID, sign } from "node:crypto";
import { enumOf, Misuse, number, strict, text, wordOf } from "./strict.ts";

/** Whoever looks at a report: their credentials run the script. */
export interface Viewer {
  readonly email: string;
  /** A public link and a scheduled mail have nobody: no identity token. */
  readonly isNobody?: boolean;
}

/** What a script keeps from call to call. Users' own is by address. */
export interface Kept {
  readonly scriptProperties: Map<string, string>;
  readonly userProperties: Map<string, Map<string, string>>;
  readonly scriptCache: Map<string, Cached>;
  readonly userCaches: Map<string, Map<string, Cached>>;
  readonly stateTokens: Map<string, Record<string, string>>;
  readonly log: string[];
}

export interface Cached {
  readonly value: string;
  readonly ends: number;
}

export interface Around {
  readonly viewer: Viewer;
  readonly kept: Kept;
  /** Milliseconds since 1970, as the script is told. */
  readonly now: () => number;
  readonly sleep: (ms: number) => void;
  readonly scopes: readonly string[];
  readonly isLockedElsewhere: boolean;
  readonly key: { readonly pem: string; readonly kid: string; readonly audience: string };
}

const OPENID = "openid";
const EMAIL = "https://www.googleapis.com/auth/userinfo.email";
const KB = 1_024;

export function createServices(around: Around): Readonly<Record<string, object>> {
  const { viewer, kept, scopes } = around;
  const log = (...parts: unknown[]): void => void kept.log.push(parts.map(String).join(" "));
  return {
    ...keepers(around),
    Utilities: utilities(around),
    Session: strict("Session", {
      getEffectiveUser: () =>
        strict("User", {
          getEmail() {
            if (!scopes.includes(EMAIL)) throw new Error("Specified permissions are not sufficient to call getEmail");
            return viewer.isNobody ? "" : viewer.email;
          },
        }),
    }),
    ScriptApp: strict("ScriptApp", {
      getIdentityToken: () => identityToken(around),
      getScriptId: () => "script-of-the-tests",
      newStateToken: () => stateToken(kept),
    }),
    HtmlService: strict("HtmlService", {
      createHtmlOutput: (html: unknown) => ({ html: text(html, "createHtmlOutput") }),
    }),
    LockService: strict("LockService", {
      getUserLock: () => strict("Lock", { tryLock: () => !around.isLockedElsewhere, releaseLock: () => undefined }),
    }),
    Logger: strict("Logger", { log }),
    console: strict("console", { log, info: log, warn: log, error: log }),
  };
}

/** RS256, as Google signs; null where nobody looks. */
function identityToken({ viewer, scopes, key }: Around): string | null {
  if (viewer.isNobody || !scopes.includes(OPENID)) return null;
  const seconds = Math.floor(Date.now() / 1_000);
  const payload = {
    iss: "https://accounts.google.com",
    azp: key.audience,
    aud: key.audience,
    sub: createHash("sha256").update(viewer.email).digest("hex").slice(0, 20),
    hd: viewer.email.split("@")[1],
    ...(scopes.includes(EMAIL) && { email: viewer.email, email_verified: true }),
    iat: seconds,
    exp: seconds + 3_600,
  };
  const parts = [{ alg: "RS256", kid: key.kid, typ: "JWT" }, payload];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${sign("sha256", Buffer.from(signed), createPrivateKey(key.pem)).toString("base64url")}`;
}

function stateToken(kept: Kept): object {
  const values: Record<string, string> = {};
  const builder: object = strict("StateTokenBuilder", {
    withMethod: (name: unknown) => put("method", name),
    withTimeout: (seconds: unknown) => put("timeout", String(number(seconds, "withTimeout"))),
    withArgument: (name: unknown, value: unknown) => put(`argument:${text(name, "withArgument")}`, value),
    createToken() {
      if (values["method"] === undefined) throw new Misuse("A state token needs a method");
      const token = randomUUID();
      kept.stateTokens.set(token, values);
      return token;
    },
  });
  return builder;

  function put(key: string, value: unknown): object {
    values[key] = text(value, key);
    return builder;
  }
}

function keepers({ viewer, kept, now }: Around): Readonly<Record<string, object>> {
  const own = <Value>(all: Map<string, Map<string, Value>>): Map<string, Value> => {
    const mine = all.get(viewer.email) ?? new Map<string, Value>();
    all.set(viewer.email, mine);
    return mine;
  };
  return {
    PropertiesService: strict("PropertiesService", {
      getUserProperties: () => properties(own(kept.userProperties)),
      getScriptProperties: () => properties(kept.scriptProperties),
    }),
    CacheService: strict("CacheService", {
      getUserCache: () => cache(own(kept.userCaches), now),
      getScriptCache: () => cache(kept.scriptCache, now),
    }),
  };
}

function properties(values: Map<string, string>): object {
  const service: object = strict("Properties", {
    getProperty: (name: unknown) => values.get(text(name, "getProperty")) ?? null,
    setProperty(name: unknown, value: unknown) {
      if (Buffer.byteLength(text(value, "setProperty")) > 9 * KB) throw new Error("Argument too large: value");
      values.set(text(name, "setProperty"), text(value, "setProperty"));
      return service;
    },
    deleteProperty(name: unknown) {
      values.delete(text(name, "deleteProperty"));
      return service;
    },
  });
  return service;
}

const LONGEST_TTL_SECONDS = 21_600;
const DEFAULT_TTL_SECONDS = 600;

function cache(values: Map<string, Cached>, now: () => number): object {
  function get(name: unknown): string | null {
    const found = values.get(keyOf(name));
    return found && found.ends > now() ? found.value : null;
  }

  function put(name: unknown, value: unknown, ttl: unknown = DEFAULT_TTL_SECONDS): void {
    if (Buffer.byteLength(text(value, "put")) > 100 * KB) throw new Error("Argument too large: value");
    const seconds = number(ttl, "put");
    if (seconds < 1 || seconds > LONGEST_TTL_SECONDS) throw new Error("Argument out of range: expirationInSeconds");
    values.set(keyOf(name), { value: text(value, "put"), ends: now() + seconds * 1_000 });
  }

  return strict("Cache", {
    get,
    put,
    getAll: (names: readonly unknown[]) =>
      Object.fromEntries(names.flatMap((name) => (get(name) === null ? [] : [[name, get(name)]]))),
    putAll(given: object, ttl?: unknown) {
      for (const [name, value] of Object.entries(given)) put(name, value, ttl);
    },
    remove: (name: unknown) => void values.delete(keyOf(name)),
  });
}

function keyOf(name: unknown): string {
  if (text(name, "key").length > 250) throw new Error("Argument too large: key");
  return text(name, "key");
}

const DIGESTS = ["MD5", "SHA_1", "SHA_256", "SHA_384", "SHA_512"] as const;
const CHARSETS = ["US_ASCII", "UTF_8"] as const;
const LONGEST_SLEEP_MS = 300_000;

function utilities({ sleep }: Around): object {
  return strict("Utilities", {
    DigestAlgorithm: enumOf("DigestAlgorithm", DIGESTS),
    Charset: enumOf("Charset", CHARSETS),
    computeDigest(algorithm: unknown, value: unknown, charset: unknown) {
      const name = wordOf(algorithm, DIGESTS, "computeDigest").replace("_", "");
      // Without one it is US-ASCII, in which other characters are all the same.
      if (charset === undefined) throw new Misuse("computeDigest without a charset takes ASCII alone");
      wordOf(charset, CHARSETS, "computeDigest");
      return signed(createHash(name).update(text(value, "computeDigest"), "utf8").digest());
    },
    computeHmacSha256Signature: (value: unknown, key: unknown) =>
      signed(createHmac("sha256", text(key, "key")).update(text(value, "value")).digest()),
    base64Encode: (bytes: unknown) => bufferOf(bytes).toString("base64"),
    base64EncodeWebSafe: (bytes: unknown) =>
      bufferOf(bytes).toString("base64").replaceAll("+", "-").replaceAll("/", "_"),
    base64DecodeWebSafe: (value: unknown) => signed(Buffer.from(text(value, "base64DecodeWebSafe"), "base64url")),
    newBlob: (bytes: unknown) => strict("Blob", { getDataAsString: () => bufferOf(bytes).toString("utf8") }),
    getUuid: () => randomUUID(),
    sleep(ms: unknown) {
      if (number(ms, "sleep") > LONGEST_SLEEP_MS) throw new Error("Argument out of range: milliseconds");
      sleep(number(ms, "sleep"));
    },
  });
}

/** Java's bytes. */
function signed(bytes: Uint8Array): number[] {
  return [...new Int8Array(bytes)];
}

function bufferOf(value: unknown): Buffer {
  if (typeof value === "string") return Buffer.from(value);
  const isBytes = Array.isArray(value) && value.every((one) => Number.isInteger(one) && one >= -128 && one <= 127);
  if (!isBytes) throw new Misuse("Signed bytes are expected");
  return Buffer.from(Int8Array.from(value).buffer);
}
