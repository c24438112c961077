import {
  CLAIM_NAME,
  type ClaimDeclarations,
  type ClaimValue,
  claimFromText,
  DEVELOPMENT_KEY_FILE,
  isCleanText,
  MAX_DEVELOPMENT_SECONDS,
  mintDevelopmentToken,
} from "../../identity/index.ts";
import { claimDeclarations } from "../../policy/index.ts";
import { choice, many, one } from "../arguments.ts";
import { loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT, unusable } from "../failure.ts";
import { wordsOf } from "../query-error.ts";
import type { Verb } from "../verb.ts";

export const token: Verb<"role" | "claim" | "subject" | "expires" | "format" | SettingsFlag> = {
  name: "token",
  summary: "Mints a token to try policies with, which only a server without configured identity accepts.",
  operands: null,
  flags: {
    role: { value: "ROLE", many: true, about: "a role of its bearer" },
    claim: { value: "NAME=VALUE", many: true, about: "a claim; items of a list are separated by commas" },
    subject: { value: "NAME", about: "whom it names (default developer)" },
    expires: { value: "TIME", about: "how long it serves: 90s, 30m, 8h (default) or 7d, at most 30d" },
    ...METRICS_FLAG,
    format: { value: "FORMAT", about: "text (default): the token alone; or json" },
  },
  examples: [
    "assay token --role analyst --claim region=EMEA",
    "assay token --role auditor --subject ann --expires 30m",
    'curl -H "authorization: Bearer $(assay token --role analyst)" …',
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const subject = nameFrom("subject", one(args, "subject") ?? "developer");
    const roles = many(args, "role").map((role) => nameFrom("role", role));
    const claims = claimsFrom(many(args, "claim"), claimDeclarations(loadSoundDefinitions(args, terminal)));
    const expiresInSeconds = secondsFrom(one(args, "expires") ?? "8h");
    const minted = mint({ subject, roles, claims, expiresInSeconds });
    const ends = new Date(Date.now() + expiresInSeconds * 1_000).toISOString();
    if (roles.length === 0) terminal.say("It has no role, so policies grant it nothing: --role analyst gives it one.");
    terminal.say(`Good until ${ends}, for servers started in this folder. Signed with ${DEVELOPMENT_KEY_FILE}.`);
    await terminal.print(format === "json" ? `${JSON.stringify({ token: minted, expires: ends })}\n` : `${minted}\n`);
    return EXIT.fine;
  },
};

/** Servers refuse any other. */
function nameFrom(flag: string, written: string): string {
  if (written.length <= 255 && isCleanText(written)) return written;
  throw unusable(`--${flag} is a text of at most 255 characters in one line.`);
}

function claimsFrom(written: readonly string[], declarations: ClaimDeclarations): ReadonlyMap<string, ClaimValue> {
  const claims = new Map<string, ClaimValue>();
  for (const pair of written) {
    const [, name = "", text = ""] = /^([^=]*)=([^]*)$/.exec(pair) ?? [];
    if (!CLAIM_NAME.test(name)) throw unusable(`--claim is NAME=VALUE, not "${pair}".`, "as in --claim region=EMEA");
    if (claims.has(name)) throw unusable(`Claim "${name}" is given twice.`, `a list in one: --claim ${name}=a,b`);
    const declaration = declarations.get(name);
    if (!declaration) throw unusable(`No policy can read claim "${name}".`, declareHelp(name, declarations));
    const value = claimFromText(text, declaration);
    if (value === undefined) throw unusable(`"${text}" is no ${declaration.type} for claim "${name}".`);
    claims.set(name, value);
  }
  return claims;
}

function declareHelp(name: string, declarations: ClaimDeclarations): string {
  return declarations.size > 0
    ? `the project declares ${[...declarations.keys()].join(", ")}`
    : `declare it in project.yaml: claims: { ${name}: string }`;
}

function secondsFrom(written: string): number {
  const [, count = "", unit = ""] = /^(\d{1,9})([smhd])$/.exec(written) ?? [];
  const seconds = Number(count) * (UNIT_SECONDS.get(unit) ?? 0);
  if (seconds >= 1 && seconds <= MAX_DEVELOPMENT_SECONDS) return seconds;
  throw unusable(`--expires is a time up to 30d, such as 30m or 8h, not "${written}".`);
}

const UNIT_SECONDS = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3_600],
  ["d", 86_400],
]);

function mint(token: Parameters<typeof mintDevelopmentToken>[0]): string {
  try {
    return mintDevelopmentToken(token);
  } catch (error) {
    throw unusable(`No token: ${wordsOf(error)}.`);
  }
}
