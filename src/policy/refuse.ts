import { Refusal } from "../diagnostics/index.ts";
import type { Output } from "../request/index.ts";
import { allows, type GrantedRole } from "./roles.ts";
import type { Use } from "./uses.ts";

/**
 * Why no role serves. Every name that is told has been found visible before; what is masked may be said to be, because
 * its mask is seen anyway.
 */
export function refuseUnserved(roles: readonly GrantedRole[], uses: readonly Use[], output: Output | null): Refusal {
  const masked = uses.find((use) => roles.some(({ policy }) => allows(policy, use) === "needs-clear"));
  const name = masked?.via.at(0) ?? masked?.names[0];
  const isOnlyMasked = roles.some(({ policy }) => uses.every((use) => allows(policy, use) !== "no"));
  if (isOnlyMasked && name !== undefined) {
    return new Refusal(
      "MASKED_FIELD",
      `"${name}" rests on values that are masked for you: masked values can be shown and grouped by, not filtered, ordered, joined or computed with.`,
    );
  }
  const what = output ? `Metric "${output.metric.name}" with these groups and conditions` : "This list of values";
  return new Refusal(
    "NOT_ALLOWED_TOGETHER",
    `${what} is more than any one of your roles may see. Ask for fewer of them at once.`,
  );
}

/** The roles that would serve need the question to be narrower. */
export function refuseNarrow(roles: readonly GrantedRole[], isNarrowed: (name: string) => boolean): Refusal {
  const [first] = roles.map(({ policy }) => policy.requiredFilters.filter((name) => !isNarrowed(name)));
  const names = (first ?? []).map((name) => `"${name}"`).join(" and ");
  return new Refusal("FILTER_REQUIRED", `Say which ${names} you mean: your role must narrow it in every question.`);
}
