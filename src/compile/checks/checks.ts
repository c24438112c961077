import type { Check } from "../draft.ts";
import { checkAggregates } from "./aggregates.ts";
import { checkCache } from "./cache.ts";
import { checkCalendars } from "./calendars.ts";
import { checkColumns } from "./columns.ts";
import { checkCycles } from "./cycles.ts";
import { adviseDeclaredColumns } from "./declared-columns.ts";
import { adviseDeprecation } from "./deprecation.ts";
import { checkDerived } from "./derived.ts";
import { checkDimensions } from "./dimensions.ts";
import { adviseDocumentation } from "./documentation.ts";
import { checkExpressionTypes } from "./expression-types.ts";
import { checkFilters } from "./filters.ts";
import { checkFreshness } from "./freshness.ts";
import { checkGrains } from "./grains.ts";
import { checkInputs } from "./inputs.ts";
import { checkKeys } from "./keys.ts";
import { advisePeriodAggregation } from "./period-aggregation.ts";
import { advisePolicies, checkPolicies } from "./policies.ts";
import { checkReferences } from "./references.ts";
import { checkSavedQueries } from "./saved-queries.ts";
import { adviseSemiAdditive } from "./semi-additive.ts";
import { checkTests } from "./tests.ts";
import { checkTimes } from "./times.ts";
import { checkValidity } from "./validity.ts";

/** `check…` finds errors, `advise…` gives warnings and hints. They do not depend on each other. */
export const CHECKS: readonly Check[] = [
  checkKeys,
  checkColumns,
  checkExpressionTypes,
  checkDimensions,
  checkValidity,
  checkFreshness,
  checkCache,
  checkAggregates,
  checkTimes,
  checkReferences,
  checkDerived,
  checkCycles,
  checkInputs,
  checkGrains,
  checkFilters,
  checkSavedQueries,
  checkCalendars,
  checkTests,
  checkPolicies,
  adviseDocumentation,
  adviseDeprecation,
  adviseSemiAdditive,
  advisePeriodAggregation,
  adviseDeclaredColumns,
  advisePolicies,
];
