import { sha256 } from "../std/index.ts";
import type { Principal } from "./principal.ts";

/** Tells principals apart in logs and in what is written into warehouses, without naming them: 16 hexadecimal digits. */
export function digestOf(principal: Principal): string {
  return sha256(JSON.stringify(principal)).slice(0, 16);
}
