/**
 * A service was called otherwise than its page says. It is remembered, so that a test hears of it whatever the script makes
 * of what is thrown.
 */
export class Misuse extends TypeError {
  constructor(message: string) {
    super(message);
    misuses.push(message);
  }
}

const misuses: string[] = [];

/** Those since it was last asked. */
export function takeMisuses(): readonly string[] {
  return misuses.splice(0);
}

/** A service, or a thing that a service makes: what it does not have throws, as a misspelt call does in Apps Script. */
export function strict<Members extends object>(name: string, members: Members): Members {
  return new Proxy(members, {
    get(target, key, receiver) {
      if (typeof key === "symbol" || key === "toJSON" || Reflect.has(target, key))
        return Reflect.get(target, key, receiver);
      throw new Misuse(`${name}.${key} is not there`);
    },
    set(_target, key) {
      throw new Misuse(`${name}.${String(key)} cannot be set`);
    },
  });
}

/** The words of an enum; one that is not among them throws. */
export function enumOf<Word extends string>(name: string, words: readonly Word[]): Readonly<Record<Word, Word>> {
  return strict(name, Object.fromEntries(words.map((word) => [word, word])) as Record<Word, Word>);
}

export function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new Misuse(`${what} takes a text, not ${typeof value}`);
  return value;
}

export function flag(value: unknown, what: string): boolean {
  if (typeof value !== "boolean") throw new Misuse(`${what} takes true or false, not ${typeof value}`);
  return value;
}

export function number(value: unknown, what: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Misuse(`${what} takes a number`);
  return value;
}

export function wordOf<Word extends string>(value: unknown, words: readonly Word[], what: string): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) throw new Misuse(`${what} takes a word of its enum`);
  return found;
}
