/** `customer__signed_up_at` → `customerSignedUpAt`. */
export function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `daily_spend` → `DailySpend`. */
export function pascalCase(name: string): string {
  const camel = camelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

/**
 * Names for generated types and fields. Two definitions may meet in one GraphQL name (`a_1` and `a1` are both `A1`, a
 * metric may be called `key`): the later one gets an underscore, so every name stays the same as long as the
 * definitions before it do.
 */
export class NameTable {
  readonly #taken: Set<string>;

  constructor(reserved: Iterable<string>) {
    this.#taken = new Set(reserved);
  }

  /** A name that is free with every one of the suffixes. */
  claim(wanted: string, suffixes: readonly string[] = [""]): string {
    let name = wanted;
    while (suffixes.some((suffix) => this.#taken.has(name + suffix))) name += "_";
    for (const suffix of suffixes) this.#taken.add(name + suffix);
    return name;
  }
}

/** Whether a declared value can stand as an enum value. */
export function isEnumName(name: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(name) && !["TRUE", "FALSE", "NULL"].includes(name);
}
