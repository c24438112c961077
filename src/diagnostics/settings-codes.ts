import { quote } from "./words.ts";

/** The part of the table that is about settings and other files beside the definitions. No secret is ever repeated. */
export const SETTINGS_CODES = {
  "document/second": (p: { owner: string }) => ({
    message: `${p.owner} holds more than one document.`,
    help: "remove the line --- and write everything in one mapping",
  }),
  "document/not-a-mapping": (p: { owner: string; found: string }) => ({
    message: `${p.owner} is a mapping of keys to values; found ${p.found}.`,
    help: null,
  }),
  "settings/no-file": (p: { path: string }) => ({
    message: `There is no settings file ${quote(p.path)}.`,
    help: "name one that exists with --config FILE or ASSAY_CONFIG; without both, assay.config.yaml is read where it exists",
  }),
  "settings/folder": (p: { path: string; file: string }) => ({
    message: `${quote(p.path)} is a folder, where a settings file has to be named.`,
    help: `name the file in it: --config ${p.file}`,
  }),
  "settings/not-yaml": (p: { help: string | null }) => ({
    message: "The settings file is not valid YAML here.",
    help: p.help ?? "put quotes around a text that is more than letters and digits",
  }),
  "settings/literal-secret": ({ setting }: { setting: string }) => ({
    message: `${quote(setting)} holds a secret, which must not stand in the settings file.`,
    help: setting.startsWith("warehouse")
      ? 'name where it is instead: "warehouse.password" as { env: PGPASSWORD } or { file: /run/secrets/pg }, or the whole URL in WAREHOUSE_URL'
      : "name where it is instead: { env: NAME }, an environment variable, or { file: /run/secrets/name }",
  }),
  "settings/secret-reference": (p: { setting: string }) => ({
    message: `${quote(p.setting)} must say where the secret is.`,
    help: "write { env: PGPASSWORD }, the name of an environment variable, or { file: /run/secrets/pg }",
  }),
  "settings/warehouse-url": (p: { setting: string; expected: string }) => ({
    message: `${quote(p.setting)} must be ${p.expected}.`,
    help: "it is not repeated here, since it may hold a password",
  }),
  "settings/variable": (p: { variable: string; setting: string; expected: string }) => ({
    message: `The environment variable ${p.variable} (setting ${quote(p.setting)}) must be ${p.expected}.`,
    help: "change it, or unset it",
  }),
  "settings/variable-unset": (p: { setting: string; variable: string }) => ({
    message: `${quote(p.setting)} comes from the environment variable ${quote(p.variable)}, which is not set.`,
    help: `set ${p.variable}, or name another place for the secret`,
  }),
  "settings/short-secret": (p: { setting: string; least: number }) => ({
    message: `${quote(p.setting)} is too short to be a secret: it has fewer than ${p.least} characters.`,
    help: "make one with openssl rand -hex 32",
  }),
  "settings/otlp-headers": (p: { setting: string }) => ({
    message: `${quote(p.setting)} holds something else than headers.`,
    help: "write them as name=value,name=value",
  }),
  "settings/no-hash-key": (p: { models: readonly string[] }) => ({
    severity: "warning" as const,
    message: `Masks by hash can be guessed: ${p.models.join(", ")} ${p.models.length === 1 ? "has" : "have"} one, and "policy.hash_key" is not set.`,
    help: "make a secret with openssl rand -hex 32, and name where it is: policy: { hash_key: { env: ASSAY_HASH_KEY } }",
  }),
  "settings/file-empty": (p: { setting: string; path: string }) => ({
    message: `${quote(p.setting)} names the file ${quote(p.path)}, which is empty.`,
    help: "write the secret into it, and nothing else",
  }),
  "settings/file-unreadable": (p: { setting: string; path: string; reason: string }) => ({
    message: `${quote(p.setting)} names the file ${quote(p.path)}, which cannot be used: ${p.reason}.`,
    help: "name a file that the user who runs assay may read",
  }),
};
