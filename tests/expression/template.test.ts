import { describe, expect, test } from "vitest";
import { parseFilter, ref } from "../../src/expression/index.ts";
import { bare, filter, fingers, problemsOf, valueOf } from "./support.ts";

describe("a template is another spelling of a name", () => {
  test.each([
    ["{{ Dimension('order__status') }}", "order__status"],
    ['{{ Dimension("order__status") }}', "order__status"],
    ["{{Dimension('Order__Status')}}", "order__status"],
    ["{{ Dimension('metric_time') }}", "metric_time"],
    ["{{ Dimension('metric_time__week') }}", "metric_time__week"],
    ["{{ Dimension('order__status', entity_path=['line']) }}", "line__order__status"],
    ["{{ Dimension('order__status', ['line', 'item']) }}", "line__item__order__status"],
    ["{{ Dimension('order__status', entity_path=['line__item']) }}", "line__item__order__status"],
    ["{{ Dimension(name='order__status', entity_path=[]) }}", "order__status"],
    ["{{ Dimension('order__placed_at').grain('week') }}", "order__placed_at__week"],
    ["{{ Dimension('order__placed_at') . grain ( 'WEEK' ) }}", "order__placed_at__week"],
    ["{{ Dimension('order__placed_at').grain('fiscal_quarter') }}", "order__placed_at__fiscal_quarter"],
    ["{{ Dimension('order__placed_at').date_part('dow') }}", "order__placed_at__extract_dow"],
    ["{{ Dimension('metric_time__extract_dow') }}", "metric_time__extract_dow"],
    ["{{ Dimension('order__placed_at', entity_path=['x']).grain('week') }}", "x__order__placed_at__week"],
    ["{{ TimeDimension('metric_time') }}", "metric_time"],
    ["{{ TimeDimension('metric_time', 'month') }}", "metric_time__month"],
    ["{{ TimeDimension('metric_time', time_granularity_name='month') }}", "metric_time__month"],
    ["{{ TimeDimension('metric_time__month', 'month') }}", "metric_time__month"],
    ["{{ TimeDimension('metric_time', date_part_name='year') }}", "metric_time__extract_year"],
    ["{{ TimeDimension('order__placed_at', 'day', entity_path=['line']) }}", "line__order__placed_at__day"],
    ["{{ TimeDimension('order__placed_at', 'day', ['line']) }}", "line__order__placed_at__day"],
    ["{{ TimeDimension('order__placed_at', None, ['line']) }}", "line__order__placed_at"],
    ["{{ TimeDimension('listing__ds', 'alien_day') }}", "listing__ds__alien_day"],
    ["{{ TimeDimension('listing__ds__alien_day', 'alien_day') }}", "listing__ds__alien_day"],
    ["{{ Entity('customer') }}", "customer"],
    ["{{ Entity('customer', entity_path=['order', 'line']) }}", "order__line__customer"],
    ["{{\n  Dimension(\n    'order__status',\n  )\n}}", "order__status"],
  ])("%s", (written, name) => {
    expect(filter(`${written} IS NULL`)).toBe(`${name} IS NULL`);
  });

  test("of a metric per entity", () => {
    const expected = ref({ kind: "metric", metric: "revenue", entities: ["customer"] });
    for (const written of [
      "{{ Metric('revenue', ['customer']) }}",
      "{{ Metric('revenue', group_by=['customer']) }}",
      '{{ Metric(metric_name="revenue", group_by=["customer"]) }}',
      "{{ Metric('revenue', ('customer')) }}",
      "metric('revenue', 'customer')",
    ]) {
      expect(bare(valueOf(parseFilter(written)))).toEqual(expected);
    }
    expect(filter("{{ Metric('revenue', ['customer', 'order']) }} > 5")).toBe(
      "metric('revenue', 'customer', 'order') > 5",
    );
  });

  test("several stand in one condition, among names", () => {
    const text =
      "NOT {{ Dimension('a__b') }}\n  AND ({{ Dimension('a__c') }} IS NULL OR d__e = '{') AND metric_time__extract_dow IN (6, 7)";
    expect(filter(text)).toBe("NOT a__b AND (a__c IS NULL OR d__e = '{') AND metric_time__extract_dow IN (6, 7)");
  });

  test("inside casts and calls", () => {
    expect(filter("CAST({{ TimeDimension('a__ds', 'day') }} AS TIMESTAMP) >= CAST('2020-01-01' AS TIMESTAMP)")).toBe(
      "CAST(a__ds__day AS timestamp) >= TIMESTAMP '2020-01-01T00:00:00'",
    );
  });
});

describe("a wrong template points at its own words", () => {
  test.each([
    ["{{ Dimension('status') }} = 1", "bad-name: Dimension('status')"],
    ["{{ Dimension('a__b__c') }} = 1", "bad-name: Dimension('a__b__c')"],
    ["{{ Dimension('metric_time', entity_path=['a']) }}", "bad-name: Dimension('metric_time', entity_path=['a'])"],
    ["{{ Dimension('a__') }}", "bad-name: Dimension('a__')"],
    ["{{ Dimension('a b') }}", "bad-name: 'a b'"],
    [`{{ Dimension('a"; drop') }}`, `bad-name: 'a"; drop'`],
    ["a = 1 and {{ var('x', 3) }} = 2", "not-allowed: var"],
    ["{{ env_var('X') }}", "not-allowed: env_var"],
    ["{{ x }}", "not-allowed: x"],
    ["{{ Dimension('a__b').grain('day').grain('week') }}", "wrong-arguments: grain('week')"],
    ["{{ Dimension('a__b').grain('day').date_part('dow') }}", "wrong-arguments: Dimension('a__b')"],
    ["{{ Dimension('a__b').date_part('epoch') }}", "wrong-arguments: Dimension('a__b')"],
    ["{{ Dimension('a__b').descending(True) }}", "not-allowed: descending(True)"],
    ["{{ Dimension('a__b').descending(1) }}", "syntax: 1"],
    ["{{ TimeDimension('a__b', 'day', descending=True) }}", "wrong-arguments: True"],
    ["{{ Dimension('a__b', entity_path=True) }}", "wrong-arguments: True"],
    ["{{ Entity('a').grain('day') }}", "not-allowed: grain('day')"],
    ["{{ TimeDimension('metric_time__month', 'day') }}", "wrong-arguments: 'day'"],
    ["{{ TimeDimension('a__b', grain='day') }}", "wrong-arguments: 'day'"],
    ["{{ Dimension('a__b', 'c') }}", "wrong-arguments: 'c'"],
    ["{{ Dimension(['a__b']) }}", "wrong-arguments: ['a__b']"],
    ["{{ Dimension('a__b', name='a__b') }}", "wrong-arguments: 'a__b'"],
    ["{{ Dimension() }}", "wrong-arguments: Dimension()"],
    ["{{ Metric('m') }} > 1", "metric-without-entity: Metric('m')"],
    ["{{ Metric('m', []) }} > 1", "metric-without-entity: Metric('m', [])"],
    ["{{ Dimension('a__b' }}", "syntax: }"],
    ["{{ Dimension('a__b') }", "syntax: }"],
    ["{{ Dimension('a__b)", "syntax: '"],
    ["ä = '→' and {{ Dimension('ü') }}", "bad-name: 'ü'"],
    ["a {{ Dimension('a__b') }}", "syntax: {{ Dimension('a__b') }}"],
    ["x{{ Dimension('a__b') }}", "syntax: {{ Dimension('a__b') }}"],
    ["{{ Dimension('a__b') }}.c", "bad-name: {{ Dimension('a__b') }}.c"],
    ["{{ Dimension('a__b') }}('x')", "unknown-function: {{ Dimension('a__b') }}('x')"],
  ])("%s", (text, finger) => {
    expect(fingers(text, problemsOf(parseFilter(text)))).toEqual([finger]);
  });
});
