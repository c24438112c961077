import type { Catalog } from "../../catalog/index.ts";
import { compareText } from "../../std/index.ts";
import type { Rules } from "../rules.ts";

/** The app of GitHub that runs workflows: a check of this name from anywhere else does not count. */
const GITHUB_ACTIONS = 15_368;

/** Of the job in `.github/workflows/metrics.yml`. */
const CHECK = "metrics";

/**
 * A branch ruleset to import at GitHub (Settings, Rules, Rulesets). CODEOWNERS is satisfied by any one owner; here a
 * review of each team is demanded for what it owns.
 *
 * @param teamIds Numbers of teams at GitHub, by name: `gh api orgs/ORG/teams`. Teams without one are left out.
 */
export function ruleset(rules: Rules, catalog: Catalog, teamIds: ReadonlyMap<string, number>): string {
  const files = new Map<string, Set<string>>();
  for (const { owner, span } of [...catalog.metrics.values(), ...catalog.models.values()]) {
    for (const team of new Set(owner ? [owner.business, owner.technical] : [])) {
      if (span) files.set(team, (files.get(team) ?? new Set()).add(span.file.path));
    }
  }
  const reviewers = [...files]
    .filter(([team]) => teamIds.has(team))
    .sort(([a], [b]) => compareText(a, b))
    .map(([team, paths]) => ({
      file_patterns: [...paths].sort(compareText),
      minimum_approvals: 1,
      reviewer: { id: teamIds.get(team), type: "Team" },
    }));
  const document = {
    name: "metrics",
    target: "branch",
    enforcement: "active",
    conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    bypass_actors: [],
    rules: [
      { type: "deletion" },
      { type: "non_fast_forward" },
      {
        type: "pull_request",
        parameters: {
          required_approving_review_count: Math.min(rules.council.quorum, 6),
          // Signatures first, the review last: a commit takes the review back.
          dismiss_stale_reviews_on_push: true,
          require_code_owner_review: true,
          require_last_push_approval: true,
          required_review_thread_resolution: false,
          allowed_merge_methods: ["squash", "merge", "rebase"],
          required_reviewers: reviewers,
        },
      },
      {
        type: "required_status_checks",
        parameters: {
          strict_required_status_checks_policy: true,
          do_not_enforce_on_create: false,
          required_status_checks: [{ context: CHECK, integration_id: GITHUB_ACTIONS }],
        },
      },
      {
        type: "merge_queue",
        parameters: {
          check_response_timeout_minutes: 60,
          grouping_strategy: "ALLGREEN",
          max_entries_to_build: 5,
          max_entries_to_merge: 5,
          merge_method: "SQUASH",
          min_entries_to_merge: 1,
          min_entries_to_merge_wait_minutes: 5,
        },
      },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
