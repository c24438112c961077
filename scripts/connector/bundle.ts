import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { AuthType, BuildSettings } from "../../connectors/data-studio/src/build-settings.ts";
import { CONNECTOR, type ConnectorSettings, SettingsError } from "./settings.ts";

/** Writes Code.js and appsscript.json: all that a deployment is. */
export function buildConnector(settings: ConnectorSettings, out: string): void {
  const manifest = manifestOf(settings, readFileSync(join(CONNECTOR, "appsscript.template.json"), "utf8"));
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "Code.js"), bundle(settings.build));
  writeFileSync(join(out, "appsscript.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

const ALWAYS = ["getAuthType", "getConfig", "getSchema", "getData", "isAdminUser"] as const;
const KEPT = ["isAuthValid", "resetAuth"] as const;

/** What Data Studio calls, and what is run by hand in the script's editor. */
export const FUNCTIONS: Readonly<Record<AuthType, readonly string[]>> = {
  NONE: [...ALWAYS, "logAudience"],
  PATH_KEY: [...ALWAYS, ...KEPT, "setCredentials"],
  USER_TOKEN: [...ALWAYS, ...KEPT, "setCredentials"],
  OAUTH2: [...ALWAYS, ...KEPT, "get3PAuthorizationUrls", "authCallback"],
};

/** The least that each may do. The address of viewers is asked for only where their token has to hold it. */
const REQUEST = "https://www.googleapis.com/auth/script.external_request";
const EMAIL = "https://www.googleapis.com/auth/userinfo.email";
const SCOPES: Readonly<Record<AuthType, readonly string[]>> = {
  NONE: ["openid", EMAIL, REQUEST],
  PATH_KEY: [REQUEST],
  USER_TOKEN: [REQUEST],
  OAUTH2: [REQUEST],
};

/** One classic script: Apps Script knows no modules, and calls functions at its top. */
function bundle(settings: BuildSettings): string {
  const functions = FUNCTIONS[settings.authType];
  const { outputFiles } = buildSync({
    stdin: {
      contents: `export { ${functions.join(", ")} } from "./src/main.ts";`,
      resolveDir: CONNECTOR,
      sourcefile: "entry.ts",
    },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "connector",
    platform: "neutral",
    target: "es2020",
    charset: "utf8",
    define: { BUILD_SETTINGS: JSON.stringify(settings) },
    footer: {
      js: functions.map((name) => `function ${name}(request) { return connector.${name}(request); }`).join("\n"),
    },
  });
  const [file] = outputFiles;
  if (!file) throw new Error("esbuild wrote nothing");
  return file.text;
}

function manifestOf({ build, gallery }: ConnectorSettings, template: string): object {
  const { dataStudio, ...rest } = JSON.parse(template);
  if (dataStudio?.forceViewersCredentials !== true) {
    throw new SettingsError(
      "appsscript.template.json must have dataStudio.forceViewersCredentials: true, else everybody sees what the owner of a data source may see.",
    );
  }
  const { tokenUrl, revocationUrl } = build.oauth ?? { tokenUrl: null, revocationUrl: null };
  const fetched = [...build.endpoints.map((one) => `${one}/`), tokenUrl, revocationUrl];
  return {
    ...rest,
    oauthScopes: SCOPES[build.authType],
    urlFetchWhitelist: [...new Set(fetched.filter((one) => one !== null))],
    dataStudio: { ...gallery, ...dataStudio, authType: [build.authType] },
  };
}
