import { z } from "zod";

/** A time with its unit, such as `30 s`: milliseconds. Both bounds are written the same way. */
export function duration(least: string, most: string) {
  return quantity(TIMES, "30 s", least, most);
}

/** A size with its unit, such as `10 GB`: bytes. */
export function size(least: string, most: string) {
  return quantity(SIZES, "10 GB", least, most);
}

type Units = ReadonlyMap<string, number>;

const TIMES: Units = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["min", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** KB counts in thousands, KiB in 1024s. */
const SIZES: Units = new Map([
  ["B", 1],
  ["KB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["TB", 1e12],
  ["KiB", 1024],
  ["MiB", 1024 ** 2],
  ["GiB", 1024 ** 3],
  ["TiB", 1024 ** 4],
]);

function quantity(units: Units, example: string, least: string, most: string) {
  const error = `written with its unit (${[...units.keys()].join(", ")}), such as "${example}", from ${least} to ${most}`;
  const pattern = new RegExp(`^\\d+(\\.\\d+)? ?(${[...units.keys()].join("|")})$`);
  const [from, to] = [amount(least, units), amount(most, units)];
  return z
    .string({ error })
    .regex(pattern, { error })
    .transform((text, context) => {
      const value = amount(text, units);
      if (value >= from && value <= to) return value;
      context.addIssue({ code: "custom", message: error });
      return z.NEVER;
    });
}

/** In the smallest unit, whole; NaN for what is no quantity. */
function amount(text: string, units: Units): number {
  const [, digits = "", unit = ""] = /^([\d.]+) ?([A-Za-z]+)$/.exec(text) ?? [];
  return Math.round(Number(digits) * (units.get(unit) ?? Number.NaN));
}
