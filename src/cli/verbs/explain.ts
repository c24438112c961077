import { Refusal } from "../../diagnostics/index.ts";
import { type Explanation, explainQuery } from "../../engine/index.ts";
import type { QueryRequest } from "../../request/index.ts";
import { choice } from "../arguments.ts";
import { dialectOf, WAREHOUSE_FLAG, warehouseUrl } from "../data.ts";
import { loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT } from "../failure.ts";
import { answerLines } from "../lines.ts";
import { principalFrom } from "../principal.ts";
import { QUESTION_FLAGS, type QuestionFlag, questionFrom } from "../question.ts";
import { settingsFor } from "../settings.ts";
import type { Verb } from "../verb.ts";

export const explain: Verb<QuestionFlag | SettingsFlag | "warehouse" | "format"> = {
  name: "explain",
  summary: "Shows the plan of a query, what each rule changed in it, and the SQL, without running it.",
  operands: "[METRIC…]",
  flags: {
    ...QUESTION_FLAGS,
    ...METRICS_FLAG,
    ...WAREHOUSE_FLAG,
    format: {
      value: "FORMAT",
      about: "text (default), mermaid (a drawing of the plan) or json; with --input always JSON lines",
    },
  },
  examples: [
    "assay explain revenue --by metric_time:month",
    "assay explain revenue orders --by customer__region --warehouse duckdb:shop.duckdb",
    "assay explain revenue --by customer__region --format mermaid > plan.mmd",
    "assay explain nrr --by metric_time:quarter --format json | jq -r .statement.text",
  ],
  async run(args, terminal) {
    const question = questionFrom(args);
    const format = choice(args, "format", question.kind === "one" ? ["text", "mermaid", "json"] : ["json"]);
    const dialect = dialectOf(warehouseUrl(args, terminal));
    const catalog = loadSoundDefinitions(args, terminal);
    const principal = principalFrom(args, catalog);
    const hasHashKey = settingsFor(args, terminal).policy.hash_key !== undefined;
    const answer = (request: QueryRequest) =>
      explained(explainQuery(catalog, dialect, request, principal, { hasHashKey }));
    if (question.kind === "lines") return answerLines(question.from, terminal, async (request) => answer(request));
    const explanation = answer(question.request);
    await terminal.print(inFormat(explanation, format));
    return EXIT.fine;
  },
};

/** Who acts as somebody sees no more than they do; `assay access explain` is for the operator. */
function explained(explanation: Explanation): Explanation {
  if (explanation.mayExplain) return explanation;
  throw new Refusal("EXPLAIN_NOT_ALLOWED", "None of these roles may see the SQL of this question.");
}

function inFormat(explanation: Explanation, format: "text" | "mermaid" | "json"): string {
  switch (format) {
    case "text":
      return describe(explanation);
    case "mermaid":
      return `${explanation.diagram}\n`;
    case "json":
      return `${JSON.stringify(explanation)}\n`;
  }
}

function describe({ steps, statement, dialect }: Explanation): string {
  const plans = steps.map(({ rule, plan }) => section(rule === null ? "Plan" : `Plan after ${rule}`, plan));
  const sign = dialect === "bigquery" ? "@p" : "$";
  const values = statement.values.map((value, i) => `${sign}${i + 1} = ${JSON.stringify(value)}`);
  return [
    ...plans,
    section(`SQL (${dialect})`, statement.text),
    ...(values.length === 0 ? [] : [section("Values", values.join("\n"))]),
  ].join("\n");
}

function section(title: string, body: string): string {
  return `${title}\n${body.trimEnd().replace(/^(?=.)/gm, "  ")}\n`;
}
