import type { Catalog } from "../catalog/index.ts";
import type { Authenticator } from "../identity/index.ts";
import { plural } from "./plural.ts";
import type { Terminal } from "./terminal.ts";

/** The address, for programs. */
export function announcement(url: string, { metrics, models }: Catalog): string {
  return `${JSON.stringify({ url, graphql: `${url}/graphql`, metrics: metrics.size, models: models.size })}\n`;
}

/** Who may come in, in one line. */
export function accessOf(authenticator: Authenticator | null, identity: Authenticator | null): string {
  if (identity) return "identity is configured: every request needs a token, and policies decide what it sees";
  return authenticator
    ? "no identity is configured: everyone on this machine is the operator and sees every row; a token of assay token acts as whom it names"
    : "no identity is configured, and others may connect: everyone is the operator and sees every row; tokens are refused";
}

interface Welcome {
  readonly url: string;
  readonly catalog: Catalog;
  readonly from: string;
  readonly access: string;
  /** The folder of the log; null: there is none. */
  readonly audit: string | null;
  /** Whom a token of this folder can name; null where none counts, or policies name nobody. */
  readonly principals: string | null;
  readonly needsToken: boolean;
  /** Whether a document may be sent that the server does not have. */
  readonly hasOwnQuestions: boolean;
}

/** What people are told once it serves. */
export function welcome({
  url,
  catalog,
  from,
  access,
  audit,
  principals,
  needsToken,
  hasOwnQuestions,
}: Welcome): string {
  const ways = `
  GraphiQL   ${url}/graphql
  Try        ${curl(url, catalog, needsToken)}`;
  return `Assay serves ${plural(catalog.metrics.size, "metric")} of ${plural(catalog.models.size, "model")} from ${from}.${hasOwnQuestions ? ways : ""}
  Access     ${access}
  Audit log  ${audit === null ? "none: no question is recorded" : `${audit} (assay audit show)`}
${principals === null ? "" : `  Principals ${principals}\n`}`;
}

/** How the program is called where the server was started. */
export function programOf({ env }: Terminal): string {
  return env["npm_lifecycle_event"] === "start" ? "npm run --silent assay --" : "assay";
}

/** One question that can be pasted into a shell: NRR by month, or any metric where there is no NRR. */
function curl(url: string, { metrics }: Catalog, needsToken: boolean): string {
  const isNrr = metrics.has("nrr");
  const name = isNrr ? "nrr" : metrics.values().find((metric) => !metric.isPrivate)?.name;
  const groupBy = isNrr ? ', groupBy: [{name: "metric_time", grain: MONTH}]' : "";
  const query = name
    ? `{ query(input: {metrics: ["${name}"]${groupBy}}) { columns { name } rows } }`
    : "{ __typename }";
  const token = needsToken ? ' -H "authorization: Bearer $TOKEN"' : "";
  return `curl -s ${url}/graphql -H 'content-type: application/json'${token} -d '${JSON.stringify({ query })}'`;
}
