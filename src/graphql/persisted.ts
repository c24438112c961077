import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { GraphQLError, GraphQLSchema } from "graphql";
import { Kind, OperationTypeNode, parse, validate } from "graphql";
import type { Catalog } from "../catalog/index.ts";
import type { Principal } from "../identity/index.ts";
import { sha256 } from "../std/index.ts";
import type { Telemetry } from "../telemetry/index.ts";
import { checkLimits, LIMITS } from "./limits.ts";
import { buildSchema } from "./schema.ts";

/** Documents that the operator has put on the server. Nothing is added while it runs. */
export interface PersistedDocuments {
  /** off: none are answered; open: beside others; known: others need the role `explore`; only: nothing else. */
  readonly mode: "off" | "open" | "known" | "only";
  /** By the SHA-256 of their text, in 64 hexadecimal digits. */
  readonly documents: ReadonlyMap<string, string>;
}

export const NO_DOCUMENTS: PersistedDocuments = { mode: "off", documents: new Map() };

/**
 * Validated against the schema of everything: a definition that a document asks for and that has gone shows before
 * anybody asks. What a caller may not see is found when they ask.
 *
 * @param path A folder of `.graphql` files, or a JSON file `{"<sha256>": "<document>"}`
 * @throws Error that names the file or the digest, and says what is wrong with it
 */
export function loadDocuments(path: string, catalog: Catalog): ReadonlyMap<string, string> {
  const named = statSync(path).isDirectory() ? inFolder(path) : inJson(path);
  if (named.length === 0) throw new Error(`${path} holds no document`);
  const schema = buildSchema({ catalog });
  return new Map(
    named.map(({ name, text }) => {
      const fault = faultOf(schema, text);
      if (fault) throw new Error(`${name} cannot be used: ${fault.message}`, { cause: fault });
      return [sha256(text), text] as const;
    }),
  );
}

/** A document that asks for what other definitions no longer hold: whoever names it gets an error. */
export interface BrokenDocument {
  /** Its SHA-256. */
  readonly document: string;
  readonly reason: string;
}

/** Those that do not fit the schema of everything in a catalog: for definitions that came after the documents. */
export function checkDocuments(
  documents: PersistedDocuments["documents"],
  catalog: Catalog,
): readonly BrokenDocument[] {
  if (documents.size === 0) return [];
  const schema = buildSchema({ catalog });
  return [...documents].flatMap(([document, text]) => {
    const fault = faultOf(schema, text);
    return fault ? [{ document, reason: fault.message }] : [];
  });
}

/** Tells the operator which documents do not fit the definitions that are served now. */
export function tellOfBroken(
  telemetry: Pick<Telemetry, "log" | "documentsBroken">,
  documents: PersistedDocuments["documents"],
  catalog: Catalog,
): void {
  const broken = checkDocuments(documents, catalog);
  telemetry.documentsBroken(broken.length);
  if (broken.length === 0) return;
  const message = `${broken.length} of ${documents.size} persisted documents do not fit the definitions in use.`;
  telemetry.log.write("warn", message, { catalogVersion: catalog.version, broken });
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

function faultOf(schema: GraphQLSchema, text: string): Error | null {
  try {
    const document = parse(text, { maxTokens: LIMITS.tokens });
    checkLimits(document);
    const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    if (operations.length === 0) return new Error("it holds no query");
    const [first, ...rest] = validate(schema, document);
    return first ? new Error([first, ...rest].map(placed).join(" ")) : null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

function placed({ message, locations }: GraphQLError): string {
  const [at] = locations ?? [];
  return at ? `${at.line}:${at.column} ${message}` : message;
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
export function askedDocument(
  { params, body }: SentRequest,
  { mode, documents }: PersistedDocuments,
  principal: Principal,
): Asked {
  const given = new Map<string, unknown>(Object.entries(params));
  const named = ["documentId", "id"].filter((name) => given.has(name));
  if (named.length === 0) {
    if (!given.has("query") && isAutomatic(given.get("extensions"))) return NOT_SUPPORTED;
    if (mode === "only" || (mode === "known" && !mayExplore(principal))) return ONLY_PERSISTED;
    return body === null ? bad("Name a document by its documentId.") : { params, body };
  }
  if (mode === "off") return bad("This server has no persisted documents: send the document as query.");
  const [name = "", another] = named;
  const others = [...given.keys()].filter((key) => ![name, "variables", "operationName", "extensions"].includes(key));
  if (another !== undefined || others.length > 0) {
    return bad("Beside documentId there may be variables, operationName and extensions, and nothing else.");
  }
  const id = given.get(name);
  const text = typeof id === "string" ? documents.get(id.replace(/^sha256:/, "")) : undefined;
  if (text === undefined) return UNKNOWN;
  const variables = given.get("variables") ?? {};
  const operationName = given.get("operationName") ?? null;
  // Nothing that a link or an image can cause may change anything, or last.
  if (body === null && !isQuery(text, operationName)) return ONLY_QUERIES;
  const document = { query: text, variables, operationName };
  try {
    return { params: document, body: JSON.stringify(document) };
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
    for (const name of ["variables", "extensions"]) {
      if (params.has(name)) params.set(name, JSON.parse(String(params.get(name))));
    }
  } catch {
    return null;
  }
  return Object.fromEntries(params);
}

/** Apollo's automatic persisted queries, by which a client would register documents. */
function isAutomatic(extensions: unknown): boolean {
  return typeof extensions === "object" && extensions !== null && "persistedQuery" in extensions;
}

/** Whether every operation that may be meant is a query. */
function isQuery(text: string, operationName: unknown): boolean {
  return parse(text).definitions.every(
    (definition) =>
      definition.kind !== Kind.OPERATION_DEFINITION ||
      definition.operation === OperationTypeNode.QUERY ||
      (typeof operationName === "string" && definition.name?.value !== operationName),
  );
}

/** Who may ask what nobody has registered, where documents are known ones. */
function mayExplore(principal: Principal): boolean {
  return principal.kind === "operator" || principal.roles.includes("explore");
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
  message: "Only persisted documents are answered here: name one by its documentId.",
};

const ONLY_QUERIES: Asked = { status: 405, code: "METHOD_NOT_ALLOWED", message: "By GET only queries are answered." };

const UNKNOWN: Asked = { status: 404, code: "UNKNOWN_DOCUMENT", message: "No persisted document has this id." };
