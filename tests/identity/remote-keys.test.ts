import type { RequestListener } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { createAuthenticator } from "../../src/identity/index.ts";
import {
  CLAIMS,
  ec,
  forge,
  jwkOf,
  jwtSettings,
  type Pair,
  payloadWith,
  refusal,
  rsa,
  sendJson,
  standingClock,
  startKeyServer,
} from "./support.ts";

const MINUTE = 60_000;
const [first, second] = [ec(), ec()];
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const setOf = (...keys: object[]) => ({ keys });

/** An authenticator whose issuer publishes its keys on a real server. */
async function publish(answer: RequestListener | object, staleSeconds = 3_600) {
  const server = await startKeyServer(answer);
  stops.push(server.stop);
  const clock = standingClock();
  const keys = { kind: "jwks", url: server.url, staleSeconds } as const;
  const issuers = [jwtSettings(first, { keys })];
  return { server, clock, authenticator: createAuthenticator({ claims: CLAIMS, issuers }, { clock, env: {} }) };
}

let serial = 0;
/** A token that nobody has shown before: the cache of verified tokens does not know it. */
function fresh(pair: Pair, kid: string | undefined, clock: { now(): number }): string {
  const seconds = Math.floor(clock.now() / 1_000);
  const payload = payloadWith({ jti: String(serial++), iat: seconds, exp: seconds + 600 });
  return `Bearer ${forge(pair.privateKey, payload, { alg: "ES256", typ: "at+jwt", kid })}`;
}

describe("keys that an issuer publishes", () => {
  test("are fetched once, however many ask at first", async () => {
    const { server, clock, authenticator } = await publish(setOf(jwkOf(first, "a")));
    const all = await Promise.all(
      Array.from({ length: 50 }, () => authenticator.authenticate(fresh(first, "a", clock))),
    );
    expect(all.every(({ name }) => name === "ann")).toBe(true);
    expect(server.asked()).toBe(1);
  });

  test("are asked for again after ten minutes, and not before", async () => {
    const { server, clock, authenticator } = await publish(setOf(jwkOf(first, "a")));
    await authenticator.authenticate(fresh(first, "a", clock));
    clock.pass(10 * MINUTE - 1);
    await authenticator.authenticate(fresh(first, "a", clock));
    expect(server.asked()).toBe(1);
    clock.pass(1);
    await authenticator.authenticate(fresh(first, "a", clock));
    expect(server.asked()).toBe(2);
  });

  test("are tried only by their own name", async () => {
    const { clock, authenticator } = await publish(setOf(jwkOf(first, "a"), jwkOf(second, "b")));
    expect(await refusal(authenticator, fresh(first, "b", clock))).toContain("invalid signature");
    expect(await refusal(authenticator, fresh(first, undefined, clock))).toBe("the token names no key");
    for (const kid of ["", "__proto__", "constructor", "a\u0000"])
      expect(await refusal(authenticator, fresh(first, kid, clock))).toBe("the token names no key of its issuer");
  });

  test("of other algorithms and uses, and weak ones, verify nothing", async () => {
    const weak = rsa(1024);
    const { clock, authenticator } = await publish(
      setOf(
        jwkOf(first, "encrypts", { use: "enc" }),
        jwkOf(first, "other", { alg: "ES384" }),
        jwkOf(ec("P-384"), "curve"),
        jwkOf(weak, "weak"),
        { kty: "oct", k: "c2VjcmV0", kid: "secret" },
        { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "broken" },
        jwkOf(second, "good"),
      ),
    );
    expect(await authenticator.authenticate(fresh(second, "good", clock))).toMatchObject({ name: "ann" });
    for (const kid of ["encrypts", "other", "curve", "weak", "secret", "broken"])
      expect(await refusal(authenticator, fresh(first, kid, clock)), kid).toContain("no key");
  });
});

describe("a new key", () => {
  test("serves at once, and the withdrawn one and its tokens no more", async () => {
    const { server, clock, authenticator } = await publish(setOf(jwkOf(first, "a")));
    const shown = fresh(first, "a", clock);
    await authenticator.authenticate(shown);
    server.answer(setOf(jwkOf(second, "b")));
    clock.pass(30_000);
    expect(await authenticator.authenticate(shown)).toMatchObject({ name: "ann" });
    expect(await authenticator.authenticate(fresh(second, "b", clock))).toMatchObject({ name: "ann" });
    expect(server.asked()).toBe(2);
    expect(await refusal(authenticator, shown)).toBe("the token names no key of its issuer");
  });

  test("under an old name replaces the old one", async () => {
    const { server, clock, authenticator } = await publish(setOf(jwkOf(first, "a")));
    const shown = fresh(first, "a", clock);
    await authenticator.authenticate(shown);
    server.answer(setOf(jwkOf(second, "a")));
    clock.pass(10 * MINUTE - 1);
    await authenticator.authenticate(shown);
    clock.pass(1);
    expect(await authenticator.authenticate(fresh(second, "a", clock))).toMatchObject({ name: "ann" });
    expect(await refusal(authenticator, shown)).toContain("invalid signature");
  });

  test("is found even while strangers invent names", async () => {
    const { server, clock, authenticator } = await publish(setOf(jwkOf(first, "a")));
    await authenticator.authenticate(fresh(first, "a", clock));
    for (let i = 0; i < 100; i++)
      expect(await refusal(authenticator, fresh(second, `made-up-${i}`, clock))).toContain("no key");
    expect(server.asked()).toBe(1);
    server.answer(setOf(jwkOf(first, "a"), jwkOf(second, "b")));
    clock.pass(30_000);
    await refusal(authenticator, fresh(second, "made-up", clock));
    expect(server.asked()).toBe(2);
    expect(await authenticator.authenticate(fresh(second, "b", clock))).toMatchObject({ name: "ann" });
  });

  test("is not looked for again and again under a name that was just found missing", async () => {
    const { server, clock, authenticator } = await publish(setOf(jwkOf(first, "a")));
    await authenticator.authenticate(fresh(first, "a", clock));
    clock.pass(30_000);
    await refusal(authenticator, fresh(second, "gone", clock));
    expect(server.asked()).toBe(2);
    clock.pass(30_000);
    await refusal(authenticator, fresh(second, "gone", clock));
    expect(server.asked()).toBe(2);
    clock.pass(2 * MINUTE);
    await refusal(authenticator, fresh(second, "gone", clock));
    expect(server.asked()).toBe(3);
  });
});

const FAULTS: readonly (readonly [string, RequestListener])[] = [
  ["is down", (req) => void req.socket.destroy()],
  ["fails", (_req, res) => void res.writeHead(503).end(JSON.stringify(setOf(jwkOf(first, "a"))))],
  ["never answers", () => {}],
  ["never ends its answer", (_req, res) => void res.writeHead(200).write('{"keys":[')],
  ["answers elsewhere", (_req, res) => void res.writeHead(302, { location: "/other" }).end()],
  ["answers what is no JSON", (_req, res) => void res.end("<html>maintenance</html>")],
  ["answers half of it", (_req, res) => void res.end('{"keys":[{"kty":"EC"')],
  ["answers what is no key set", (_req, res) => sendJson(res, { keys: { a: 1 } })],
  ["answers a list", (_req, res) => sendJson(res, [])],
  ["answers keys that are no objects", (_req, res) => sendJson(res, setOf(["a"]))],
  ["names two keys alike", (_req, res) => sendJson(res, setOf(jwkOf(first, "a"), jwkOf(second, "a")))],
  [
    "answers far too many keys",
    (_req, res) => sendJson(res, setOf(...Array.from({ length: 101 }, () => ({ kty: "EC" })))),
  ],
  ["answers far too much", (_req, res) => sendJson(res, { ...setOf(jwkOf(first, "a")), more: "x".repeat(300_000) })],
];

describe.each(FAULTS)("while the issuer's server %s", (_fault, faulty) => {
  test("old keys serve until the window ends, then nobody comes in; verified tokens do until their minute ends", async () => {
    const { server, clock, authenticator } = await publish(setOf(jwkOf(first, "a")), 600);
    await authenticator.authenticate(fresh(first, "a", clock));
    server.answer(faulty);
    clock.pass(20 * MINUTE - 1);
    const shown = fresh(first, "a", clock);
    expect(await authenticator.authenticate(shown)).toMatchObject({ name: "ann" });
    expect(server.asked()).toBe(2);
    clock.pass(1);
    expect(await refusal(authenticator, fresh(first, "a", clock))).toContain("keys cannot be had");
    expect(server.asked()).toBe(2);
    expect(await authenticator.authenticate(shown)).toMatchObject({ name: "ann" });
    clock.pass(MINUTE);
    server.answer(setOf(jwkOf(first, "a")));
    expect(await authenticator.authenticate(fresh(first, "a", clock))).toMatchObject({ name: "ann" });
  });
});

test("a server that was down at first is asked again soon, by one at a time", async () => {
  const { server, clock, authenticator } = await publish((req) => void req.socket.destroy());
  const told = await Promise.all(Array.from({ length: 20 }, () => refusal(authenticator, fresh(first, "a", clock))));
  expect(told.every((reason) => reason.startsWith("the issuer's keys cannot be had"))).toBe(true);
  expect(server.asked()).toBe(1);
  await refusal(authenticator, fresh(first, "a", clock));
  expect(server.asked()).toBe(1);
  server.answer(setOf(jwkOf(first, "a")));
  clock.pass(5_000);
  expect(await authenticator.authenticate(fresh(first, "a", clock))).toMatchObject({ name: "ann" });
});

test("an issuer that withdraws every key lets nobody in", async () => {
  const { server, clock, authenticator } = await publish(setOf(jwkOf(first, "a")));
  const shown = fresh(first, "a", clock);
  await authenticator.authenticate(shown);
  server.answer(setOf());
  clock.pass(10 * MINUTE);
  expect(await refusal(authenticator, fresh(first, "a", clock))).toBe("the token names no key of its issuer");
  expect(await refusal(authenticator, shown)).not.toBe("");
});
