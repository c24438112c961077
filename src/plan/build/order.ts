import type { GroupBy, Order } from "../../request/index.ts";
import type { Sort } from "../node.ts";

/** Group-bys end every order, so that equal questions give equal pages and pages do not overlap. */
export function completeOrder(asked: readonly Order[], groups: readonly Pick<GroupBy, "output">[]): readonly Sort[] {
  const ties = groups.filter(({ output }) => !asked.some((order) => order.column === output));
  return [...asked, ...ties.map(({ output }): Sort => ({ column: output, direction: "asc" }))];
}
