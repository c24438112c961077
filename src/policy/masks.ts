import type { Mask } from "../catalog/index.ts";
import type { MaskedDimension } from "./access.ts";
import { allows, type GrantedRole } from "./roles.ts";
import type { Use } from "./uses.ts";

/** From the one that tells most to the one that tells nothing. */
const MASKS: readonly Mask["kind"][] = ["last_four", "month", "hash", "constant", "null"];

/** The dimensions that some serving role shows masked only, each as the most telling role of a row shows it. */
export function masksOf(roles: readonly GrantedRole[], uses: readonly Use[]): ReadonlyMap<string, MaskedDimension> {
  const masked = new Map<string, MaskedDimension>();
  for (const use of uses) {
    const [name] = use.names;
    if (use.kind !== "dimension" || name === undefined || masked.has(name)) continue;
    const isMasked = roles.some(({ policy }) => allows(policy, { ...use, isShown: true }) === "masked");
    if (isMasked) masked.set(name, layersOf(name, use, roles));
  }
  return masked;
}

function layersOf(name: string, use: Use, roles: readonly GrantedRole[]): MaskedDimension {
  const layers = roles.map(({ policy, rows }) => {
    const isClear = allows(policy, { ...use, isShown: true }) === "yes";
    return { when: rows, mask: isClear ? null : (policy.masks.get(name) ?? NOTHING) };
  });
  return layers.toSorted((a, b) => rankOf(a.mask) - rankOf(b.mask));
}

const NOTHING: Mask = { kind: "null" };

function rankOf(mask: Mask | null): number {
  return mask === null ? -1 : MASKS.indexOf(mask.kind);
}
