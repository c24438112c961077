import type { CustomGrains, Window } from "../catalog/index.ts";
import { isGrain } from "../catalog/index.ts";
import type { Located } from "../definition/index.ts";
import { report as finding } from "../diagnostics/index.ts";
import type { StandardGrain } from "../expression/index.ts";
import { isStandardGrain, STANDARD_GRAINS } from "../expression/index.ts";
import type { Report } from "./parsed.ts";

/** Reads `7 days`: a count and a grain, whose plural is taken too. `allowed`: custom grains of calendars, where they fit. */
export function parseWindow(
  text: Located | null,
  { customGrains, allowsCustom }: { readonly customGrains: CustomGrains; readonly allowsCustom: boolean },
  report: Report,
): Window | null {
  if (text === null) return null;
  const counted = readCounted(text.value);
  if (!counted) {
    report(finding("metric/bad-window", { window: text.value }, text.span));
    return null;
  }
  const { count, word } = counted;
  const grain = isGrain(word, customGrains) ? word : word.replace(/s$/, "");
  if (isStandardGrain(grain) || (allowsCustom && customGrains.has(grain))) return { count, grain };
  report(
    customGrains.has(grain)
      ? finding("metric/custom-grain-not-allowed", { grain }, text.span)
      : finding(
          "metric/unknown-grain",
          { grain: word, known: knownGrains(allowsCustom ? customGrains : []) },
          text.span,
        ),
  );
  return null;
}

/** Reads `24 hours`, in milliseconds: a count and a unit that is always equally long. */
export function parseDuration(text: Located | null, report: Report): number | null {
  if (text === null) return null;
  const counted = readCounted(text.value);
  const unitMs = UNITS_MS.get(counted?.word.replace(/s$/, "") ?? "");
  if (counted && unitMs !== undefined) return counted.count * unitMs;
  report(finding("model/bad-duration", { duration: text.value }, text.span));
  return null;
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
  ["week", 7 * 86_400_000],
]);

/** A count from 1 and a word. */
function readCounted(text: string): { readonly count: number; readonly word: string } | null {
  const [, digits = "", word = ""] = /^\s*(\d+)\s+([a-z][a-z0-9_]*)\s*$/.exec(text.toLowerCase()) ?? [];
  const count = Number(digits);
  return Number.isSafeInteger(count) && count >= 1 ? { count, word } : null;
}

/** A standard grain by name; null, and reported, where the word is none. */
export function parseGrain(text: Located | null, customGrains: CustomGrains, report: Report): StandardGrain | null {
  if (text === null) return null;
  const grain = text.value;
  if (isStandardGrain(grain)) return grain;
  report(
    customGrains.has(grain)
      ? finding("metric/custom-grain-not-allowed", { grain }, text.span)
      : finding("metric/unknown-grain", { grain, known: STANDARD_GRAINS }, text.span),
  );
  return null;
}

export function knownGrains(customGrains: Iterable<string>): readonly string[] {
  return [...STANDARD_GRAINS, ...customGrains];
}
