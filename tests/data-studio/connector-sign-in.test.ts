import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ANN,
  APAC,
  type Connected,
  chart,
  connect,
  dataOf,
  failure,
  openBuilt,
  propertiesOf,
  SERVICE_TOKEN,
  serve,
} from "./connector.ts";
import type { AppsScript } from "./fake/script.ts";
import type { Viewer } from "./fake/services.ts";

const REQUEST = chart(["order__region", "orders"]);

describe("a sign-in at an identity provider", () => {
  let connected: Connected;
  let provider: Awaited<ReturnType<typeof startProvider>>;
  let script: AppsScript;
  let built: ReturnType<typeof openBuilt>;
  beforeAll(async () => {
    connected = await connect();
    provider = await startProvider();
    built = openBuilt([connected.endpoint], {
      build: {
        authType: "OAUTH2",
        oauth: {
          clientId: "data-studio",
          authorizationUrl: `${provider.url}/authorize`,
          tokenUrl: `${provider.url}/token`,
          revocationUrl: `${provider.url}/revoke`,
          scope: "metrics offline_access",
          clientSecretProperty: "CLIENT_SECRET",
        },
      },
      script: { scriptProperties: { CLIENT_SECRET: "the-secret-of-the-client" } },
    });
    script = built.script;
  });
  afterAll(async () => {
    await built.close();
    await provider.close();
    await connected.close();
  });

  /** What Google hands to the function that the state names, after somebody came back from the provider. */
  async function comeBack(viewer: Viewer, address: string, code = "good"): Promise<unknown> {
    const url = new URL(address);
    const state = (await script.kept()).stateTokens.get(url.searchParams.get("state") ?? "") ?? {};
    provider.challenge = url.searchParams.get("code_challenge") ?? "";
    const given = Object.entries(state).flatMap(([name, value]) =>
      name.startsWith("argument:") ? [[name.slice("argument:".length), value]] : [],
    );
    expect(state["method"]).toBe("authCallback");
    return script.call(viewer, "authCallback", { parameter: { code, ...Object.fromEntries(given) } });
  }

  const begin = async (viewer: Viewer) => String(await script.call(viewer, "get3PAuthorizationUrls"));

  test("begins with a challenge and without a secret", async () => {
    expect(await script.call(ANN, "getAuthType")).toEqual({ type: "OAUTH2" });
    expect(await script.call(ANN, "isAuthValid")).toBe(false);
    expect((await failure(script.call(ANN, "getData", REQUEST))).debug).toBe("NOT_SIGNED_IN");
    const url = new URL(await begin(ANN));
    expect(`${url.origin}${url.pathname}`).toBe(`${provider.url}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: "data-studio",
      redirect_uri: "https://script.google.com/macros/d/script-of-the-tests/usercallback",
      scope: "metrics offline_access",
      state: expect.any(String),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
    });
  });

  test("of somebody else cannot be ended in one's own name", async () => {
    const address = await begin(ANN);
    await begin(APAC);
    expect(await comeBack(APAC, address)).toEqual({ html: expect.stringContaining("not signed in") });
    expect(await script.call(APAC, "isAuthValid")).toBe(false);
    expect(provider.asked).toEqual([]);
  });

  test("with a code that the provider does not know ends in nothing", async () => {
    expect(await comeBack(ANN, await begin(ANN), "bad")).toEqual({ html: expect.stringContaining("not signed in") });
    expect(await script.call(ANN, "isAuthValid")).toBe(false);
  });

  test("ends with tokens that are the viewer's own, once", async () => {
    const address = await begin(ANN);
    expect(await comeBack(ANN, address)).toEqual({ html: expect.stringContaining("You are signed in") });
    expect(await script.call(ANN, "isAuthValid")).toBe(true);
    expect(await script.call(APAC, "isAuthValid")).toBe(false);
    expect(provider.asked.at(-1)).toMatchObject({
      grant_type: "authorization_code",
      client_secret: "the-secret-of-the-client",
    });
    expect(await comeBack(ANN, address)).toEqual({ html: expect.stringContaining("not signed in") });
    expect((await dataOf(script, ANN, REQUEST)).rows).toHaveLength(4);
  });

  test("lasts: an old token is renewed, and the new refresh token kept", async () => {
    await comeBack(ANN, await begin(ANN));
    const before = provider.asked.length;
    await script.pass(3_600_000);
    expect((await dataOf(script, ANN, REQUEST)).rows).toHaveLength(4);
    expect(provider.asked.slice(before)).toEqual([
      expect.objectContaining({ grant_type: "refresh_token", refresh_token: "refresh-1" }),
    ]);
    await script.pass(3_600_000);
    expect(await script.call(ANN, "isAuthValid")).toBe(true);
    expect(provider.asked.at(-1)).toMatchObject({ refresh_token: "refresh-2" });
  });

  test("that the provider has ended is over here too", async () => {
    await comeBack(ANN, await begin(ANN));
    provider.refuses = true;
    await script.pass(3_600_000);
    expect(await script.call(ANN, "isAuthValid")).toBe(false);
    expect(await propertiesOf(script, ANN)).not.toContain("refresh-");
    provider.refuses = false;
  });

  test("is revoked and forgotten when its owner says so", async () => {
    await comeBack(ANN, await begin(ANN));
    await script.call(ANN, "resetAuth");
    expect(provider.revoked.at(-1)).toMatchObject({ token: expect.stringMatching(/^refresh-/) });
    expect(await script.call(ANN, "isAuthValid")).toBe(false);
    expect(await propertiesOf(script, ANN)).toBe("");
    const { log, scriptCache, userCaches } = await script.kept();
    expect([log, scriptCache.size, userCaches.size]).toEqual([[], 0, 0]);
  });

  test("sends each secret where it belongs", () => {
    for (const { url, headers, payload } of script.fetched) {
      const isOurs = url.startsWith(connected.endpoint);
      expect(JSON.stringify(headers).includes(SERVICE_TOKEN)).toBe(isOurs);
      expect((payload ?? "").includes("the-secret-of-the-client")).toBe(!isOurs);
    }
  });
});

test("a sign-in that another chart renews is not renewed twice: a refresh token often serves once", async () => {
  const provider = await startProvider();
  const oauth = {
    clientId: "data-studio",
    authorizationUrl: `${provider.url}/authorize`,
    tokenUrl: `${provider.url}/token`,
    revocationUrl: null,
    scope: "metrics",
    clientSecretProperty: null,
  };
  const script = { isLockedElsewhere: true };
  const built = openBuilt([provider.url], { build: { authType: "OAUTH2", oauth }, script });
  provider.challenge =
    new URL(String(await built.script.call(ANN, "get3PAuthorizationUrls"))).searchParams.get("code_challenge") ?? "";
  const [state] = [...(await built.script.kept()).stateTokens.values()];
  await built.script.call(ANN, "authCallback", { parameter: { code: "good", nonce: state?.["argument:nonce"] } });
  await built.script.pass(3_600_000);
  expect((await failure(built.script.call(ANN, "getData", REQUEST))).debug).toBe("REFRESH_LOCKED");
  expect(provider.asked).toHaveLength(1);
  await built.close();
  await provider.close();
});

test("a secret of the client that is missing is told to whoever runs the connector", async () => {
  const oauth = {
    clientId: "data-studio",
    authorizationUrl: "http://127.0.0.1:1/a",
    tokenUrl: "http://127.0.0.1:1/t",
    revocationUrl: null,
    scope: "metrics",
    clientSecretProperty: "CLIENT_SECRET",
  };
  const built = openBuilt(["http://127.0.0.1:1"], { build: { authType: "OAUTH2", oauth } });
  await built.script.call(ANN, "get3PAuthorizationUrls");
  const [state] = [...(await built.script.kept()).stateTokens.values()];
  const back = { parameter: { code: "good", nonce: state?.["argument:nonce"] } };
  const error = await failure(built.script.call(ANN, "authCallback", back));
  expect(error.debug).toBe("NO_CLIENT_SECRET in script property CLIENT_SECRET");
  await built.close();
});

/** A provider that checks the challenge; its access token is one that our server knows. */
async function startProvider() {
  const state = {
    challenge: "",
    refuses: false,
    asked: [] as Record<string, string>[],
    revoked: [] as Record<string, string>[],
  };
  let refreshes = 0;
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(Buffer.from(chunk));
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    if (req.url === "/revoke") {
      state.revoked.push(form);
      return void res.end();
    }
    state.asked.push(form);
    const challenge = createHash("sha256")
      .update(form["code_verifier"] ?? "")
      .digest("base64url");
    const isCode = form["grant_type"] === "authorization_code";
    const isGood = isCode
      ? form["code"] === "good" && challenge === state.challenge
      : form["refresh_token"] === `refresh-${refreshes}`;
    if (state.refuses || !isGood || form["client_id"] !== "data-studio") {
      return void res.writeHead(400).end('{"error":"invalid_grant"}');
    }
    refreshes = isCode ? 1 : refreshes + 1;
    const body = { access_token: SERVICE_TOKEN, refresh_token: `refresh-${refreshes}`, expires_in: 3_600 };
    res.end(JSON.stringify(body));
  };
  const server = await serve((req, res) => void answer(req, res));
  return Object.assign(state, server);
}
