import type { YamlMap } from "../../definition/index.ts";
import type { Origin } from "./project.ts";

/** A definition to be written: one file. */
export interface OurDocument {
  /** `models/orders.yaml` */
  readonly path: string;
  readonly data: YamlMap;
  readonly origin: Origin;
  /** Where the parts of a model were read, by section and name: `dimensions.status`. */
  readonly parts: ReadonlyMap<string, Origin>;
}

/** Keys of a model whose entries have a line each. */
export const SECTIONS = ["entities", "dimensions", "measures"] as const;
