import type { IncomingMessage, ServerResponse } from "node:http";
import { Refusal } from "../diagnostics/index.ts";
import type { Engine } from "../engine/index.ts";
import {
  type Admission,
  allowOrigin,
  type HttpDoor,
  isJson,
  json,
  jsonIn,
  readBody,
  refuse,
  type Target,
  tell,
} from "../http/index.ts";
import type { Principal } from "../identity/index.ts";
import { isObject } from "../std/index.ts";
import type { RequestWatch } from "../telemetry/index.ts";
import { configFor } from "./config.ts";
import { createDataAnswerer, type DataOptions, type DataSettings } from "./data.ts";
import { schemaFor } from "./schema.ts";

const AT = "/v1/data-studio/";
/** By what its requests and questions are counted. */
const NAME = "data-studio";

/** What the connector for Data Studio asks: `POST /v1/data-studio/config`, `schema`, `data` and `cancel`. */
export function createDataStudioDoor(engine: Engine, admission: Admission, settings: DataSettings = {}): HttpDoor {
  const answerer = createDataAnswerer(engine, settings);

  /** @returns null: there is nothing of that name */
  function replyTo(action: string, body: object, principal: Principal, options: DataOptions) {
    switch (action) {
      case "config":
        return configFor(engine.catalogFor(principal), configParamsOf(body));
      case "schema":
        return schemaFor(engine.catalogFor(principal), principal, configParamsOf(body));
      case "data":
        return answerer.answer(body, principal, options);
      case "cancel":
        return { cancelled: answerer.cancel(body, principal) };
      default:
        return null;
    }
  }

  async function answer(
    req: IncomingMessage,
    res: ServerResponse,
    watch: RequestWatch,
    { pathname }: Target,
  ): Promise<void> {
    if (req.method !== "POST") {
      return refuse(res, 405, "METHOD_NOT_ALLOWED", "Ask with POST and a JSON body.", { allow: "POST" });
    }
    // The connector runs at Google; no page has anything to ask here.
    if (allowOrigin(req, res)) return refuse(res, 403, "FORBIDDEN", "Pages of other sites may not ask.");
    const consumer = admission.consumerOf(req, NAME);
    const principal = await admission.admit(req, res, watch, refuse, consumer);
    if (!principal) return;
    watch.step("read");
    const body = await read(req, res);
    if (!body || !(await admission.canRecord(res, refuse))) return;
    const gone = new AbortController();
    res.once("close", () => gone.abort());
    watch.step("data-studio");
    try {
      const options = { consumer, trace: watch.trace, signal: gone.signal };
      const reply = await replyTo(pathname.slice(AT.length), body, principal, options);
      if (reply === null) return refuse(res, 404, "NOT_FOUND", `There are config, schema, data and cancel at ${AT}.`);
      watch.step("write");
      json(res, 200, reply);
    } catch (thrown) {
      if (!gone.signal.aborted) tell(res, watch, thrown);
    }
  }

  return { claims: (_req, { pathname }) => (pathname.startsWith(AT) ? NAME : null), answer };
}

/** @returns null: it has been answered */
async function read(req: IncomingMessage, res: ServerResponse): Promise<object | null> {
  if (!isJson(req.headers["content-type"])) {
    refuse(res, 415, "UNSUPPORTED_MEDIA_TYPE", "The body must be JSON: content-type application/json.");
    return null;
  }
  const text = await readBody(req);
  if (text === null) {
    refuse(res, 413, "LIMIT_EXCEEDED", "A request is at most 256 KB.", { connection: "close" });
    return null;
  }
  const body = jsonIn(text);
  if (isObject(body)) return body;
  refuse(res, 400, "INVALID_REQUEST", "The body is one JSON object.");
  return null;
}

/** @throws Refusal INVALID_REQUEST where something stands beside them: what is not read may have been meant. */
function configParamsOf(body: object): unknown {
  const { configParams, ...others }: { readonly configParams?: unknown } = body;
  const [other] = Object.keys(others);
  if (other === undefined) return configParams;
  throw new Refusal("INVALID_REQUEST", `The request has configParams, and nothing "${other.slice(0, 60)}".`, {
    path: [other.slice(0, 60)],
  });
}
