import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedPostgres, makeData, startPostgres, temporaryFolder } from "../../scripts/embedded-postgres.ts";
import { openPostgres, openPostgresLoader, type PostgresOptions, readAll } from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";

/** Shows a certificate for `localhost`, by an authority of our own, and asks `reader` for a password. */
let server: EmbeddedPostgres;
const folder = temporaryFolder();
const caFile = join(folder, "ca.crt");
const PASSWORD = "p@ss/w:o?r#d %41 é";

beforeAll(async () => {
  await makeData(folder);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const newKey = ["-newkey", "rsa:2048", "-nodes", "-days", "2"];
  openssl("req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=An authority of our own");
  openssl("req", ...newKey, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  write("names", "subjectAltName=DNS:localhost");
  const sign = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"];
  openssl("x509", "-req", "-in", "server.csr", ...sign, "-out", "server.crt");
  give("server.key");
  write("hba", "host all assay all trust\nhost all all all scram-sha-256\n");
  server = await startPostgres(folder, {
    settings: [
      "fsync=off",
      "ssl=on",
      `ssl_cert_file=${join(folder, "server.crt")}`,
      `ssl_key_file=${join(folder, "server.key")}`,
      `hba_file=${join(folder, "hba")}`,
    ],
  });
  const admin = await openPostgresLoader(server.url("postgres"));
  await admin.run(`CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'`);
  await admin.close();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
  give(name);
}

/** To the user that the server runs as, and to nobody else. */
function give(name: string): void {
  const { uid, gid } = statSync(join(folder, "data"));
  chownSync(join(folder, name), uid, gid);
  chmodSync(join(folder, name), 0o600);
}

async function isEncrypted(url: string, options: PostgresOptions = {}) {
  const warehouse = await openPostgres(url, options);
  const text = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
  const rows = await readAll(await warehouse.execute({ text, values: [] })).catch((cause: unknown) => cause);
  await warehouse.close();
  return rows;
}

const local = (parameters = "") => `${server.url("postgres").replace("127.0.0.1", "localhost")}${parameters}`;
const unavailable = { name: "WarehouseError", kind: "unavailable" };

describe("an encrypted connection", () => {
  test("is made where the server shows what a named authority has signed for its name", async () => {
    expect(await isEncrypted(local(), { caFile })).toEqual([[true]]);
    expect(await isEncrypted(local("?sslmode=verify-full"), { caFile })).toEqual([[true]]);
  });

  test("is refused for another name, and for an authority that nobody named", async () => {
    await expect(isEncrypted(server.url("postgres"), { caFile })).rejects.toMatchObject({
      ...unavailable,
      cause: { code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    });
    await expect(isEncrypted(local("?sslmode=verify-full"))).rejects.toMatchObject({
      ...unavailable,
      cause: { code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/) },
    });
  });

  test("is never given up for an open one", async () => {
    await expect(isEncrypted(await emptyPostgres(), { caFile })).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(/it offers no encryption, which only \?sslmode=disable does without\.$/),
    });
    await expect(isEncrypted(local("?sslmode=disable"), { caFile })).rejects.toThrow(
      'asks for "disable" and for a certificate authority: leave one of them out.',
    );
    await expect(isEncrypted(local(), { caFile: join(folder, "nothing.crt") })).rejects.toThrow(
      'nothing.crt" cannot be read.',
    );
  });

  test("is not needed on this machine", async () => {
    expect(await isEncrypted(local())).toEqual([[false]]);
  });
});

describe("a password", () => {
  const url = (password = "") => local().replace("assay@", `reader${password}@`);

  test("comes from the URL or from the options, which win", async () => {
    expect(await isEncrypted(url(`:${encodeURIComponent(PASSWORD)}`))).toEqual([[false]]);
    expect(await isEncrypted(url(), { password: PASSWORD })).toEqual([[false]]);
    expect(await isEncrypted(url(":wrong"), { password: PASSWORD })).toEqual([[false]]);
    expect(await isEncrypted(`${url()}?password=wrong`, { password: PASSWORD })).toEqual([[false]]);
  });

  test("that is missing is told of", async () => {
    await expect(openPostgres(url())).rejects.toThrow("could be had: it asks for a password, and none is set.");
  });

  test("that is wrong is told of, without a word of it", async () => {
    const failure = await openPostgres(url(":sesame"), { password: "open-sesame" }).catch((cause: unknown) => cause);
    expect(failure).toMatchObject({
      ...unavailable,
      message: `No connection to ${url().replace("reader@", "")} could be had: it refuses our user or password.`,
    });
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain("sesame");
  });
});
