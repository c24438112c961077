import { duration, mapping, mappingTo, type ShapeOf, size, wholeNumber } from "../../definition/index.ts";

const QUOTA = {
  requests_per_minute: wholeNumber("a whole number from 1", 1)
    .optional()
    .meta({ description: "Requests over HTTP in a minute; one more is refused whole.", examples: [600] }),
  concurrent_questions: wholeNumber("a whole number from 1", 1)
    .optional()
    .meta({ description: "Questions that are answered at once.", examples: [8] }),
  rows_per_hour: wholeNumber("a whole number from 1", 1)
    .optional()
    .meta({ description: "Rows of answers in an hour.", examples: [1_000_000] }),
  bytes_per_hour: size("1 KB", "1000 TB")
    .optional()
    .meta({ description: "Bytes that the warehouse reads in an hour, where it counts them.", examples: ["100 GB"] }),
  warehouse_time_per_hour: duration("1 s", "30 d")
    .optional()
    .meta({ description: "Time that statements take in an hour, all together.", examples: ["10 min"] }),
};

export const QUOTAS = mapping("a mapping", {
  ...QUOTA,
  roles: mappingTo("a mapping from role to quotas", mapping("a mapping", QUOTA))
    .optional()
    .meta({
      description: "Other quotas for who has a role; of several roles the most generous counts.",
      examples: [{ service: { requests_per_minute: 6000 } }],
    }),
}).meta({ description: "What each principal may use; without one there is none." });

/** What one principal may use; what is missing is without a bound. */
export interface Quota {
  readonly requestsPerMinute?: number;
  readonly concurrentQuestions?: number;
  readonly rowsPerHour?: number;
  readonly bytesPerHour?: number;
  readonly warehouseMsPerHour?: number;
}

export interface QuotaSettings {
  readonly everybody: Quota;
  /** Where a role says nothing of a quota, that of everybody holds. */
  readonly byRole: ReadonlyMap<string, Quota>;
}

export function quotasFrom({ roles = {}, ...everybody }: ShapeOf<typeof QUOTAS> = {}): QuotaSettings {
  return {
    everybody: quotaFrom(everybody),
    byRole: new Map(Object.entries(roles).map(([role, quota]) => [role, quotaFrom(quota)])),
  };
}

function quotaFrom(shape: Omit<ShapeOf<typeof QUOTAS>, "roles">): Quota {
  const { requests_per_minute: requestsPerMinute, concurrent_questions: concurrentQuestions } = shape;
  const { rows_per_hour: rowsPerHour, bytes_per_hour: bytesPerHour } = shape;
  const { warehouse_time_per_hour: warehouseMsPerHour } = shape;
  return {
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(concurrentQuestions !== undefined && { concurrentQuestions }),
    ...(rowsPerHour !== undefined && { rowsPerHour }),
    ...(bytesPerHour !== undefined && { bytesPerHour }),
    ...(warehouseMsPerHour !== undefined && { warehouseMsPerHour }),
  };
}
