/** Days are `YYYY-MM-DD` in UTC; each begins at its midnight. */
const DAY_MS = 86_400_000;

/** Whether it is a day of the calendar, written `YYYY-MM-DD`, from 1970 on. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < "1970") return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(at) && dayOf(at) === text;
}

/** @param at Milliseconds since 1970. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Milliseconds since 1970 of its first instant. */
export function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

export function addDays(day: string, days: number): string {
  return dayOf(startOf(day) + days * DAY_MS);
}

/** The first instant after it. */
export function endOf(day: string): number {
  return startOf(day) + DAY_MS;
}
