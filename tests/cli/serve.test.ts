import { once } from "node:events";
import { createServer } from "node:net";
import { beforeAll, expect, test } from "vitest";
import { assay, ended, makeShop, printedUntil, type Shop, start } from "./shop.ts";
import { runHere } from "./terminal.ts";

let shop: Shop;
const inShop = (...args: string[]) => ["serve", ...args, "--metrics", shop.metrics, "--warehouse", shop.warehouse];

beforeAll(async () => {
  shop = await makeShop();
});

test("the server answers what it prints, and ends cleanly when told to", async () => {
  const child = start(inShop("--port", "0"));
  const outcome = ended(child);
  const printed = await printedUntil("Access", child);
  expect(printed).toContain("Assay serves 3 metrics of 2 models from ");
  expect(printed).toContain("everyone on this machine is the operator");

  const [, url = "", body = ""] = /curl -s (\S+) .* -d '(.*)'/.exec(printed) ?? [];
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  expect(await answer.json()).toMatchObject({
    data: { query: { columns: [{ name: "revenue" }], rows: [["2625.50"]] } },
  });
  expect((await fetch(new URL("/health/ready", url))).status).toBe(200);

  child.kill("SIGTERM");
  expect(await outcome).toMatchObject({ code: 0, stderr: "" });
});

test("where policies name roles, it says how to be somebody who holds one", async () => {
  const child = start(["serve", "--port", "0"]);
  const outcome = ended(child);
  const printed = await printedUntil("Principals", child);
  expect(printed).toContain("  Principals analyst (tenant), regional_analyst (tenant, regions), ");
  child.kill("SIGTERM");
  expect(await outcome).toMatchObject({ code: 0 });
});

test("programs learn the address from one document", async () => {
  const child = start(inShop("--port", "0", "--format", "json"));
  const outcome = ended(child);
  const printed: unknown = JSON.parse(await printedUntil("}\n", child));
  expect(printed).toMatchObject({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), metrics: 3, models: 2 });
  child.kill("SIGINT");
  child.kill("SIGINT"); // as under npm, which hands on what the terminal has already sent
  expect(await outcome).toMatchObject({ code: 0 });
});

test("a busy port is said, with another way", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address ? String(address.port) : "";
  const { code, stderr } = await assay(inShop(), { env: { PORT: port } });
  other.close();
  expect(code).toBe(2);
  expect(stderr).toBe(
    `error[INVALID_ARGUMENTS]: Port ${port} on 127.0.0.1 is in use by another program.\n  help: choose another: --port 4001, or PORT=4001\n`,
  );
});

test.each(["0.0.0.0", "::", "192.0.2.1", "example.org"])(
  "%s is refused while nobody has to say who they are",
  async (host) => {
    const { code, stderr } = await runHere(inShop("--port", "0"), { env: { HOST: host } });
    expect(code).toBe(2);
    expect(stderr).toContain(`error[ANONYMOUS_REFUSED]: Will not listen on ${host}: no identity is configured`);
  },
);

test("others are let in where that is said in so many words", async () => {
  const child = start(inShop("--port", "0", "--host", "0.0.0.0", "--format", "json"), {
    env: { ALLOW_ANONYMOUS: "true" },
  });
  const outcome = ended(child);
  await printedUntil("}\n", child);
  child.kill("SIGTERM");
  expect(await outcome).toMatchObject({ code: 0 });
});

test.each(["65536", "4000x", "-1"])("port %s is refused", async (port) => {
  const { code, stderr } = await runHere(inShop(`--port=${port}`));
  expect(code).toBe(2);
  expect(stderr).toContain(`The port must be a number from 0 to 65535, not "${port}".`);
});
