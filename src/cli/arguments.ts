import { parseArgs } from "node:util";
import { nearest } from "../std/index.ts";
import { unusable } from "./failure.ts";

/** A flag of a verb. Without `value` it is a switch; `many` may be given more than once. */
export interface Flag {
  /** What its value is called in the help: `DIR`. */
  readonly value?: string;
  readonly many?: true;
  readonly about: string;
}

export type Flags<Name extends string> = Readonly<Record<Name, Flag>>;

/** What was typed after the verb. */
export interface Arguments<Name extends string> {
  readonly positionals: readonly string[];
  /** Names of the flags that were given, in order. */
  readonly given: readonly string[];
  /** In order; empty when the flag is not given; `""` for a switch that is on. */
  readonly valuesOf: (name: Name) => readonly string[];
}

/** @throws CommandFailure for a flag that does not exist, is given twice, lacks its value or takes none. */
export function parseArguments<Name extends string>(argv: readonly string[], flags: Flags<Name>): Arguments<Name> {
  const values = new Map<string, readonly string[]>();
  const positionals: string[] = [];
  for (const token of tokensOf(argv, flags)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    if (!isFlag(flags, token.name)) throw unknownFlag(token.rawName, Object.keys(flags));
    const { value, many } = flags[token.name];
    const before = values.get(token.name) ?? [];
    if (value === undefined && token.value !== undefined) throw unusable(`${token.rawName} takes no value.`);
    if (value !== undefined && isMissing(token))
      throw unusable(`${token.rawName} needs a value: ${token.rawName} ${value}.`);
    if (before.length > 0 && !many) throw unusable(`${token.rawName} is given twice.`);
    values.set(token.name, [...before, token.value ?? ""]);
  }
  return { positionals, given: [...values.keys()], valuesOf: (name) => values.get(name) ?? [] };
}

export function one<Name extends string>(args: Arguments<Name>, name: NoInfer<Name>): string | null {
  return args.valuesOf(name)[0] ?? null;
}

export function many<Name extends string>(args: Arguments<Name>, name: NoInfer<Name>): readonly string[] {
  return args.valuesOf(name);
}

export function isOn<Name extends string>(args: Arguments<Name>, name: NoInfer<Name>): boolean {
  return args.valuesOf(name).length > 0;
}

/** A whole number ≥ 0, or null when the flag is not given. */
export function wholeNumber<Name extends string>(args: Arguments<Name>, name: NoInfer<Name>): number | null {
  const text = one(args, name);
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw unusable(`--${name} must be a whole number, not "${text}".`);
  return Number(text);
}

export function choice<Name extends string, Choice extends string>(
  args: Arguments<Name>,
  name: NoInfer<Name>,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const text = one(args, name);
  if (text === null) return choices[0];
  const chosen = choices.find((candidate) => candidate === text);
  if (chosen === undefined) throw unusable(`--${name} must be one of ${choices.join(", ")}, not "${text}".`);
  return chosen;
}

function unknownFlag(rawName: string, known: readonly string[]): Error {
  const name = rawName.replace(/^-+/, "");
  const near = name.length > 1 ? nearest(name, known, 1) : [];
  return unusable(
    `There is no flag ${rawName}.`,
    null,
    near.map((flag) => `--${flag}`),
  );
}

/** Lenient, because in strict mode Node refuses a value such as `-revenue`; the checks are made above. */
function tokensOf(argv: readonly string[], flags: Flags<string>) {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value }]) => [
      name,
      { type: value === undefined ? "boolean" : "string" } as const,
    ]),
  );
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function isFlag<Name extends string>(flags: Flags<Name>, name: string): name is Name {
  return Object.hasOwn(flags, name);
}

/** `--by --where x` forgot the value of `--by`; `--order -revenue` did not. */
function isMissing(token: { readonly value: string | undefined; readonly inlineValue: boolean | undefined }): boolean {
  return !token.value || (token.inlineValue === false && token.value.startsWith("--"));
}
