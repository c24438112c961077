import type { Catalog } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { nearest } from "../std/index.ts";
import { itemNamed } from "./item.ts";
import type { MetricReference, OrderBy } from "./request.ts";
import type { Field, GroupBy, Item, Order } from "./resolved.ts";

/** Order by an output's name; a time may be named without the grain it was asked with. */
export function ordersOf(
  catalog: Catalog,
  orders: readonly OrderBy[],
  groupBy: readonly GroupBy[],
  metrics: readonly string[],
): readonly Order[] {
  return orders.map((order, i) => {
    const name = order.name;
    const column =
      [...groupBy.map((group) => group.output), ...metrics].find((output) => output === name) ??
      groupBy.find((group) => group.key === name)?.output ??
      onlyTime(itemNamed(catalog, name), groupBy);
    if (column) return { column, direction: order.direction ?? "asc" };
    const outputs = [...groupBy.map((group) => group.output), ...metrics];
    throw new Refusal(
      "ORDER_NOT_QUERIED",
      `The answer has no column "${name}" to order by. Its columns: ${outputs.join(", ")}.`,
      {
        suggestions: nearest(name, outputs),
        path: ["orderBy", String(i), "name"],
      },
    );
  });
}

/** Columns take no `@`: whoever orders by `revenue@1` means the column of that metric. */
export function asColumns(
  orders: readonly OrderBy[],
  references: readonly MetricReference[],
  names: readonly string[],
): readonly OrderBy[] {
  return orders.map((order) => {
    const i = references.findIndex(({ name, as }) => as === undefined && name === order.name);
    return { ...order, name: names[i] ?? order.name };
  });
}

function onlyTime(item: Item, groupBy: readonly GroupBy[]): string | null {
  if (item.grain || item.part) return null;
  const [group, second] = groupBy.filter(
    ({ item: other }) =>
      other.element === item.element && other.links.join() === item.links.join() && (other.grain || other.part),
  );
  return group && !second ? group.output : null;
}

export function refuseDuplicates(groupBy: readonly GroupBy[], metrics: readonly string[]): void {
  const seen = new Set<string>();
  const outputs = [
    ...groupBy.map(({ output }, i) => ({ output, path: ["groupBy", String(i)] })),
    ...metrics.map((output, i) => ({ output, path: ["metrics", String(i)] })),
  ];
  for (const { output, path } of outputs) {
    // Engines compare column names without case.
    const name = output.toLowerCase();
    if (seen.has(name)) {
      throw new Refusal(
        "DUPLICATE_OUTPUT",
        `Two columns of the answer would be called "${output}"; give one of them another name with "as", or leave it out.`,
        { path },
      );
    }
    seen.add(name);
  }
}

/** `Region`, `Signed up at, month`. */
export function labelOf(field: Field): string {
  const own = field.isMetricTime ? "Time" : ownLabel(field);
  const cut = field.cut;
  if (!cut) return own;
  return `${own}, ${cut.kind === "part" ? cut.part : cut.kind === "custom" ? cut.name : cut.grain}`;
}

function ownLabel({ key, value }: Field): string {
  if (value.kind !== "element") return key;
  return value.element.kind === "dimension" ? value.element.dimension.label : value.element.entity.label;
}

export function didYouMean(suggestions: readonly string[]): string {
  return suggestions.length > 0 ? ` Did you mean ${suggestions.map((name) => `"${name}"`).join(" or ")}?` : "";
}
