import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createContext, Script } from "node:vm";
import { afterAll, describe, expect, test } from "vitest";
import { AUTH_TYPES, type AuthType } from "../../connectors/data-studio/src/build-settings.ts";
import { buildConnector } from "../../scripts/connector/bundle.ts";
import { readSettings } from "../../scripts/connector/settings.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "assay-connector-build-"));
afterAll(() => rmSync(folder, { recursive: true }));

const TEMPLATE = JSON.parse(readFileSync(join(ROOT, "connectors/data-studio/connector.template.json"), "utf8"));
const OAUTH = {
  clientId: "data-studio",
  authorizationUrl: "https://login.example.com/authorize",
  tokenUrl: "https://login.example.com/token",
  revocationUrl: "https://login.example.com/revoke",
  scope: "metrics",
  clientSecretProperty: "CLIENT_SECRET",
};

let files = 0;
function settingsFile(changes: object): string {
  const file = join(folder, `connector-${files++}.json`);
  writeFileSync(file, JSON.stringify({ ...TEMPLATE, endpoints: ["https://metrics.example.com/"], ...changes }));
  return file;
}

function built(authType: AuthType) {
  const out = join(folder, authType);
  const changes = { authType, ...(authType === "OAUTH2" && { oauth: OAUTH }) };
  buildConnector(readSettings(settingsFile(changes)), out);
  return {
    code: readFileSync(join(out, "Code.js"), "utf8"),
    manifest: JSON.parse(readFileSync(join(out, "appsscript.json"), "utf8")),
  };
}

describe("the bundle", () => {
  const OF_KEPT_CREDENTIALS = ["isAuthValid", "resetAuth"];
  const MORE: Readonly<Record<AuthType, readonly string[]>> = {
    NONE: [],
    PATH_KEY: [...OF_KEPT_CREDENTIALS, "setCredentials"],
    USER_TOKEN: [...OF_KEPT_CREDENTIALS, "setCredentials"],
    OAUTH2: [...OF_KEPT_CREDENTIALS, "get3PAuthorizationUrls", "authCallback"],
  };

  test.each(AUTH_TYPES)("of %s is a classic script with the functions that Data Studio calls", (authType) => {
    const { code } = built(authType);
    const context = createContext({});
    new Script(code).runInContext(context);
    const names = ["getAuthType", "getConfig", "getSchema", "getData", "isAdminUser", ...MORE[authType]];
    for (const name of names) {
      expect(code).toMatch(new RegExp(`^function ${name}\\(`, "m"));
      expect(new Script(`typeof ${name}`).runInContext(context)).toBe("function");
    }
    expect(code).not.toMatch(/^(import|export)\b/m);
    expect(new Script("JSON.stringify(getAuthType())").runInContext(context)).toBe(JSON.stringify({ type: authType }));
  });

  test("uses nothing that Apps Script does not have, keeps nothing for all, and logs nothing", () => {
    for (const authType of AUTH_TYPES) {
      const { code } = built(authType);
      expect(code).not.toMatch(/\b(getScriptCache|getDocumentCache|console|setTimeout|Buffer|process|require|eval)\b/);
      expect(code).not.toMatch(/[^.]\bfetch\(/);
    }
  });
});

describe("the manifest", () => {
  test.each([
    ["NONE", ["openid", "https://www.googleapis.com/auth/userinfo.email"]],
    ["PATH_KEY", []],
    ["USER_TOKEN", []],
    ["OAUTH2", []],
  ] as const)("of %s asks for no more than it needs", (authType, more) => {
    const { manifest } = built(authType);
    expect(manifest.oauthScopes).toEqual([...more, "https://www.googleapis.com/auth/script.external_request"]);
    expect(manifest.dataStudio.authType).toEqual([authType]);
  });

  test("has all that Data Studio requires, and viewers' own credentials", () => {
    const { manifest } = built("OAUTH2");
    expect(manifest).toMatchObject({ runtimeVersion: "V8", exceptionLogging: "STACKDRIVER", timeZone: "Etc/UTC" });
    for (const key of ["name", "company", "companyUrl", "logoUrl", "addonUrl", "supportUrl", "description"]) {
      expect(manifest.dataStudio[key]).toBe(TEMPLATE[key]);
    }
    expect(manifest.dataStudio.forceViewersCredentials).toBe(true);
    expect(manifest.dataStudio).not.toHaveProperty("useQueryConfig");
    expect(manifest.urlFetchWhitelist).toEqual([
      "https://metrics.example.com/",
      "https://login.example.com/token",
      "https://login.example.com/revoke",
    ]);
  });
});

test.each([
  ["a name that is too long", { name: "x".repeat(29) }, /name.*28|28.*name/s],
  ["no company", { company: " " }, /company/],
  ["a key that is missing", { supportUrl: undefined }, /is missing\n.*supportUrl/],
  ["a word that is no setting", { endpoint: "https://x.example" }, /endpoint/],
  ["a logo that is no address", { logoUrl: "logo.png" }, /logoUrl/],
  ["no server", { endpoints: [] }, /endpoints/],
  ["a server twice", { endpoints: ["https://x.example", "https://x.example/"] }, /twice/],
  ["a server without encryption", { endpoints: ["http://x.example"] }, /https/],
  ["a server that only looks like this machine", { endpoints: ["http://localhost.evil.example"] }, /https/],
  ["a server with a user in its address", { endpoints: ["https://a:b@x.example"] }, /https/],
  ["a server with a query", { endpoints: ["https://x.example?a=b"] }, /query/],
  ["another way to sign in", { authType: "KEY" }, /NONE, PATH_KEY/],
  ["OAUTH2 without a client", { authType: "OAUTH2" }, /oauth/],
  ["a client without OAUTH2", { oauth: OAUTH }, /oauth/],
  [
    "a token that may be for several servers",
    { authType: "USER_TOKEN", endpoints: ["https://x.example", "https://y.example"] },
    /PATH_KEY/,
  ],
])("%s is refused before anything is written", (_what, changes, words) => {
  expect(() => readSettings(settingsFile(changes))).toThrow(words);
});

function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "scripts", script), ...args], {
    encoding: "utf8",
    cwd: ROOT,
    env,
  });
  return { status, stdout, stderr };
}

test("connector:build writes what is deployed, and tells how it is used", () => {
  const out = join(folder, "out");
  expect(
    run("connector-build.ts", ["--endpoint", "https://a.example", "--endpoint", "https://b.example", "--out", out]),
  ).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("https://a.example, https://b.example"),
  });
  expect(readFileSync(join(out, "Code.js"), "utf8")).toContain("https://b.example");
  expect(run("connector-build.ts", ["--help"]).stdout).toContain("Examples");
  const wrong = run("connector-build.ts", ["--endpoint", "ftp://a.example", "--out", join(folder, "none")]);
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringMatching(/https address[\s\S]*endpoints/)]);
  expect(existsSync(join(folder, "none"))).toBe(false);
});

test.each([
  ["connector-build.ts", ["--endpiont", "https://a.example"], "--endpiont"],
  ["connector-build.ts", ["https://a.example"], "https://a.example"],
  ["connector-deploy.ts", ["--description"], "--description"],
])("%s %j is answered with what it is at, and with what there is", (script, args, fault) => {
  const { status, stderr } = run(script, args);
  expect([status, stderr]).toEqual([2, expect.stringMatching(/^.+\n\n[\s\S]*Examples/)]);
  expect(stderr.split("\n")[0]).toContain(fault);
});

describe("connector:deploy", () => {
  /** Stands where npx does: writes down what it is asked, and answers as clasp 3.4.1 does. */
  function fakeNpx(): {
    readonly env: NodeJS.ProcessEnv;
    calls(): readonly (readonly string[])[];
    signIn(is: boolean): void;
  } {
    const bin = mkdtempSync(join(folder, "bin-"));
    const log = join(bin, "calls");
    writeFileSync(
      join(bin, "npx"),
      `#!${process.execPath}
const fs = require("node:fs");
const [yes, clasp, command, ...rest] = process.argv.slice(2);
fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify([yes, clasp, command, ...rest]) + "\\n");
const say = (value) => console.log(JSON.stringify(value));
if (command === "show-authorized-user") say({ loggedIn: fs.existsSync(${JSON.stringify(join(bin, "signed-in"))}) });
if (command === "create-script") {
  fs.writeFileSync(".clasp.json", JSON.stringify({ scriptId: "s", rootDir: "dist" }));
  fs.writeFileSync("dist/appsscript.json", "{}");
  say({ scriptId: "s", files: ["dist/appsscript.json"] });
}
if (command === "push") {
  if (fs.readFileSync("dist/appsscript.json", "utf8") === "{}") process.exit(1);
  say(["dist/Code.js", "dist/appsscript.json"]);
}
if (command.endsWith("-deployment")) say({ deploymentId: "AKfycbx_1-2", versionNumber: 1 });
`,
    );
    chmodSync(join(bin, "npx"), 0o755);
    return {
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` },
      calls: () =>
        existsSync(log)
          ? readFileSync(log, "utf8")
              .trim()
              .split("\n")
              .map((line) => JSON.parse(line))
          : [],
      signIn: (is) => (is ? writeFileSync(join(bin, "signed-in"), "") : rmSync(join(bin, "signed-in"))),
    };
  }

  const project = () => {
    const made = mkdtempSync(join(folder, "project-"));
    mkdirSync(join(made, "dist"));
    return made;
  };

  test("makes a script and a deployment the first time, and later new versions of both", () => {
    const npx = fakeNpx();
    npx.signIn(true);
    const flags = ["--settings", settingsFile({}), "--project", project(), "--description", "First"];
    const first = run("connector-deploy.ts", flags, npx.env);
    expect(first).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("https://lookerstudio.google.com/datasources/create?connectorId=AKfycbx_1-2"),
    });
    const clasp = ["--yes", "@google/clasp@3.4.1"];
    expect(npx.calls()).toEqual([
      [...clasp, "show-authorized-user", "--json"],
      [...clasp, "create-script", "--type", "standalone", "--title", TEMPLATE.name, "--rootDir", "dist", "--json"],
      [...clasp, "push", "--force", "--json"],
      [...clasp, "create-deployment", "--description", "First", "--json"],
    ]);
    expect(run("connector-deploy.ts", flags, npx.env).status).toBe(0);
    expect(npx.calls().slice(4)).toEqual([
      [...clasp, "show-authorized-user", "--json"],
      [...clasp, "push", "--force", "--json"],
      [...clasp, "update-deployment", "AKfycbx_1-2", "--description", "First", "--json"],
    ]);
  });

  test("stops before it makes anything where nobody is signed in", () => {
    const npx = fakeNpx();
    const { status, stderr } = run(
      "connector-deploy.ts",
      ["--settings", settingsFile({}), "--project", project()],
      npx.env,
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining("npx @google/clasp@3.4.1 login")]);
    expect(npx.calls()).toHaveLength(1);
  });

  test("says what clasp says when it fails", () => {
    const npx = fakeNpx();
    npx.signIn(true);
    const bin = String(npx.env["PATH"]).split(delimiter)[0] ?? "";
    writeFileSync(
      join(bin, "npx"),
      "#!/bin/sh\necho 'User has not enabled the Apps Script API.' >&2\necho $npm_config_loglevel >&2\nexit 1\n",
    );
    const { status, stderr } = run("connector-deploy.ts", ["--settings", settingsFile({}), "--project", project()], {
      ...npx.env,
      npm_config_loglevel: "silent",
    });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/has not enabled the Apps Script API\.\nerror/)]);
  });

  test("does not send Google to a server that is on this machine", () => {
    const npx = fakeNpx();
    const file = settingsFile({ endpoints: ["http://127.0.0.1:4000"] });
    const { status, stderr } = run("connector-deploy.ts", ["--settings", file, "--project", project()], npx.env);
    expect([status, stderr, npx.calls()]).toEqual([
      2,
      expect.stringContaining("cannot reach http://127.0.0.1:4000"),
      [],
    ]);
  });

  test("tells how it is used", () => {
    expect(run("connector-deploy.ts", ["--help"]).stdout).toContain("login");
  });
});

test("the types of the connector hold, without those of browsers and of Node", () => {
  execFileSync(join(ROOT, "node_modules/.bin/tsc"), ["-p", join(ROOT, "connectors/data-studio")], { stdio: "pipe" });
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, "connectors/data-studio/tsconfig.json"), "utf8"));
  expect([compilerOptions.types, compilerOptions.lib]).toEqual([["google-apps-script"], ["es2020"]]);
});
