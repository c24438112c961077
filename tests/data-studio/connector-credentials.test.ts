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
} from "./connector.ts";

const REQUEST = chart(["order__region", "orders"]);
const WRONG_TOKEN = "0".repeat(64);

describe("a key of a path", () => {
  let connected: Connected;
  beforeAll(async () => {
    connected = await connect({ build: { authType: "PATH_KEY", helpUrl: "https://example.com/keys" } });
  });
  afterAll(() => connected.close());

  const set = (path: unknown, key: unknown, viewer = ANN) =>
    connected.script.call(viewer, "setCredentials", { pathKey: { path, key } });

  test("is what is asked for", async () => {
    expect(await connected.script.call(ANN, "getAuthType")).toEqual({
      type: "PATH_KEY",
      helpUrl: "https://example.com/keys",
    });
    expect(await connected.script.call(ANN, "isAuthValid")).toBe(false);
    expect((await failure(connected.script.call(ANN, "getData", REQUEST))).debug).toBe("NO_CREDENTIALS");
  });

  test.each([
    ["that the server does not know", (own: string) => [own, WRONG_TOKEN], 1],
    ["of another server", () => ["http://127.0.0.1:1", SERVICE_TOKEN], 0],
    ["that is another header", (own: string) => [own, `${SERVICE_TOKEN}\r\nHost: x`], 0],
    ["that is no text", (own: string) => [own, 7], 0],
    ["that is missing", (own: string) => [own, undefined], 0],
  ])("%s is not valid, and is kept nowhere", async (_what, given, sent) => {
    const before = connected.script.fetched.length;
    const [path, key] = given(connected.endpoint);
    expect(await set(path, key)).toEqual({ errorCode: "INVALID_CREDENTIALS" });
    expect(connected.script.fetched).toHaveLength(before + sent);
    expect(await connected.script.call(ANN, "isAuthValid")).toBe(false);
    expect(await propertiesOf(connected.script, ANN)).toBe("");
  });

  test("is kept for the one who entered it alone, and forgotten when they say so", async () => {
    expect(await set(`${connected.endpoint}/`, ` ${SERVICE_TOKEN}\n`)).toEqual({ errorCode: "NONE" });
    expect(await connected.script.call(ANN, "isAuthValid")).toBe(true);
    expect((await dataOf(connected.script, ANN, REQUEST)).rows).toHaveLength(4);
    expect(await connected.script.call(APAC, "isAuthValid")).toBe(false);
    expect((await failure(connected.script.call(APAC, "getData", REQUEST))).debug).toBe("NO_CREDENTIALS");
    const { scriptProperties, log } = await connected.script.kept();
    expect([scriptProperties.size, log]).toEqual([0, []]);
    await connected.script.call(ANN, "resetAuth");
    expect(await connected.script.call(ANN, "isAuthValid")).toBe(false);
    expect(await propertiesOf(connected.script, ANN)).toBe("");
  });

  test("goes to the server that it is for, and to no other of the list", async () => {
    const built = openBuilt([connected.endpoint, "http://127.0.0.1:1"], { build: { authType: "PATH_KEY" } });
    await built.script.call(ANN, "setCredentials", { pathKey: { path: connected.endpoint, key: SERVICE_TOKEN } });
    const before = built.script.fetched.length;
    const other = { ...REQUEST, configParams: { model: "orders", endpoint: "http://127.0.0.1:1" } };
    expect((await failure(built.script.call(ANN, "getData", other))).debug).toBe("CREDENTIALS_OF_ANOTHER_ENDPOINT");
    expect(built.script.fetched).toHaveLength(before);
    expect(JSON.stringify(await built.script.call(ANN, "getConfig", {}))).not.toContain('127.0.0.1:1"');
    await built.close();
  });
});

test("credentials for a server that a new version of the connector no longer names are asked for anew", async () => {
  const connected = await connect({ build: { authType: "USER_TOKEN" } });
  await connected.script.call(ANN, "setCredentials", { userToken: { username: "ann", token: SERVICE_TOKEN } });
  const { userProperties } = await connected.script.kept();
  for (const [endpoint, isValid] of [
    [connected.endpoint, true],
    ["http://127.0.0.1:1", false],
  ] as const) {
    const built = openBuilt([endpoint], { build: { authType: "USER_TOKEN" }, script: { userProperties } });
    expect(await built.script.call(ANN, "isAuthValid")).toBe(isValid);
    await built.close();
  }
  await connected.close();
});

test("a token of a user says who they are, whatever name they enter beside it", async () => {
  const connected = await connect({ build: { authType: "USER_TOKEN" } });
  const set = (userToken: object) => connected.script.call(ANN, "setCredentials", { userToken });
  expect(await connected.script.call(ANN, "getAuthType")).toEqual({ type: "USER_TOKEN" });
  expect(await set({ username: "boss@example.com", token: WRONG_TOKEN })).toEqual({ errorCode: "INVALID_CREDENTIALS" });
  expect(await set({ username: "boss@example.com", token: SERVICE_TOKEN })).toEqual({ errorCode: "NONE" });
  expect((await dataOf(connected.script, ANN, REQUEST)).rows).toHaveLength(4);
  expect(JSON.stringify(connected.script.fetched)).not.toContain("boss@example.com");
  await connected.close();
});

test("credentials cannot be checked while the server is down, and are not called wrong then", async () => {
  const built = openBuilt(["http://127.0.0.1:1"], { build: { authType: "PATH_KEY" } });
  const set = built.script.call(ANN, "setCredentials", { pathKey: { path: "http://127.0.0.1:1", key: SERVICE_TOKEN } });
  expect((await failure(set)).debug).toBe("UNREACHABLE");
  await built.close();
});
