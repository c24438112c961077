import type { SourceFile } from "../src/diagnostics/index.ts";

/** Models that share nothing, each with so many metrics and dimensions, one of them a time: the same every time. */
export function wideDefinitions(size: {
  readonly models: number;
  readonly metrics: number;
  readonly dimensions: number;
}): readonly SourceFile[] {
  return count(size.models).map((i) => {
    const model = `facts_${i}`;
    const metrics = count(size.metrics).map((j) => metric(model, j));
    return { path: `metrics/${model}.yaml`, text: [factModel(model, size.dimensions), ...metrics].join("---\n") };
  });
}

function factModel(model: string, dimensions: number): string {
  const names = count(dimensions - 1).map((i) => `dimension_${i}`);
  return `model: ${model}
description: One row an event of ${model}.
owner: { business: finance-data, technical: data-platform }
table: shop.${model}
primary_key: id
time: happened_at
columns: { id: int, amount: decimal, happened_at: timestamptz, ${names.map((name) => `${name}: string`).join(", ")} }
entities: { ${model}_event: primary }
dimensions:
${names.map((name, i) => (i % 5 === 0 ? `  ${name}: { enum: [placed, paid, cancelled] }` : `  ${name}:`)).join("\n")}
  happened_at: hour
measures: { amount: sum, events: count(*) }
`;
}

function metric(model: string, index: number): string {
  const name = `${model}_m${index}`;
  const about = `metric: ${name}\ndescription: Number ${index} of ${model}.\nowner: { business: finance-data, technical: data-platform }\nunit: USD\ntier: silver\n`;
  if (index < 2) return `${about}model: ${model}\nmeasure: ${index === 0 ? "amount" : "events"}\n`;
  return index % 3 === 0
    ? `${about}numerator: ${model}_m0\ndenominator: ${model}_m1\n`
    : `${about}model: ${model}\nmeasure: amount\nfilter: dimension_${index} = 'paid'\n`;
}

function count(length: number): readonly number[] {
  return Array.from({ length }, (_, i) => i);
}
