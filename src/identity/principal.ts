import { compareText } from "../std/index.ts";
import { type Claims, makeClaims } from "./claims.ts";

/** Who asks. */
export type Principal = Operator | User;

/** The person at the machine: no credentials, every row. */
export interface Operator {
  readonly kind: "operator";
  readonly name: string;
}

/** Somebody whose credentials were checked. Sees what policy grants to their roles and claims. */
export interface User {
  readonly kind: "user";
  /** Who vouches for them: the issuer of their token. The subject is unique only within it. */
  readonly issuer: string;
  readonly subject: string;
  /** For people: the e-mail address or name, else the subject. */
  readonly name: string;
  /** Ordered by code units, each once. */
  readonly roles: readonly string[];
  readonly claims: Claims;
}

export const OPERATOR: Principal = { kind: "operator", name: "operator" };

export function makeUser(parts: Omit<User, "kind">): User {
  const roles = Object.freeze([...new Set(parts.roles)].sort(compareText));
  return Object.freeze({ ...parts, kind: "user", roles, claims: makeClaims(Object.entries(parts.claims)) });
}
