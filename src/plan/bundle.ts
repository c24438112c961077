import type { Expr, ScalarType } from "../expression/index.ts";
import { mapRefs, print, ref } from "../expression/index.ts";
import { canonicalJson } from "../std/index.ts";
import type { Bundle, PlanNode, Result } from "./node.ts";
import { columnsOf } from "./node.ts";

/** The column of a bundle that says which part a row is of, counted from 0. It is the first; slots follow. */
export const PART = "part";

/** A cell of several parts: they may share one only where it is of one type in the warehouse, whatever that is. */
export interface Slot {
  readonly name: string;
  readonly type: ScalarType;
  /** A part that has it, and by which column. */
  readonly part: number;
  readonly column: string;
}

export interface Slots {
  readonly slots: readonly Slot[];
  /** Of each part: the slot of each of its columns, counted from 0. */
  readonly ofPart: readonly (readonly number[])[];
}

/** Several answers as one statement: the rows of each, in its order, one part after the other. */
export function bundlePlans(plans: readonly PlanNode[]): PlanNode {
  const parts = plans.map((plan): Result => {
    if (plan.kind === "result") return plan;
    throw new Error(`Only answers can be bundled, not a step of kind ${plan.kind}.`);
  });
  return { kind: "bundle", parts, slots: shareSlots(parts) } satisfies Bundle;
}

/** Where the cells of each part stand in the rows of the bundle, whatever rules have made of the parts since. */
export function slotsOf({ slots }: Bundle): Slots {
  return slots;
}

function shareSlots(parts: readonly Result[]): Slots {
  const slots: Slot[] = [];
  const known = new Map<string, number>();
  const ofPart = parts.map((part, i) => {
    const used = new Set<number>();
    return columnsOf(part).map(({ name, type }) => {
      const origin = originOf(part, name);
      for (let twin = 0; ; twin++) {
        const id = `${origin} ${type} ${twin}`;
        const slot = known.get(id) ?? slots.push({ name: `slot_${slots.length + 1}`, type, part: i, column: name }) - 1;
        known.set(id, slot);
        if (used.has(slot)) continue;
        used.add(slot);
        return slot;
      }
    });
  });
  return { slots, ofPart };
}

/** How a column is computed from sources, whatever it is grouped by: columns of one origin are of one type everywhere. */
function originOf(node: PlanNode, name: string): string {
  const of = (input: PlanNode, expr: Expr<string>): string =>
    print(
      mapRefs(expr, (column) => ref(originOf(input, column))),
      (origin) => `[${origin}]`,
    );
  switch (node.kind) {
    case "scan": {
      const column = node.columns.find((candidate) => candidate.name === name);
      return canonicalJson([node.source, column?.expr ?? null]);
    }
    case "project": {
      const column = node.columns.find((candidate) => candidate.name === name);
      return column ? of(node.input, column.expr) : name;
    }
    case "aggregate": {
      const measure = node.measures.find((candidate) => candidate.name === name);
      return measure
        ? `${measure.aggregation}(${of(node.input, measure.arg)}, ${canonicalJson(measure.percentile)})`
        : originOf(node.input, name);
    }
    case "join":
      return originOf(has(node.left, name) ? node.left : node.right, name);
    case "combine": {
      const held = node.branches.filter((branch) => has(branch, name));
      return [...new Set(held.map((branch) => originOf(branch, name)))].join(" | ");
    }
    case "window": {
      if (node.name !== name) return originOf(node.input, name);
      return `${node.compute.fn}(${"column" in node.compute ? originOf(node.input, node.compute.column) : ""})`;
    }
    case "filter":
      return originOf(node.input, name);
    case "result": {
      const column = node.columns.find((candidate) => candidate.name === name);
      return originOf(node.input, column?.from ?? name);
    }
    case "bundle":
      throw new Error("Bundles are not nested.");
  }
}

function has(node: PlanNode, name: string): boolean {
  return columnsOf(node).some((column) => column.name === name);
}
