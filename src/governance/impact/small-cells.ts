import type { Cell } from "../../warehouse/index.ts";
import { type Compared, WITHHELD } from "./compare.ts";
import type { Impact } from "./measure.ts";
import { quarterOf } from "./periods.ts";

/**
 * Groups that a policy finds too small are not in the answers. A difference may be too small too: where old and new
 * number differ by fewer rows than that, the two together would tell of those rows.
 *
 * @param moved How many rows more or fewer the new number is made of.
 */
export function withoutFew(compared: Compared, moved: number, minimum: number | null): Compared {
  return minimum !== null && moved > 0 && moved < minimum ? WITHHELD : compared;
}

/** How many rows are counted, of all inputs together. @param column What they are grouped by. */
export function countIn(row: ReadonlyMap<string, Cell> | null, column: string | null): number {
  return [...(row ?? [])].reduce((sum, [name, cell]) => (name === column ? sum : sum + Number(cell ?? 0)), 0);
}

/** What others would tell of a number that is withheld is withheld with it. */
export function withoutTellers({
  grains,
  movers,
}: Pick<Impact, "grains" | "movers">): Pick<Impact, "grains" | "movers"> {
  const months = grains.find(({ grain }) => grain === "month")?.rows ?? [];
  const told = new Set(
    months.flatMap(({ group, isWithheld }) => (isWithheld && group !== null ? [quarterOf(group)] : [])),
  );
  const withheld = grains.map(({ grain, rows }) => ({
    grain,
    rows: rows.map((row) => (grain === "quarter" && told.has(row.group ?? "") ? { ...row, ...WITHHELD } : row)),
  }));
  const isAny = withheld.some(({ rows }) => rows.some(({ isWithheld }) => isWithheld));
  return { grains: withheld, movers: isAny ? null : movers };
}
