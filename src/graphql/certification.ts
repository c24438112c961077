import { type Catalog, type CertificationEvent, certificationOf, type Metric } from "../catalog/index.ts";
import type { Builder, SharedTypes } from "./builder.ts";
import type { CertStatusType } from "./catalogue.ts";

/** What signed events say of a metric, computed when the definitions were loaded and never read from a file. */
export function certificationType(
  builder: Builder,
  { CertStatus }: SharedTypes & { readonly CertStatus: CertStatusType },
  catalog: Catalog,
) {
  const of = ({ name }: Metric) => catalog.certifications.get(name);
  const Approval = builder.objectRef<CertificationEvent["approvals"][number]>("CertificationApproval").implement({
    description: "An approval that was verified.",
    fields: (t) => ({
      by: t.exposeString("by"),
      as: t.exposeStringList("as", { description: "The teams it speaks for, and `council`." }),
    }),
  });
  const Event = builder.objectRef<CertificationEvent>("CertificationEvent").implement({
    description: "A signed event of a metric's certification.",
    fields: (t) => ({
      seq: t.exposeInt("seq", { description: "From 1, without gaps." }),
      type: t.exposeString("type", {
        description: "`certify`, `suspend`, `revoke`, `deprecate`, `retire` or `migrate`.",
      }),
      issued: t.field({ type: "Date", resolve: ({ issued }) => issued }),
      expires: t.field({ type: "Date", nullable: true, resolve: ({ expires }) => expires }),
      sunset: t.field({
        type: "Date",
        nullable: true,
        description: "Of `deprecate`: the day on which the metric ends.",
        resolve: ({ sunset }) => sunset,
      }),
      replacedBy: t.exposeString("replacedBy", {
        nullable: true,
        description: "Of `deprecate`: the metric to ask for instead.",
      }),
      reason: t.exposeString("reason"),
      approvals: t.field({ type: [Approval], resolve: ({ approvals }) => approvals }),
      problem: t.exposeString("problem", {
        nullable: true,
        description: "Why it does not count; null: it does.",
      }),
    }),
  });
  return builder.objectRef<Metric>("Certification").implement({
    description: "Whether the metric is certified, as signed events say, and what its author claims.",
    fields: (t) => ({
      status: t.field({
        type: CertStatus,
        description: "The worst among the metric and its inputs. NONE as long as nothing has been signed.",
        resolve: (metric) => certificationOf(catalog, metric),
      }),
      ownStatus: t.field({
        type: CertStatus,
        description: "Of the metric by itself, whatever its inputs are.",
        resolve: (metric) => of(metric)?.status ?? "none",
      }),
      reason: t.string({
        nullable: true,
        description: "Why `ownStatus` is what it is, in a sentence.",
        resolve: (metric) => of(metric)?.reason ?? null,
      }),
      tier: t.string({ nullable: true, resolve: ({ tier }) => tier }),
      approvalMode: t.string({
        nullable: true,
        description: "`sshsig`: approvals are signatures. `unsigned`: bare names, for demonstrations only.",
        resolve: (metric) => of(metric)?.approvalMode ?? null,
      }),
      certifiedAt: t.field({
        type: "Timestamp",
        nullable: true,
        description: "null as long as nothing has been signed.",
        resolve: (metric) => startOf(of(metric)?.certifiedAt),
      }),
      expiresAt: t.field({
        type: "Timestamp",
        nullable: true,
        description: "null as long as nothing has been signed.",
        resolve: (metric) => startOf(of(metric)?.expiresAt),
      }),
      fingerprint: t.string({
        nullable: true,
        description: "Of today's definition, `fp/1:sha256:…`; null where nothing governs it.",
        resolve: (metric) => of(metric)?.fingerprint ?? null,
      }),
      event: t.field({
        type: Event,
        nullable: true,
        description: "The last event that counts.",
        resolve: (metric) => of(metric)?.history.findLast(({ problem }) => problem === null) ?? null,
      }),
      history: t.field({
        type: [Event],
        description: "Every event, the oldest first.",
        resolve: (metric) => of(metric)?.history ?? [],
      }),
      claim: t.field({
        type: CertStatus,
        description: "What the definition claims; a claim proves nothing.",
        resolve: ({ certificationClaim }) => certificationClaim,
      }),
    }),
  });
}

/** The first moment of a day. */
function startOf(day: string | null | undefined): string | null {
  return day ? `${day}T00:00:00Z` : null;
}
