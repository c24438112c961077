import { BUILD } from "./build.ts";
import { tokenFor } from "./credentials.ts";
import { badAnswer, Problem } from "./problem.ts";
import { isObject, parseJson } from "./text.ts";

/** What a call of Data Studio may take in all: a script ends after six minutes, and a fetch may take one of them. */
const LONGEST_MS = 285_000;
/** A server that wants a longer pause than this has told its reason, which is better than waiting. */
const LONGEST_PAUSE_MS = 20_000;
/** Before the one repetition, where a proxy in front of the server says no and names no time. */
const PAUSE_MS = 1_000;

/** The end of the time that a call of Data Studio has, in milliseconds since 1970. */
export function deadline(): number {
  return Date.now() + LONGEST_MS;
}

export interface Answer {
  readonly body: Readonly<Record<string, unknown>>;
  /** The text that `body` was read from. */
  readonly text: string;
}

/**
 * Asks the door of the server as the one who looks at the report.
 *
 * @param until When no pause may be made any more, in milliseconds since 1970.
 * @throws Problem with the server's own words when it refuses
 */
export function ask(
  endpoint: string,
  what: "config" | "schema" | "data" | "cancel",
  body: object,
  until: number,
): Answer {
  return readAnswer(post(endpoint, what, body, tokenFor(endpoint), until));
}

/** Whether the server lets in who has this token. */
export function isAccepted(endpoint: string, token: string): boolean {
  const response = post(endpoint, "config", {}, token, deadline());
  if (response.getResponseCode() === 401) return false;
  readAnswer(response);
  return true;
}

function post(endpoint: string, what: string, body: object, token: string, until: number): Response {
  const send = (): Response => fetchOnce(`${endpoint}/v1/data-studio/${what}`, JSON.stringify(body), token);
  const first = send();
  const pauseMs = pauseBeforeRepeat(first);
  if (pauseMs === null || Date.now() + pauseMs > until) return first;
  Utilities.sleep(pauseMs);
  return send();
}

type Response = GoogleAppsScript.URL_Fetch.HTTPResponse;

function fetchOnce(url: string, payload: string, token: string): Response {
  try {
    return UrlFetchApp.fetch(url, {
      method: "post",
      contentType: "application/json",
      headers: { Authorization: `Bearer ${token}` },
      payload,
      muteHttpExceptions: true,
      // The token must not follow to wherever an answer points.
      followRedirects: false,
    });
  } catch {
    // What is thrown may quote the request.
    throw new Problem(
      "The metrics server cannot be reached, or did not answer within a minute. Try again; if it stays, tell whoever runs it.",
      "UNREACHABLE",
    );
  }
}

/** Milliseconds until it is worth asking once more; null: it is not. */
function pauseBeforeRepeat(response: Response): number | null {
  if (![429, 502, 503].includes(response.getResponseCode())) return null;
  const seconds = header(response, "retry-after");
  if (seconds === null) return refusalOf(response).code === null ? PAUSE_MS : null;
  const pauseMs = /^\d{1,4}$/.test(seconds) ? Number(seconds) * 1_000 : Number.POSITIVE_INFINITY;
  return pauseMs <= LONGEST_PAUSE_MS ? pauseMs : null;
}

function readAnswer(response: Response): Answer {
  const status = response.getResponseCode();
  if (status !== 200) throw refused(response, status);
  const text = response.getContentText("UTF-8");
  const body = parseJson(text);
  if (!isObject(body)) throw badAnswer("no JSON object");
  return { body, text };
}

function refused(response: Response, status: number): Problem {
  const { code, message, id } = refusalOf(response);
  const debug = [code ?? "NO_CODE", `status ${status}`, ...(id === null ? [] : [`request ${id}`])].join(", ");
  if (status === 401) return new Problem(NOT_LET_IN[BUILD.authType], debug);
  if (code !== null && message !== null) return new Problem(message, debug);
  return new Problem(
    `The metrics server could not answer (status ${status}). Try again; if it stays, tell whoever runs it.`,
    debug,
  );
}

const NOT_LET_IN = {
  NONE: "The metrics server does not know your Google account. Ask whoever runs it to let you in.",
  PATH_KEY:
    "The metrics server does not accept your key any more. Edit the data source's credentials and enter a valid one.",
  USER_TOKEN:
    "The metrics server does not accept your token any more. Edit the data source's credentials and enter a valid one.",
  OAUTH2:
    "The metrics server does not accept your sign-in any more. Revoke the data source's access and sign in again.",
};

/** What the server says of its refusal, in either shape that it has; null where it does not. */
function refusalOf(response: Response): Record<"code" | "message" | "id", string | null> {
  const body = parseJson(response.getContentText("UTF-8"));
  const own = isObject(body) ? body["error"] : undefined;
  const error = isObject(own) ? own : {};
  return {
    code: word(error["code"]),
    message: typeof error["message"] === "string" ? error["message"].slice(0, 1_000) : null,
    id: word(error["id"]) ?? word(header(response, "x-request-id")),
  };
}

/** A code or an id: nothing else that a server may say goes where it would be taken for ours. */
function word(value: unknown): string | null {
  return typeof value === "string" && /^[\w-]{1,64}$/.test(value) ? value : null;
}

/** Names of headers come as the server or a proxy wrote them. */
function header(response: Response, name: string): string | null {
  const found = Object.entries(response.getHeaders()).find(([key]) => key.toLowerCase() === name);
  return typeof found?.[1] === "string" ? found[1] : null;
}
