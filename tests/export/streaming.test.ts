import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createEngine, type Engine, type QueryEvent } from "../../src/engine/index.ts";
import { FORMATS } from "../../src/export/index.ts";
import type { Authenticator } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { createHttpHandler, type HttpOptions } from "../../src/server/index.ts";
import { openWarehouse, type Warehouse, WarehouseError } from "../../src/warehouse/index.ts";
import { catalogFrom } from "../support/shop.ts";
import { until } from "../support/until.ts";

const ROWS = 5_000_000;
/** Those of an answer that is read to its end, and what they come to as CSV, at least. */
const PART = 200_000;
const BYTES = PART * 25;

const LOGS = `model: logs
table: logs
primary_key: id
columns: { id: int, name: string, amount: decimal }
entities: { log: primary }
dimensions: { id: , name: , amount:  }
measures: { logs: count(*) }
`;
const CATALOG = catalogFrom(LOGS);
const FOR_PEOPLE = catalogFrom(`${LOGS}---
project: logs
---
policy: logs
roles: { analyst: { rows: all, fields: all } }
`);
const ALL = "/v1/query?by=log__id,log__name,log__amount&no-distinct";
/** More than two sockets hold, and sooner sorted. */
const MANY = 1_000_000;
const SOME = `${ALL}&where=${encodeURIComponent(`log__id < ${MANY}`)}`;

/** Of the statement that runs: how many rows have been taken, whether it has ended, and after how many it breaks. */
const followed = { rows: 0, isOpen: false, breaksAfter: Infinity };
const events: QueryEvent[] = [];
const stderr = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
let warehouse: Warehouse;
let server: Server;
let port: number;
let hurried: Server;
let late: Server;
let impatient: Server;
let narrow: Server;

beforeAll(async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "assay-streaming-")), "logs.duckdb");
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run(
    `create table logs as select i as id, 'name of ' || i as name, (i / 100)::decimal(18, 2) as amount from range(${ROWS}) t(i)`,
  );
  connection.closeSync();
  instance.closeSync();
  warehouse = followedBy(await openWarehouse(`duckdb:${file}`));
  const serve = (engine: Engine, options: Partial<HttpOptions> = {}) =>
    createServer(createHttpHandler(engine, { graphiql: false, ...options }));
  const parts = { catalog: CATALOG, warehouse, onQuery: (event: QueryEvent) => void events.push(event) };
  server = serve(createEngine(parts));
  hurried = serve(createEngine(parts), { timeoutMs: 5_000 });
  late = serve(createEngine(parts), { timeoutMs: 1 });
  impatient = serve(createEngine(parts), { stallMs: 1_000 });
  narrow = serve(createEngine({ ...parts, catalog: FOR_PEOPLE }), { maxStreams: 2, authenticator: NAMED });
  port = await listen(server);
});
beforeEach(() => {
  events.length = 0;
  followed.breaksAfter = Infinity;
  stderr.mockClear();
});
afterAll(async () => {
  stderr.mockRestore();
  for (const one of [server, hurried, late, impatient, narrow]) {
    one.close();
    one.closeAllConnections();
  }
  await warehouse.close();
});

/** Whoever says so. */
const NAMED: Authenticator = {
  async authenticate(subject = "") {
    return makeUser({ issuer: "https://issuer.test", subject, name: subject, roles: ["analyst"], claims: {} });
  },
};

function followedBy(opened: Warehouse): Warehouse {
  return {
    ...opened,
    async execute(...args) {
      const result = await opened.execute(...args);
      async function* batches() {
        followed.rows = 0;
        followed.isOpen = true;
        try {
          for await (const batch of result.batches) {
            followed.rows += batch.length;
            if (followed.rows > followed.breaksAfter)
              throw new WarehouseError("unavailable", "The connection is gone.");
            yield batch;
          }
        } finally {
          followed.isOpen = false;
        }
      }
      return { ...result, batches: batches() };
    },
  };
}

async function listen(one: Server): Promise<number> {
  one.listen(0, "127.0.0.1");
  await once(one, "listening");
  return (one.address() as AddressInfo).port;
}

async function open(at: number, search: string, name?: string): Promise<IncomingMessage> {
  const headers = name === undefined ? {} : { authorization: name };
  // On a connection of its own: one kept from the answer before may be closed by the server just as it is used again.
  const asked = request({ host: "127.0.0.1", port: at, path: search, headers, agent: false });
  asked.end();
  const [response] = await once(asked, "response");
  // Whoever reads it is told; nobody may. A connection that is reset tells the request too.
  response.on("error", () => {});
  asked.on("error", () => {});
  return response;
}

/** @returns the bytes that came, and how the answer ended */
async function drain(response: IncomingMessage): Promise<{ readonly bytes: number; readonly end: string }> {
  let bytes = 0;
  try {
    for await (const chunk of response) bytes += chunk.length;
    return { bytes, end: response.complete ? "whole" : "cut" };
  } catch {
    return { bytes, end: "cut" };
  }
}

describe("an answer of 5 million rows", { timeout: 120_000 }, () => {
  test("waits for a reader that has stopped, and holds next to nothing meanwhile", async () => {
    const response = await open(port, `${ALL}&format=csv`);
    response.pause();
    await once(response, "readable");
    await until(() => followed.rows > 0);
    let before = -1;
    while (followed.rows !== before) {
      before = followed.rows;
      await wait(300);
    }
    // The buffers of both sockets are full, and nothing else is.
    expect(followed.rows).toBeLessThan(ROWS / 10);
    response.destroy();
    await until(() => !followed.isOpen);
  });

  test("is read to its end, row for row, and counted", async () => {
    const { bytes, end } = await drain(await open(port, `${SOME}&limit=${PART}&format=csv`));
    expect(end).toBe("whole");
    expect(bytes).toBeGreaterThan(BYTES);
    expect(followed).toMatchObject({ rows: PART, isOpen: false });
    expect(events).toMatchObject([{ outcome: "answered", rows: PART, consumer: "export" }]);
  });

  test.each(FORMATS.map(({ name }) => name))("ends with its reader, in %s", async (name) => {
    const response = await open(port, `${SOME}&format=${name}`);
    await once(response, "readable");
    expect(followed.isOpen).toBe(true);
    response.destroy();
    await until(() => !followed.isOpen && events.length > 0);
    expect(followed.rows).toBeLessThan(MANY);
    // Nobody's fault, and nobody is told.
    expect(stderr).not.toHaveBeenCalled();
  });

  test.each(FORMATS.map(({ name }) => name))("is cut where it fails midway, in %s", async (name) => {
    followed.breaksAfter = 20_000;
    const response = await open(port, `${SOME}&format=${name}`);
    expect(response.statusCode).toBe(200);
    const { bytes, end } = await drain(response);
    expect(end).toBe("cut");
    expect(bytes).toBeGreaterThan(10_000);
    await until(() => events.length > 0);
    expect(events).toMatchObject([{ outcome: "failed" }]);
    expect(String(stderr.mock.calls[0]?.[0])).toContain("A bulk answer broke off.");
  });

  test("that is cut is seen to be so by a reader that knows no chunks", async () => {
    followed.breaksAfter = 20_000;
    const socket = connect(port, "127.0.0.1");
    socket.write(`GET ${SOME}&format=csv HTTP/1.0\r\nHost: localhost\r\n\r\n`);
    socket.resume();
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ECONNRESET" });
  });

  test("lasts no longer than a question may take, whether it is read or not", async () => {
    const at = await listen(hurried);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const response = await open(at, `${SOME}&format=csv`);
    response.pause();
    await once(response, "readable");
    expect(followed.isOpen).toBe(true);
    vi.advanceTimersByTime(5_000);
    await until(() => !followed.isOpen);
    expect(await drain(response)).toMatchObject({ end: "cut" });
    expect(followed.rows).toBeLessThan(MANY);
  });

  test("is cut where its reader takes nothing for too long, and the statement ends", async () => {
    const response = await open(await listen(impatient), `${SOME}&format=csv`);
    response.pause();
    await once(response, "readable");
    await until(() => !followed.isOpen);
    expect(await drain(response)).toMatchObject({ end: "cut" });
    expect(followed.rows).toBeLessThan(MANY);
    expect(String(stderr.mock.calls[0]?.[0])).toContain("A bulk answer broke off.");
  });

  test("stands beside few others, half of them of one person, and the next is told to come again", async () => {
    const at = await listen(narrow);
    const opened = async (name: string) => {
      const response = await open(at, `${SOME}&format=csv`, name);
      response.pause();
      return response;
    };
    const statusOf = async (name: string) => {
      const response = await opened(name);
      response.destroy();
      return [response.statusCode, response.headers["retry-after"] !== undefined];
    };
    const ann = await opened("ann");
    expect(await statusOf("ann")).toEqual([503, true]);
    const bob = await opened("bob");
    expect([ann.statusCode, bob.statusCode]).toEqual([200, 200]);
    expect(await statusOf("cara")).toEqual([503, true]);
    ann.destroy();
    await vi.waitFor(async () => expect(await statusOf("ann")).toEqual([200, false]), { timeout: 30_000 });
    bob.destroy();
  });

  test("is refused in words where its time is up before the first row", async () => {
    const response = await open(await listen(late), `${ALL}&format=csv`);
    response.setEncoding("utf8");
    let text = "";
    for await (const chunk of response) text += chunk;
    expect([response.statusCode, JSON.parse(text).error.code]).toEqual([504, "TIMEOUT"]);
  });
});
