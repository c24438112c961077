/** What a principal's claims may hold: never objects. */
export type ClaimScalar = string | number | boolean;
export type ClaimValue = ClaimScalar | readonly ClaimScalar[];

/** Claims by name. Has no prototype, so a name that nobody gave is undefined, `constructor` too. Frozen. */
export type Claims = Readonly<Record<string, ClaimValue>>;

export const CLAIM_TYPES = ["string", "int", "number", "boolean"] as const;
export type ClaimType = (typeof CLAIM_TYPES)[number];

/** What a project says of a claim. */
export interface ClaimDeclaration {
  readonly type: ClaimType;
  /** Whether it holds a list of such values; default no. */
  readonly list?: boolean;
  /** Longest text, in UTF-16 code units; else `CLAIM_LIMITS`. */
  readonly maxLength?: number;
  /** Longest list; else `CLAIM_LIMITS`. */
  readonly maxItems?: number;
}

/** Of claims whose declaration says nothing. */
export const CLAIM_LIMITS = { maxLength: 256, maxItems: 100 } as const;

export type ClaimDeclarations = ReadonlyMap<string, ClaimDeclaration>;

export const CLAIM_NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;

/**
 * Copies the declared claims, and no others. A claim that is missing, null, of another type or out of bounds is left
 * out, so that whatever needs it grants nothing; nothing is converted, trimmed or folded.
 *
 * @param valueOf where a claim comes from; undefined: it is not there
 */
export function copyClaims(declarations: ClaimDeclarations, valueOf: (name: string) => unknown): Claims {
  const entries = [...declarations].flatMap(([name, declaration]) => {
    const value = typedClaim(valueOf(name), declaration);
    return value === undefined ? [] : ([[name, value]] as const);
  });
  return makeClaims(entries);
}

export function makeClaims(entries: Iterable<readonly [string, ClaimValue]>): Claims {
  const claims: Record<string, ClaimValue> = Object.create(null);
  for (const [name, value] of entries) claims[name] = typeof value === "object" ? Object.freeze([...value]) : value;
  return Object.freeze(claims);
}

/** The value as declared; undefined when it is anything else. */
export function typedClaim(value: unknown, declaration: ClaimDeclaration): ClaimValue | undefined {
  if (declaration.list !== true) return scalar(value, declaration);
  if (!Array.isArray(value) || value.length > (declaration.maxItems ?? CLAIM_LIMITS.maxItems)) return undefined;
  const items = value.map((item) => scalar(item, declaration)).filter((item) => item !== undefined);
  return items.length === value.length ? items : undefined;
}

function scalar(
  value: unknown,
  { type, maxLength = CLAIM_LIMITS.maxLength }: ClaimDeclaration,
): ClaimScalar | undefined {
  switch (type) {
    case "string":
      return typeof value === "string" && value.length <= maxLength && isCleanText(value) ? value : undefined;
    case "int":
      return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
    case "number":
      // JSON rounds integers beyond this: two tenants could become one.
      return typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
  }
}

/** Whether every engine and log can hold it: no control characters, no half of a surrogate pair. */
export function isCleanText(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

export function isRole(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= 256 && isCleanText(value);
}
