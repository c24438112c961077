import { canonicalJson, compareText, sha256 } from "../std/index.ts";
import type { ClaimValue } from "./claims.ts";
import type { Principal } from "./principal.ts";

/**
 * Tells principals apart in logs and in what is written into warehouses, without naming them: 16 hexadecimal digits of
 * SHA-256. The order of roles, claims and list items does not matter, nor does the name for people.
 */
export function digestOf(principal: Principal): string {
  return identityDigestOf(principal).slice(0, 16);
}

/** The same in 64 digits, for keys of what nobody else may get. Whoever comes again with the same token is the same object. */
export function identityDigestOf(principal: Principal): string {
  const digest = digests.get(principal) ?? sha256(canonicalJson(identityOf(principal)));
  digests.set(principal, digest);
  return digest;
}

const digests = new WeakMap<Principal, string>();

function identityOf(principal: Principal): object {
  switch (principal.kind) {
    case "operator":
      return { kind: principal.kind };
    case "user": {
      const { kind, issuer, subject } = principal;
      const claims = Object.entries(principal.claims).map(([name, value]) => [name, comparable(value)] as const);
      return {
        kind,
        issuer,
        subject,
        roles: setOf(principal.roles),
        claims: claims.sort(([a], [b]) => compareText(a, b)),
      };
    }
  }
}

function comparable(value: ClaimValue): ClaimValue | { readonly set: readonly string[] } {
  return typeof value === "object" ? { set: setOf(value) } : value;
}

function setOf(items: readonly (string | number | boolean)[]): readonly string[] {
  return [...new Set(items.map((item) => JSON.stringify(item)))].sort(compareText);
}
