import type { IncomingMessage, ServerResponse } from "node:http";
import type { Engine } from "../engine/index.ts";
import {
  type Admission,
  allowOrigin,
  answerPreflight,
  fail,
  type HttpDoor,
  isPreflight,
  isRead,
  json,
  mayMonitor,
  redirect,
  send,
  type Target,
} from "../http/index.ts";
import type { RequestWatch, Telemetry } from "../telemetry/index.ts";
import { createAnswerer } from "./answer.ts";
import { createAnswerCache } from "./answer-cache.ts";
import { createGraphiql } from "./graphiql/page.ts";
import { whoAsks } from "./graphiql/whoami.ts";
import { NO_DOCUMENTS, type PersistedDocuments, tellOfBroken } from "./persisted.ts";
import { createSchemas } from "./schemas.ts";

export interface GraphqlOptions {
  /** Whether `GET /graphql` in a browser shows GraphiQL. */
  readonly graphiql: boolean;
  /** Whether GraphiQL opens with example questions, which name metrics to whoever opens the page. Default true. */
  readonly examples?: boolean;
  /** Documents that a request may name instead of sending one; without them there are none. */
  readonly persisted?: PersistedDocuments;
  /** Web sites whose pages may ask and read, such as `https://bi.example.com`. */
  readonly corsOrigins?: readonly string[];
  /** Why the definitions that lie there are not those that are served; null: they are. */
  readonly definitionsProblem?: () => DefinitionsProblem | null;
  /** Memory for whole answers, to be sent again as they are; 64 MiB when missing, 0: none are kept. */
  readonly answerBytes?: number;
}

/** In one line each. */
export interface DefinitionsProblem {
  /** For the operator. */
  readonly message: string;
  /** For whoever may watch the server: where it is and its code, no word of the definitions. */
  readonly place: string;
}

/** `POST /graphql`, `GET /graphql?documentId=…` for persisted documents, and GraphiQL at `GET /graphql` in a browser. */
export function createGraphqlDoor(
  engine: Engine,
  admission: Admission,
  telemetry: Telemetry,
  options: GraphqlOptions,
): HttpDoor {
  const persisted = options.persisted ?? NO_DOCUMENTS;
  const schemaOf = createSchemas((catalog) =>
    setImmediate(() => tellOfBroken(telemetry, persisted.documents, catalog)),
  );
  schemaOf(engine.catalog);
  const graphiql = options.graphiql ? createGraphiql(() => (options.examples === false ? null : engine.catalog)) : null;
  const answers = createAnswerCache(engine, { maxBytes: options.answerBytes ?? ANSWER_BYTES });
  telemetry.observe({ answers: () => answers.kept });
  const onLooked = (isHit: boolean): void => telemetry.wholeAnswer(isHit);
  const answerQuestion = createAnswerer(engine, { admission, schemaOf, persisted, answers, onLooked });

  async function answer(req: IncomingMessage, res: ServerResponse, watch: RequestWatch, target: Target): Promise<void> {
    const { pathname, search } = target;
    if (pathname === "/graphql") {
      const isForeign = allowOrigin(req, res, options.corsOrigins);
      if (isPreflight(req, res)) return answerPreflight(res);
      if (req.method === "POST") return answerQuestion(req, res, watch);
      // No script has to ask before a page of another site sends this.
      const isNamed = req.method === "GET" && NAMED.test(search) && persisted.mode !== "off";
      if (isNamed && isForeign) return fail(res, 403, "FORBIDDEN", "Pages of other sites may not ask.");
      if (isNamed) return answerQuestion(req, res, watch);
    }
    if (graphiql && isRead(req)) {
      if (pathname === "/") return redirect(res, "/graphql");
      if (pathname === "/graphql/whoami") return whoami(req, res, watch);
      const isPage = pathname === "/graphql";
      const file = isPage && !wantsHtml(req) ? null : graphiql.file(pathname);
      if (file) return send(res, 200, file.body, file.headers);
    }
    if (pathname === "/graphql") {
      const [way, allow] = persisted.mode === "off" ? [BY_POST, "POST"] : [BY_POST_OR_ID, "GET, POST"];
      return fail(res, 405, "METHOD_NOT_ALLOWED", way, { allow });
    }
    return fail(res, 404, "NOT_FOUND", "Nothing is here. GraphQL is at /graphql.");
  }

  async function whoami(req: IncomingMessage, res: ServerResponse, watch: RequestWatch): Promise<void> {
    const principal = await admission.principalOf(req, res, watch);
    if (!principal) return;
    const found = options.definitionsProblem?.() ?? null;
    // Words of a file may tell what its policies hide: of those, whoever may watch the server reads where they stand.
    const problem = principal.kind === "operator" ? found?.message : mayMonitor(principal) ? found?.place : null;
    json(res, 200, whoAsks(principal, engine.catalogFor(principal).version, problem ?? null));
  }

  return { claims, answer };
}

function claims({ method }: IncomingMessage, { pathname, search }: Target): ReturnType<HttpDoor["claims"]> {
  if (pathname === "/graphql" && method === "POST") return "graphql";
  if (pathname === "/graphql" && NAMED.test(search)) return "persisted";
  return pathname === "/" || pathname.startsWith("/graphql") ? "page" : null;
}

const NAMED = /(^|&)(id|documentId)=/;

const BY_POST = "Ask with POST and a JSON body.";
const BY_POST_OR_ID = "Ask with POST and a JSON body, or with GET for a persisted document by its documentId.";

/** Of whole answers, unless the operator sets it. */
const ANSWER_BYTES = 64 * 2 ** 20;

function wantsHtml(req: IncomingMessage): boolean {
  return req.headers.accept?.includes("text/html") === true;
}
