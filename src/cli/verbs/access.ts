import type { Catalog } from "../../catalog/index.ts";
import { Refusal } from "../../diagnostics/index.ts";
import { type Explanation, explainQuery } from "../../engine/index.ts";
import type { User } from "../../identity/index.ts";
import {
  type AccessReport,
  explainAccess,
  type FieldReport,
  type ModelReport,
  type RoleReport,
  visibleTo,
} from "../../policy/index.ts";
import { parseRequest, type QueryRequest, resolveRequest } from "../../request/index.ts";
import { type Arguments, choice, one } from "../arguments.ts";
import { dialectOf, WAREHOUSE_FLAG, warehouseUrl } from "../data.ts";
import { loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT, unusable } from "../failure.ts";
import { visible } from "../output/display.ts";
import { principalFrom } from "../principal.ts";
import { wordsOf } from "../query-error.ts";
import { QUESTION_FLAGS, type QuestionFlag, requestFrom } from "../question.ts";
import { settingsFor } from "../settings.ts";
import type { Verb } from "../verb.ts";

const { input: _, ...ONE_QUESTION } = QUESTION_FLAGS;
type AccessFlag = Exclude<QuestionFlag, "input"> | SettingsFlag | "query" | "warehouse" | "format";

export const access: Verb<AccessFlag> = {
  name: "access",
  summary: "Says which roles serve a question that somebody asks and why others do not, and shows the guarded SQL.",
  operands: "explain [METRIC…]",
  flags: {
    ...ONE_QUESTION,
    as: { value: "CLAIMS.json", about: "who asks: a file with roles and claims, as a token holds them" },
    query: { value: "JSON", about: "the whole question instead, as a request writes it" },
    ...METRICS_FLAG,
    ...WAREHOUSE_FLAG,
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: [
    "assay access explain --as analyst.json revenue --by customer__region",
    `assay access explain --as analyst.json --query '{"metrics": ["gross_margin"]}'`,
    "assay access explain --as analyst.json gross_margin --format json | jq '.parts[].models[].roles'",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const [word, ...metrics] = args.positionals;
    if (word !== "explain") throw unusable("Say what to do about access.", "assay access explain --as CLAIMS.json …");
    const request = questionOf({ ...args, positionals: metrics });
    const catalog = loadSoundDefinitions(args, terminal);
    const principal = principalFrom(args, catalog);
    if (principal.kind === "operator") {
      throw unusable("Say who asks: the operator may see everything.", "assay access explain --as CLAIMS.json …");
    }
    const hasHashKey = settingsFor(args, terminal).policy.hash_key !== undefined;
    const verdict = judge(
      catalog,
      { dialect: dialectOf(warehouseUrl(args, terminal)), hasHashKey },
      request,
      principal,
    );
    await terminal.print(format === "json" ? `${JSON.stringify(documentOf(verdict))}\n` : textOf(verdict));
    return verdict.refusal ? EXIT.findings : EXIT.fine;
  },
};

function questionOf(args: Arguments<AccessFlag>): QueryRequest {
  const json = one(args, "query");
  if (json === null) return requestFrom(args);
  const beside = args.positionals[0] ?? args.given.find((name) => name !== "as" && Object.hasOwn(ONE_QUESTION, name));
  if (beside !== undefined) throw unusable(`"${beside}" cannot stand beside --query.`, "--query is a whole question");
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (error) {
    throw unusable(`--query is no JSON: ${wordsOf(error)}.`, `as in --query '{"metrics": ["revenue"]}'`);
  }
  return parseRequest(document);
}

interface Verdict {
  readonly principal: User;
  readonly parts: readonly AccessReport[];
  /** null: what is refused. */
  readonly explanation: Explanation | null;
  readonly refusal: Refusal | null;
}

/** @throws Refusal for a question that not even the operator could ask. */
function judge(
  catalog: Catalog,
  { dialect, hasHashKey }: { readonly dialect: Explanation["dialect"]; readonly hasHashKey: boolean },
  request: QueryRequest,
  principal: User,
): Verdict {
  try {
    const explanation = explainQuery(catalog, dialect, request, principal, { hasHashKey });
    const query = resolveRequest(visibleTo(catalog, principal), request);
    return { principal, parts: explainAccess(query, principal), explanation, refusal: null };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    const parts = explainAccess(resolveRequest(catalog, request), principal);
    return { principal, parts, explanation: null, refusal: thrown };
  }
}

function documentOf({ principal, parts, explanation, refusal }: Verdict): object {
  const { roles, claims } = principal;
  return {
    principal: { subject: principal.subject, roles, claims },
    decision: refusal ? "deny" : "allow",
    ...(refusal && { refusal: { code: refusal.code, message: refusal.message } }),
    parts,
    ...(explanation && {
      mayExplain: explanation.mayExplain,
      digest: explanation.authorization.digest,
      statement: explanation.statement,
    }),
  };
}

function textOf({ principal, parts, explanation, refusal }: Verdict): string {
  const claims = Object.entries(principal.claims).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const lines = [
    `Roles   ${principal.roles.join(", ") || "none"}`,
    `Claims  ${claims.join(", ") || "none"}`,
    `Answer  ${refusal ? `refused: ${refusal.code}: ${refusal.message}` : "allowed"}`,
    ...parts.flatMap(({ output, models }) => ["", output ?? "the values", ...models.flatMap(modelLines)]),
    ...(explanation ? ["", ...explanationLines(explanation)] : []),
  ];
  return `${lines.map(visible).join("\n")}\n`;
}

function modelLines({ model, policy, mandatory, missingClaims, minimumGroupSize, roles }: ModelReport) {
  if (policy === "none") return [`  ${model}: has no policy, so that only the operator reads it`];
  const width = Math.max(...roles.map(({ role }) => role.length));
  return [
    `  ${model}`,
    ...mandatory.map((condition) => `    mandatory: ${condition}`),
    ...(missingClaims.length > 0 ? [`    no role serves without ${claimsInWords(missingClaims)}`] : []),
    ...(minimumGroupSize === null ? [] : [`    groups of fewer rows than ${minimumGroupSize} are left out`]),
    ...roles.map((role) => `    ${role.serves ? "+" : "-"} ${role.role.padEnd(width)}  ${roleInWords(role)}`),
  ];
}

function roleInWords(report: RoleReport): string {
  const { serves, isHeld, missingClaims, hidden, needsClear, requiredFilters, rows, masks } = report;
  if (serves) {
    const masked = masks.map(({ dimension, mask }) => `${dimension} masked: ${mask}`);
    return ["serves", rows === null ? "all rows" : `rows where ${rows}`, ...masked].join("; ");
  }
  const reasons = [
    ...(missingClaims.length > 0 ? [`needs ${claimsInWords(missingClaims)}`] : []),
    ...(hidden.length > 0 ? [`does not allow ${hidden.map(fieldInWords).join(", ")}`] : []),
    ...(needsClear.length > 0 ? [`only shows masked ${needsClear.map(fieldInWords).join(", ")}`] : []),
    ...(requiredFilters.length > 0 ? [`needs a filter on ${requiredFilters.join(", ")}`] : []),
  ];
  if (isHeld) return reasons.join("; ") || "held";
  return ["not held", ...(reasons.length > 0 ? reasons : ["would serve"])].join("; ");
}

function claimsInWords(names: readonly string[]): string {
  return `${names.length === 1 ? "claim" : "claims"} ${names.join(", ")}`;
}

function fieldInWords({ field, through }: FieldReport): string {
  return through.length === 0 ? field : `${field} (through ${through.join(", ")})`;
}

function explanationLines({ mayExplain, authorization, statement, dialect }: Explanation): readonly string[] {
  const sign = dialect === "bigquery" ? "@p" : "$";
  const values = statement.values.map((value, i) => `${sign}${i + 1} = ${JSON.stringify(value)}`);
  return [
    `Digest       ${authorization.digest}`,
    `May see SQL  ${mayExplain ? "yes" : "no"}`,
    "",
    `SQL (${dialect})`,
    ...[...statement.text.trimEnd().split("\n"), ...values].map((line) => `  ${line}`),
  ];
}
