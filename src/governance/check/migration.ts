import { findVersion } from "../../catalog/index.ts";
import { canonicalJson } from "../../std/index.ts";
import type { Finding } from "../finding.ts";
import { changedBesides, isMigratable, migrationsIn } from "../migration.ts";
import type { LedgerFile } from "../tree.ts";
import { found, type Judgement, startOf, versioned } from "./judgement.ts";

/**
 * MIGRATION_MIXED, EVENT_INVALID: nobody signs that a fingerprint is migrated. That the definition means at the base what was
 * signed, and that nothing else changes with it, is all that stands behind it.
 */
export function checkMigrations({ head, base, before }: Judgement): readonly Finding[] {
  if (!base) return [];
  const migrations = migrationsIn(head).filter(({ file }) => !base.files.has(file.path));
  if (migrations.length === 0) return [];
  return [...mixed(), ...migrations.flatMap(unproven)];

  function mixed(): readonly Finding[] {
    const [first, ...others] = base ? changedBesides(base, head) : [];
    if (first === undefined) return [];
    const more = others.length === 0 ? "" : `, and so do ${others.length} other files`;
    const names = migrations.map(({ event }) => `${event.metric}@${event.version}`);
    const message = `Fingerprints are migrated, and ${first} changes with them${more}.`;
    const fix = "make two changes of it: that fingerprints are migrated, and the rest";
    return [found("MIGRATION_MIXED", first, message, { span: startOf(head, first), effects: names, fix })];
  }

  function unproven({ file, event }: LedgerFile): readonly Finding[] {
    const metric = base?.catalog ? findVersion(base.catalog.metrics, event.metric, event.version) : undefined;
    const today = base?.fingerprints.get(metric?.name ?? "");
    const { value, access, shape } = today?.parts ?? {};
    const status = before.get(metric?.name ?? "")?.status ?? "none";
    const isProven =
      today?.certified === event.fingerprint &&
      today.bySpec.includes(event.migrates ?? "") &&
      canonicalJson({ value, access, shape }) === canonicalJson(event.parts);
    if (isMigratable(status) && isProven) return [];
    const message = isMigratable(status)
      ? "It migrates fingerprints that are not those of the definition at the base."
      : `It migrates the fingerprint of what is ${status} at the base: only what is certified there is migrated.`;
    return [
      found("EVENT_INVALID", metric ? versioned(head, metric.name) : `${event.metric}@${event.version}`, message, {
        span: { file, start: 0, end: 0 },
        fix: "remove the event; assay certify --migrate-fingerprint makes those that can be proven",
      }),
    ];
  }
}
