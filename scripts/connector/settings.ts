import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AUTH_TYPES, type BuildSettings } from "../../connectors/data-studio/src/build-settings.ts";

export const CONNECTOR = join(import.meta.dirname, "../../connectors/data-studio");

/** What one deployment of the connector is: its own words, its servers, and how viewers say who they are. */
export interface ConnectorSettings {
  readonly build: BuildSettings;
  /** What Data Studio's gallery shows. */
  readonly gallery: Readonly<Record<GalleryKey, string>> & Readonly<Partial<Record<OptionalGalleryKey, string>>>;
}

type GalleryKey = "name" | "company" | "companyUrl" | "logoUrl" | "addonUrl" | "supportUrl" | "description";
type OptionalGalleryKey = "shortDescription" | "privacyPolicyUrl" | "termsOfServiceUrl";

/** What flags say instead of the file. */
export interface Overrides {
  readonly endpoints?: readonly string[];
  readonly authType?: string;
  readonly name?: string;
  readonly cache?: boolean;
}

/** The settings are unusable; the message says why, and the way out. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

const isLoopback = (host: string): boolean => ["127.0.0.1", "localhost", "[::1]"].includes(host);

/** Where credentials are sent: encrypted, but for tests on one machine; nothing that a prefix of it would let through. */
const address = z.string().check((ctx) => {
  const url = URL.canParse(ctx.value) ? new URL(ctx.value) : null;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (isSafe && url.username === "" && url.password === "" && url.hash === "") return;
  const message = "must be an https address without user and fragment (http only on this machine, for tests)";
  ctx.issues.push({ code: "custom", input: ctx.value, message });
});

const endpoint = address
  .transform((text) => text.replace(/\/+$/, ""))
  .refine((text) => !text.includes("?"), { error: "must have no query" });

const page = z
  .string()
  .refine((text) => /^https:\/\/./.test(text) && URL.canParse(text), { error: "must be an https address" });
const words = z.string().trim().min(1, { error: "must not be empty" });

const SETTINGS = z
  .strictObject({
    name: words.max(28, { error: "must have at most 28 characters" }),
    company: words,
    companyUrl: page,
    logoUrl: page,
    addonUrl: page,
    supportUrl: page,
    description: words,
    shortDescription: words.max(114, { error: "must have at most 114 characters" }).optional(),
    privacyPolicyUrl: page.optional(),
    termsOfServiceUrl: page.optional(),
    endpoints: z.array(endpoint).min(1, { error: "must name a server at least" }),
    authType: z.enum(AUTH_TYPES, { error: `must be one of ${AUTH_TYPES.join(", ")}` }).default("NONE"),
    helpUrl: page.optional(),
    cache: z.boolean().default(false),
    oauth: z
      .strictObject({
        clientId: words,
        authorizationUrl: address,
        tokenUrl: address,
        revocationUrl: address.optional(),
        scope: words,
        clientSecretProperty: words.optional(),
      })
      .optional(),
  })
  .check(({ value, issues }) => {
    const fault = (path: string, message: string): unknown =>
      issues.push({ code: "custom", input: value, path: [path], message });
    if (new Set(value.endpoints).size < value.endpoints.length) fault("endpoints", "names a server twice");
    if (value.authType === "OAUTH2" && !value.oauth) fault("oauth", "is missing, but authType is OAUTH2");
    if (value.authType !== "OAUTH2" && value.oauth) fault("oauth", "is only for authType OAUTH2");
    if (value.authType === "USER_TOKEN" && value.endpoints.length > 1) {
      fault(
        "endpoints",
        "must be one with authType USER_TOKEN: a token does not say which server it is for. Take PATH_KEY",
      );
    }
  });

/** @param file Without it connector.json beside the template, else the template, whose server is on this machine. */
export function readSettings(file: string | undefined, overrides: Overrides = {}): ConnectorSettings {
  const own = join(CONNECTOR, "connector.json");
  const path = file ?? (existsSync(own) ? own : join(CONNECTOR, "connector.template.json"));
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  const parsed = SETTINGS.safeParse(
    { ...readJson(path), ...Object.fromEntries(given) },
    { error: ({ code, input }) => (code === "invalid_type" && input === undefined ? "is missing" : undefined) },
  );
  if (!parsed.success) throw new SettingsError(`${path} cannot be used:\n${z.prettifyError(parsed.error)}`);
  const { endpoints, authType, helpUrl, cache, oauth, ...gallery } = parsed.data;
  return {
    gallery: withoutMissing(gallery),
    build: {
      endpoints,
      authType,
      helpUrl: helpUrl ?? null,
      cache,
      oauth: oauth
        ? {
            ...oauth,
            revocationUrl: oauth.revocationUrl ?? null,
            clientSecretProperty: oauth.clientSecretProperty ?? null,
          }
        : null,
    },
  };
}

function readJson(path: string): object {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new SettingsError(
      `${path} cannot be read. Copy connectors/data-studio/connector.template.json and fill it in.`,
    );
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new SettingsError(`${path} is no JSON object.`);
}

type Defined<Given> = { [Key in keyof Given]: Exclude<Given[Key], undefined> };

function withoutMissing<Given extends object>(given: Given): Defined<Given> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<Given>;
}

/** Servers that only this machine reaches: Google does not. */
export function loopbackEndpoints({ build: { endpoints } }: ConnectorSettings): readonly string[] {
  return endpoints.filter((one) => isLoopback(new URL(one).hostname));
}
