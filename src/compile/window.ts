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
  const [, digits = "", word = ""] = /^\s*(\d+)\s+([a-z][a-z0-9_]*)\s*$/.exec(text.value.toLowerCase()) ?? [];
  const count = Number(digits);
  if (!Number.isSafeInteger(count) || count < 1) {
    report(finding("metric/bad-window", { window: text.value }, text.span));
    return null;
  }
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
