import { isObject } from "../std/index.ts";
/** A member that the object itself has: `constructor` and the like are not inherited into it. */
export function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** What stands at the end of the path; undefined when a step is missing. */
export function at(object: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, step) => (isObject(value) ? own(value, step) : undefined), object);
}
