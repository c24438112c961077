import { Misuse, strict, text } from "./strict.ts";

/** A request as the thread with the sockets makes it. */
export interface FetchRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | null;
  readonly followRedirects: boolean;
}

export type FetchReply =
  | {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly failed: string };

export interface FetchLimits {
  readonly whitelist: readonly string[];
  readonly scopes: readonly string[];
}

const LONGEST_URL = 2_048;
const MOST_BYTES = 50 * 1_024 * 1_024;
const SCOPE = "https://www.googleapis.com/auth/script.external_request";
const PARAMETERS = [
  "method",
  "contentType",
  "headers",
  "payload",
  "muteHttpExceptions",
  "followRedirects",
  "validateHttpsCertificates",
];

/** @param send Makes the requests, and comes back when all have been answered. */
export function createUrlFetchApp(
  { whitelist, scopes }: FetchLimits,
  send: (requests: readonly FetchRequest[]) => readonly FetchReply[],
): object {
  function requestOf(address: unknown, given: unknown): FetchRequest {
    const url = text(address, "fetch");
    if (!scopes.includes(SCOPE)) throw new Error("Specified permissions are not sufficient to call UrlFetchApp.fetch");
    if (url.length > LONGEST_URL) throw new Error("Limit Exceeded: URLFetch URL Length.");
    if (!whitelist.some((prefix) => url.startsWith(prefix))) {
      throw new Error(`You cannot access ${url}: it is not in the manifest's urlFetchWhitelist.`);
    }
    const parameters: Record<string, unknown> = typeof given === "object" && given !== null ? { ...given } : {};
    const unknown = Object.keys(parameters).find((key) => !PARAMETERS.includes(key));
    if (unknown !== undefined) throw new Misuse(`fetch knows no parameter ${unknown}`);
    const { method = "get", contentType, headers, payload } = parameters;
    if (payload !== undefined && Buffer.byteLength(text(payload, "payload")) > MOST_BYTES) {
      throw new Error("Limit Exceeded: URLFetch POST Size.");
    }
    return {
      url,
      method: text(method, "method").toUpperCase(),
      headers: {
        "user-agent": "Mozilla/5.0 (compatible; Google-Apps-Script)",
        ...(contentType !== undefined && { "content-type": text(contentType, "contentType") }),
        ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, text(value, name)])),
      },
      payload: payload === undefined ? null : text(payload, "payload"),
      followRedirects: parameters["followRedirects"] !== false,
    };
  }

  function responseOf(reply: FetchReply, { url }: FetchRequest, given: unknown): object {
    if ("failed" in reply) throw new Error(reply.failed);
    const { status, headers, body } = reply;
    if (Buffer.byteLength(body) > MOST_BYTES) throw new Error("Limit Exceeded: URLFetch Response Size.");
    const isMuted =
      typeof given === "object" && given !== null && "muteHttpExceptions" in given && given.muteHttpExceptions === true;
    if (status >= 400 && !isMuted) {
      throw new Error(
        `Request failed for ${url} returned code ${status}. Truncated server response: ${body.slice(0, 200)}`,
      );
    }
    return strict("HTTPResponse", {
      getResponseCode: () => status,
      getContentText: () => body,
      getHeaders: () => ({ ...headers }),
    });
  }

  function fetchAll(given: readonly { readonly url: unknown }[]): readonly object[] {
    const requests = given.map(({ url, ...parameters }) => requestOf(url, parameters));
    const replies = send(requests);
    return requests.map((request, i) => responseOf(replies[i] ?? { failed: "no reply" }, request, given[i]));
  }

  return strict("UrlFetchApp", {
    fetch: (url: unknown, parameters?: object) => fetchAll([{ ...parameters, url }])[0],
    fetchAll,
  });
}
