/**
 * A day or an instant as ISO 8601 text, moved by so many seconds, or days; in the form that it was written in.
 *
 * @returns null: it is neither
 */
export function movedBy(text: string, by: number, isDay: boolean): string | null {
  const [, day, time, fraction = "", zone = ""] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text) ?? [];
  if (day === undefined) return null;
  const at = new Date(`${day}T${time ?? "00:00:00"}Z`);
  if (Number.isNaN(at.getTime())) return null;
  at.setTime(at.getTime() + by * (isDay ? 86_400_000 : 1_000));
  const written = at.toISOString();
  return isDay ? written.slice(0, 10) : `${written.slice(0, 19)}${fraction}${zone}`;
}
