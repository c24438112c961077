/** The day so long before a moment, UTC. @param duration A Duration of one unit: `P1Y`, `P3M`, `P2W`, `P10D`. */
export function daysAgo(duration: string, now: Date): string {
  const [, digits = "0", unit = "D"] = /^P(\d+)([YMWD])$/.exec(duration) ?? [];
  const count = Number(digits);
  const at = new Date(now);
  if (unit === "Y") at.setUTCFullYear(at.getUTCFullYear() - count);
  else if (unit === "M") at.setUTCMonth(at.getUTCMonth() - count);
  else at.setUTCDate(at.getUTCDate() - count * (unit === "W" ? 7 : 1));
  // Before all that is known, and before what a Date can say.
  return Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1970 ? "1970-01-01" : at.toISOString().slice(0, 10);
}
