import type { Model } from "./model.ts";
import type { JoinPath } from "./paths.ts";

/** A dimension or entity of a model, by its own name. */
export interface ModelField {
  readonly model: Model;
  readonly name: string;
}

/** All that decides which rows the joins of a path find: keys and partitions of both sides, and validity. */
export function fieldsOfJoins({ base, steps }: JoinPath): readonly ModelField[] {
  return steps.flatMap(({ from, left, to, right }, i) => {
    const before = [base, ...steps.slice(0, i).map((step) => step.to)];
    const partitions = [...to.dimensions.values()].flatMap(({ name, isPartition }) => {
      const held = isPartition ? before.findLast((model) => model.dimensions.get(name)?.isPartition) : undefined;
      return held
        ? [
            { model: held, name },
            { model: to, name },
          ]
        : [];
    });
    const dated = right.type === "natural" ? [...to.dimensions.values()] : [];
    const validity = dated.filter((dimension) => dimension.kind === "time" && dimension.validity !== null);
    return [
      { model: from, name: left.name },
      { model: to, name: right.name },
      ...partitions,
      ...validity.map(({ name }) => ({ model: to, name })),
    ];
  });
}

/** Whether the time of the path's first row picks the version of a row that it meets. */
export function isDated({ steps }: JoinPath): boolean {
  return steps.some(({ right }) => right.type === "natural");
}
