import type { MetricUse, Provenance } from "../engine/index.ts";
import type { Builder } from "./builder.ts";
import type { CertStatusType } from "./catalogue.ts";

export type ProvenanceType = ReturnType<typeof provenanceType>;

/** How an answer came to be. What it read and its SQL need the explain permission, which the operator has. */
export function provenanceType(builder: Builder, CertStatus: CertStatusType) {
  const MetricUseType = builder.objectRef<MetricUse>("MetricUse").implement({
    description: "A metric that an answer rests on.",
    fields: (t) => ({
      name: t.exposeString("name"),
      version: t.exposeInt("version"),
      fingerprint: t.exposeString("fingerprint", {
        description: "Of what the metric and its inputs say: equal definitions, equal fingerprint.",
      }),
      certification: t.field({
        type: CertStatus,
        description: "The worst among the metric and its inputs.",
        resolve: ({ certification }) => certification,
      }),
    }),
  });
  return builder.objectRef<Provenance>("Provenance").implement({
    description: "How an answer came to be.",
    fields: (t) => ({
      queryId: t.id({ resolve: ({ queryId }) => queryId }),
      catalogVersion: t.exposeString("catalogVersion"),
      metrics: t.field({
        type: [MetricUseType],
        description: "Every metric used, inputs included.",
        resolve: ({ uses }) => uses,
      }),
      warnings: t.exposeStringList("warnings"),
      cache: t.string({
        description:
          "How the answer was come by: `miss` (the warehouse was asked), `coalesced` (together with an equal question), `hit` (kept), or `stale` (kept for longer than it should be: see warnings).",
        resolve: ({ cache }) => cache,
      }),
      appliedPolicies: t.exposeStringList("appliedPolicies", {
        description: "The roles by which the answer may be seen, as model:role; empty for the operator.",
      }),
      servedBy: t.string({
        nullable: true,
        description: "The host, project or file that answered, without credentials; for who may see the SQL.",
        resolve: ({ servedBy, mayExplain }) => (mayExplain ? servedBy : null),
      }),
      dataAsOf: t.field({
        type: "Timestamp",
        description:
          "How current the data is: when the statement began, or as far as the replica that answered had come.",
        resolve: ({ dataAsOf }) => dataAsOf,
      }),
      bytesProcessed: t.field({
        type: "BigInt",
        nullable: true,
        description: "Bytes that the warehouse read; null where it does not count them.",
        resolve: ({ bytesProcessed, mayExplain }) => (mayExplain ? bytesProcessed : null),
      }),
      bytesBilled: t.field({
        type: "BigInt",
        nullable: true,
        description: "Bytes that the warehouse charges for; null where it charges nothing by bytes.",
        resolve: ({ bytesBilled, mayExplain }) => (mayExplain ? bytesBilled : null),
      }),
      sql: t.string({
        nullable: true,
        description: "The statement that ran, values left as placeholders.",
        resolve: ({ statement, mayExplain }) => (mayExplain ? statement.text : null),
      }),
    }),
  });
}
