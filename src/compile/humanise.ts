const ACRONYMS = new Set(["mrr", "arr", "nrr", "grr", "cac", "ltv", "roas", "id", "url"]);

/** A name as people write it: `net_revenue` is "Net revenue", `mrr_by_id` is "MRR by ID". */
export function humanise(name: string): string {
  const words = name.split("_").map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word));
  const [first = "", ...rest] = words;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(" ");
}
