import type { CertificationStatus } from "../catalog/index.ts";
import { compareText } from "../std/index.ts";
import type { GovernedTree, LedgerFile } from "./tree.ts";

/** Only what stands is bound to a newer specification of fingerprints. */
export function isMigratable(status: CertificationStatus): boolean {
  return status === "certified";
}

export function migrationsIn({ events }: GovernedTree): readonly LedgerFile[] {
  return [...events.values()].flat().filter(({ event }) => event.type === "migrate");
}

/**
 * Paths of what differs between two trees but may not where fingerprints are migrated: all except for the events that do
 * so and the lock, whose digests are taken by the newest specification.
 */
export function changedBesides(base: GovernedTree, head: GovernedTree): readonly string[] {
  const may = new Set(["metrics.lock"]);
  for (const { file } of migrationsIn(head)) if (!base.files.has(file.path)) may.add(file.path);
  const paths = [...new Set([...base.files.keys(), ...head.files.keys()])].filter((path) => !may.has(path));
  return paths.filter((path) => base.files.get(path)?.text !== head.files.get(path)?.text).toSorted(compareText);
}
