import { readFileSync } from "node:fs";
import type { Catalog } from "../catalog/index.ts";
import { ClaimsError, OPERATOR, type Principal, readClaims } from "../identity/index.ts";
import { claimDeclarations } from "../policy/index.ts";
import { type Arguments, type Flags, one } from "./arguments.ts";
import { unusable } from "./failure.ts";
import { wordsOf } from "./query-error.ts";

export const AS_FLAG: Flags<"as"> = {
  as: { value: "CLAIMS.json", about: "act as this principal (else as the operator, who sees every row)" },
};

/** Who asks: the operator, or whom the file of `--as` names, with the claims that the project declares. */
export function principalFrom(args: Arguments<"as">, catalog: Catalog): Principal {
  const file = one(args, "as");
  if (file === null) return OPERATOR;
  try {
    return readClaims(readFileSync(file, "utf8"), claimDeclarations(catalog));
  } catch (thrown) {
    const example = `{"sub": "ann", "roles": ["analyst"], "claims": {"tenant": "northwind"}}`;
    if (thrown instanceof ClaimsError) throw unusable(`${file}: ${thrown.message}`, `it holds ${example}`);
    throw unusable(`--as ${file} cannot be read: ${wordsOf(thrown)}.`, `it is a file that holds ${example}`);
  }
}
