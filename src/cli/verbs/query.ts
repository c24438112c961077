import type { Catalog } from "../../catalog/index.ts";
import { type Answer, createEngine } from "../../engine/index.ts";
import { toCsv } from "../../export/index.ts";
import type { QueryRequest } from "../../request/index.ts";
import { choice } from "../arguments.ts";
import { openChosenAudit } from "../audit.ts";
import { openChosenWarehouse, WAREHOUSE_FLAG } from "../data.ts";
import { loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT } from "../failure.ts";
import { answerLines } from "../lines.ts";
import { toTable } from "../output/table.ts";
import { plural } from "../plural.ts";
import { chosenHashKey } from "../policy.ts";
import { principalFrom } from "../principal.ts";
import { QUESTION_FLAGS, type QuestionFlag, questionFrom } from "../question.ts";
import { settingsFor } from "../settings.ts";
import type { Verb } from "../verb.ts";

export const query: Verb<QuestionFlag | SettingsFlag | "warehouse" | "format"> = {
  name: "query",
  summary: "Runs metric queries: one from flags, or many from a file of JSON lines.",
  operands: "[METRIC…]",
  flags: {
    ...QUESTION_FLAGS,
    ...METRICS_FLAG,
    ...WAREHOUSE_FLAG,
    format: { value: "FORMAT", about: "table (default), json or csv; with --input always JSON lines" },
  },
  examples: [
    "assay query revenue --by metric_time:month",
    "assay query nrr --by metric_time:month --by customer__segment --from 2026-01-01 --to 2026-03-31",
    "assay query revenue orders --by customer__region --where \"customer__segment = 'enterprise'\" --order -revenue --limit 5",
    "assay query --by customer__region",
    'echo \'{"id":"q1","metrics":["revenue"],"groupBy":[{"name":"metric_time","grain":"year"}]}\' | assay query --input -',
  ],
  async run(args, terminal) {
    const question = questionFrom(args);
    const format = choice(args, "format", question.kind === "one" ? ["table", "json", "csv"] : ["json"]);
    const catalog = loadSoundDefinitions(args, terminal);
    const { limits } = settingsFor(args, terminal);
    const hashKey = chosenHashKey(args, terminal);
    const principal = principalFrom(args, catalog);
    const warehouse = await openChosenWarehouse(args, terminal);
    const audit = await openChosenAudit(args, terminal, { isDefault: false, warehouse });
    const engine = createEngine({
      catalog,
      warehouse,
      limits,
      ...(hashKey !== null && { hashKey }),
      ...(audit && { audit }),
    });
    try {
      if (question.kind === "lines") {
        const answer = async (request: QueryRequest) =>
          document(await engine.query(request, principal, { consumer: "cli" }));
        return await answerLines(question.from, terminal, answer);
      }
      const answer = await engine.query(question.request, principal, { consumer: "cli" });
      await terminal.print(render(answer, format, catalog));
      for (const warning of answer.provenance.warnings) terminal.say(`warning: ${warning}`);
      terminal.say(summary(answer));
      return EXIT.fine;
    } finally {
      await engine.close();
      await audit?.close();
    }
  },
};

function render(answer: Answer, format: "table" | "json" | "csv", catalog: Catalog): string {
  switch (format) {
    case "table":
      return toTable(answer, catalog.metrics);
    case "json":
      return `${JSON.stringify(document(answer))}\n`;
    case "csv":
      return toCsv(answer);
  }
}

/** The answer as the contract writes it. */
function document({ columns, rows }: Answer): object {
  return { columns: columns.map(({ name, type }) => ({ name, type })), rows };
}

function summary({ rows, hasNextPage, provenance }: Answer): string {
  const more = hasNextPage ? ", and more follow: raise --limit, or go on with --offset" : "";
  const { planMs, warehouseMs } = provenance;
  return `${plural(rows.length, "row")} in ${Math.round(planMs + warehouseMs)} ms${more}`;
}
