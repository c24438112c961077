import { type ClaimDeclaration, type ClaimScalar, type ClaimValue, typedClaim } from "./claims.ts";

/**
 * The value of `--claim NAME=TEXT`. A claim that is not declared is text; a list is split at its commas, and empty text
 * is the empty list. Nothing is trimmed.
 *
 * @returns undefined when the text is no such value, or out of the declared bounds
 */
export function claimFromText(
  text: string,
  declaration: ClaimDeclaration = { type: "string" },
): ClaimValue | undefined {
  if (declaration.list !== true) return typedClaim(scalarFrom(text, declaration), declaration);
  const items = text === "" ? [] : text.split(",").map((item) => scalarFrom(item, declaration));
  return typedClaim(items, declaration);
}

function scalarFrom(text: string, { type }: ClaimDeclaration): ClaimScalar | undefined {
  switch (type) {
    case "string":
      return text;
    case "int":
    case "number":
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
  }
}
