import type { Verb } from "./verb.ts";

export function overview(verbs: readonly Pick<Verb, "name" | "summary">[]): string {
  return `assay: metrics defined once in YAML, answered from your warehouse

Usage: assay VERB [flags]

${twoColumns(verbs.map(({ name, summary }) => [name, summary]))}

${twoColumns([
  ["assay VERB --help", "flags and examples of a verb"],
  ["assay --version", "the version"],
])}

Exit codes: 0 fine, 1 findings or failed queries, 2 unusable arguments or definitions that do not load,
3 cannot tell (a warehouse is missing).
`;
}

export function helpFor({ name, summary, operands, flags, examples }: Verb): string {
  const usage = ["assay", name, ...(operands === null ? [] : [operands]), "[flags]"].join(" ");
  const rows = Object.entries(flags).map(([flag, { value, about, many }]): [string, string] => [
    value === undefined ? `--${flag}` : `--${flag} ${value}`,
    many ? `${about} (may be repeated)` : about,
  ]);
  return `${usage}

${summary}

Flags
${twoColumns(rows)}

Examples
${examples.map((example) => `  ${example}`).join("\n")}
`;
}

function twoColumns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join("\n");
}
