import type { Question } from "../support/shop.ts";
import { randomFrom } from "./world.ts";

/** Kinds of questions: what is asked together, so that many questions have an answer, hidden things among them. */
const TOPICS = [
  {
    metrics: [
      "orders",
      "revenue",
      "revenue_filled",
      "largest",
      "buyers",
      "average_order",
      "open_share",
      "gold_revenue",
    ],
    groups: [
      "order__status",
      "order__region",
      "order__code",
      "customer",
      "customer__tier",
      "customer__name",
      "customer__mail",
      "product__kind",
      "order",
      "metric_time__week",
      "metric_time__day",
      "order__note",
    ],
  },
  {
    metrics: ["orders"],
    groups: ["order__status", "customer__mail", "customer__name", "customer", "product__kind", "product"],
  },
  {
    metrics: ["revenue_3d", "revenue_mtd", "revenue_week_ago", "revenue", "visit_to_order"],
    groups: ["metric_time__day", "metric_time__month", "customer__tier", "customer__plan"],
    always: ["metric_time__week"],
  },
  {
    metrics: ["cost", "margin", "notes", "mails", "salary", "revenue"],
    groups: ["order__region", "customer__tier", "order__note"],
  },
  {
    metrics: ["members", "spenders", "mails"],
    groups: ["customer__tier", "customer__region", "customer__mail", "customer__name", "customer"],
  },
  {
    metrics: ["visits", "orders", "visit_to_order"],
    groups: ["customer__tier", "customer__plan", "customer__mail", "metric_time__week", "customer"],
  },
  {
    metrics: ["answers", "score", "answers_per_visit"],
    groups: ["survey__topic", "customer__tier", "metric_time__month", "customer__mail"],
  },
  { metrics: ["answers", "answers_7d"], groups: ["survey__topic"], always: ["metric_time__week"] },
  { metrics: ["pieces"], groups: ["product__kind", "metric_time__week", "product"] },
  { metrics: [], groups: ["order__status", "order__region", "order__code", "customer__tier", "order__note"] },
  { metrics: [], groups: ["customer__name", "customer__mail", "customer__tier", "customer__region"] },
  { metrics: [], groups: ["survey__topic", "product__kind", "person__title", "visit__channel"] },
] satisfies readonly {
  readonly metrics: readonly string[];
  readonly groups: readonly string[];
  readonly always?: readonly string[];
}[];

const CONDITIONS: readonly string[] = [
  "order__status = 'open'",
  "order__status <> 'done'",
  "order__region = 'EMEA'",
  "order__region in ('AMER', 'APAC') or order__status = 'open'",
  "cast(order__code as int) > 3",
  "order__code = '7'",
  "length(order__code) < 3",
  "order__note like '%1%'",
  "customer__tier = 'gold'",
  "customer__tier is null",
  "starts_with(customer__name, 'T')",
  "customer__mail like '%1%'",
  "customer__mail is not null",
  "customer__plan = 'pro'",
  "product__kind = 'pen'",
  "metric('revenue', 'customer') > 40",
  "metric('orders', 'customer') >= 2",
  "metric('margin', 'customer') > 0",
  "metric('answers', 'customer') >= 1",
  "metric_time >= '2026-01-10'",
  "survey__topic = 'food'",
  "visit__channel = 'ad'",
  "revenue > 20",
  "orders >= 2",
];

export function randomQuestions(seed: number, count: number): readonly Question[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => randomQuestion(random));
}

function randomQuestion(random: (below: number) => number): Question {
  const some = <T>(items: readonly T[], most: number): readonly T[] => {
    const wanted = random(most + 1);
    return items
      .map((item) => ({ item, at: random(1000) }))
      .sort((a, b) => a.at - b.at)
      .slice(0, wanted)
      .map(({ item }) => item);
  };
  const isOften = (outOf: number) => random(outOf) === 0;
  if (isOften(40)) return { savedQuery: isOften(2) ? "by_region" : "margin_by_region" };
  const topic = TOPICS[random(TOPICS.length)];
  if (!topic) throw new Error("There are no topics.");
  const first = topic.metrics[random(Math.max(1, topic.metrics.length))];
  const metrics = first === undefined ? [] : [...new Set([first, ...some(topic.metrics, 2)])];
  const always = "always" in topic ? topic.always : [];
  const chosen = [...new Set([...always, ...some(topic.groups, 2)])];
  const groups = metrics.length === 0 && chosen.length === 0 ? topic.groups.slice(0, 1) : chosen;
  const where = isOften(2) ? some(CONDITIONS, 2) : [];
  const outputs = [...groups, ...metrics];
  const order = isOften(3) ? outputs[random(outputs.length)] : undefined;
  const asked = metrics.map((name, i) => (isOften(8) ? { name, as: `m${i}`, where: some(CONDITIONS, 1) } : name));
  const isPlain = asked.every((metric) => typeof metric === "string");
  return {
    metrics: asked,
    groupBy: groups.map((name) => ({ name })),
    ...(where.length > 0 && { where }),
    ...(order !== undefined && isPlain && { orderBy: [{ name: order, direction: isOften(2) ? "asc" : "desc" }] }),
    ...(isOften(5) && { limit: 1 + random(4), ...(isOften(2) && { offset: random(3) }) }),
    ...(isOften(6) && metrics.length > 0 && { timeRange: { start: "2026-01-05", end: "2026-01-20" } }),
    ...(metrics.length === 0 && groups.length === 1 && isOften(6) && { minMaxOnly: true }),
    ...(metrics.length === 0 && isOften(6) && { distinct: false }),
    ...(isOften(10) && { timeZone: "America/New_York" }),
  };
}
