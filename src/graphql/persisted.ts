import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Kind, parse } from "graphql";
import { sha256 } from "../std/index.ts";
import { checkLimits, LIMITS } from "./limits.ts";

/** Documents that the operator has put on the server. Nothing is added while it runs. */
export interface PersistedDocuments {
  /** off: none are answered; allow: beside others; only: nothing else. */
  readonly mode: "off" | "allow" | "only";
  /** By the SHA-256 of their text, in 64 hexadecimal digits. */
  readonly documents: ReadonlyMap<string, string>;
}

export const NO_DOCUMENTS: PersistedDocuments = { mode: "off", documents: new Map() };

/**
 * @param path A folder of `.graphql` files, or a JSON file `{"<sha256>": "<document>"}`
 * @throws Error that names the file or the digest, and says what is wrong with it
 */
export function loadDocuments(path: string): ReadonlyMap<string, string> {
  const named = statSync(path).isDirectory() ? inFolder(path) : inJson(path);
  if (named.length === 0) throw new Error(`${path} holds no document`);
  return new Map(
    named.map(({ name, text }) => {
      checkDocument(name, text);
      return [sha256(text), text] as const;
    }),
  );
}

interface Named {
  /** Where it stands, for messages. */
  readonly name: string;
  readonly text: string;
}

function inFolder(folder: string): readonly Named[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".graphql"));
  return files.sort().map((file) => ({ name: join(folder, file), text: utf8Of(join(folder, file)) }));
}

function inJson(path: string): readonly Named[] {
  const data = dataOf(path);
  return Object.entries(data).map(([digest, text]) => {
    const name = `${path}, "${digest}"`;
    if (typeof text !== "string") throw new Error(`${name}: a document is a text`);
    if (sha256(text) !== digest)
      throw new Error(`${name} is not the SHA-256 of its document, which is ${sha256(text)}`);
    return { name, text };
  });
}

function dataOf(path: string): object {
  try {
    const data: unknown = JSON.parse(utf8Of(path));
    if (typeof data === "object" && data !== null && !Array.isArray(data)) return data;
  } catch (cause) {
    throw new Error(`${path} is no JSON`, { cause });
  }
  throw new Error(`${path} must be one JSON object, from SHA-256 to document`);
}

function utf8Of(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (cause) {
    if (cause instanceof TypeError) throw new Error(`${file} is not UTF-8`, { cause });
    throw cause;
  }
}

/** Only what can be known without knowing who asks: validation comes with each request. */
function checkDocument(name: string, text: string): void {
  try {
    const document = parse(text, { maxTokens: LIMITS.tokens });
    checkLimits(document);
    const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    if (operations.length === 0) throw new Error("it holds no query");
  } catch (cause) {
    throw new Error(`${name} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The parameters of a request, and the body that they were read from; null: they come from its URL. */
export interface SentRequest {
  readonly params: object;
  readonly body: string | null;
}

/** What a request comes to: the parameters for the GraphQL server, also as a body, or why there are none. */
export type Asked =
  | { readonly params: object; readonly body: string }
  | { readonly status: number; readonly code: string; readonly message: string };

/** The request with the text of the document that it names; as it is when it names none. */
export function askedDocument({ params, body }: SentRequest, { mode, documents }: PersistedDocuments): Asked {
  const given = new Map<string, unknown>(Object.entries(params));
  const [hasId, hasText] = [given.has("id"), given.has("query")];
  if (!hasId) {
    if (!hasText && isAutomatic(given.get("extensions"))) return NOT_SUPPORTED;
    if (mode === "only") return ONLY_PERSISTED;
    return body === null ? bad("Name a document by its id.") : { params, body };
  }
  if (mode === "off") return bad("This server has no persisted documents: send the document as query.");
  const others = [...given.keys()].filter((key) => !["id", "variables", "operationName"].includes(key));
  if (others.length > 0) return bad("Beside id there may be variables and operationName, and nothing else.");
  const id = given.get("id");
  const text = typeof id === "string" ? documents.get(id.replace(/^sha256:/, "")) : undefined;
  if (text === undefined) return UNKNOWN;
  const variables = given.get("variables") ?? {};
  const operationName = given.get("operationName") ?? null;
  const named = { query: text, variables, operationName };
  try {
    return { params: named, body: JSON.stringify(named) };
  } catch {
    return bad("The variables are nested too deep.");
  }
}

/** The parameters of a URL as a body would hold them; null: they are not in that form. */
export function paramsOf(url: string): object | null {
  const { searchParams } = new URL(url, "http://localhost");
  const names = [...searchParams.keys()];
  if (new Set(names).size < names.length) return null;
  const params = new Map<string, unknown>(searchParams);
  try {
    if (params.has("variables")) params.set("variables", JSON.parse(String(params.get("variables"))));
  } catch {
    return null;
  }
  return Object.fromEntries(params);
}

/** Apollo's automatic persisted queries, by which a client would register documents. */
function isAutomatic(extensions: unknown): boolean {
  return typeof extensions === "object" && extensions !== null && "persistedQuery" in extensions;
}

const bad = (message: string): Asked => ({ status: 400, code: "BAD_REQUEST", message });

/** Message and code are those that Apollo's clients know: they go on to send the whole document. */
const NOT_SUPPORTED: Asked = {
  status: 400,
  code: "PERSISTED_QUERY_NOT_SUPPORTED",
  message: "PersistedQueryNotSupported",
};

const ONLY_PERSISTED: Asked = {
  status: 403,
  code: "PERSISTED_ONLY",
  message: "Only persisted documents are answered here: name one by its id.",
};

const UNKNOWN: Asked = { status: 404, code: "UNKNOWN_DOCUMENT", message: "No persisted document has this id." };
