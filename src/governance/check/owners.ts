import type { Finding } from "../finding.ts";
import { found, type Judgement, placeOfMetric, versioned } from "./judgement.ts";

/** OWNER_UNKNOWN: nobody could sign for it. */
export function checkOwners({ head, rules }: Judgement): readonly Finding[] {
  if (!head.catalog || !rules) return [];
  const { metrics } = head.catalog;
  const unknown = new Map<string, string[]>();
  for (const { name, owner } of metrics.values()) {
    for (const team of new Set(owner ? [owner.business, owner.technical] : [])) {
      if ((rules.teams.get(team) ?? []).length === 0) unknown.set(team, [...(unknown.get(team) ?? []), name]);
    }
  }
  return [...unknown].map(([team, [first = "", ...others]]) =>
    found("OWNER_UNKNOWN", versioned(head, first), `The team "${team}" has no member that the policy knows.`, {
      span: placeOfMetric(head, first),
      cause: `team ${team}`,
      effects: others.map((name) => versioned(head, name)).sort(),
      fix: `add ${team} to teams in governance/policy.yaml, which the council has to approve`,
    }),
  );
}
