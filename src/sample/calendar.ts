import { randomOf } from "./random.ts";
import { type SampleTable, table } from "./table.ts";
import { type Day, day, firstOfMonth, monthOf, PAST_START, partsOf, weekdayOf } from "./time.ts";
import type { Currency } from "./words.ts";

/** Millionths of a US dollar for one unit of the currency, in the month of that day. */
export type FxRate = (currency: Currency, date: Day) => number;

const CALENDAR_END = day(2028, 1, 1);
const FX_MONTHS = 48;

/** Wanders by up to 1.5 % a month. */
export function makeFxRates(): FxRate {
  const first = monthOf(PAST_START);
  const walk = (currency: Currency, from: number) => {
    const random = randomOf(`fx ${currency}`, 0);
    const rates = [from];
    while (rates.length < FX_MONTHS) rates.push(Math.floor((rates.at(-1) ?? from) * (0.985 + 0.03 * random.next())));
    return rates;
  };
  const rates = { EUR: walk("EUR", 1_080_000), GBP: walk("GBP", 1_240_000) };
  return (currency, date) => {
    if (currency === "USD") return 1_000_000;
    const rate = rates[currency][monthOf(date) - first];
    if (rate === undefined) throw new Error(`No exchange rate for day ${date}.`);
    return rate;
  };
}

export function calendarTables(rateOf: FxRate): readonly SampleTable[] {
  return [
    table("fx_rates", { month_start: "DATE", currency: "VARCHAR", usd_per_unit: "DECIMAL(18,6)" }, function* () {
      for (let index = 0; index < FX_MONTHS; index += 1) {
        const date = firstOfMonth(monthOf(PAST_START) + index);
        for (const currency of ["EUR", "GBP", "USD"] as const) yield [date, currency, rateOf(currency, date)];
      }
    }),
    table(
      "calendar",
      {
        day: "DATE",
        week_start: "DATE",
        month_start: "DATE",
        quarter_start: "DATE",
        year_start: "DATE",
        fiscal_month_start: "DATE",
        fiscal_quarter_start: "DATE",
        fiscal_year_start: "DATE",
        fiscal_year: "INTEGER",
      },
      function* () {
        for (let date = PAST_START; date < CALENDAR_END; date += 1) {
          const { year, month } = partsOf(date);
          const fiscal = fiscalOf(date);
          const quarter = day(year, month - ((month - 1) % 3), 1);
          const standard = [date - weekdayOf(date), day(year, month, 1), quarter, day(year, 1, 1)];
          yield [date, ...standard, fiscal.month, fiscal.quarter, fiscal.yearStart, fiscal.year];
        }
      },
    ),
  ];
}

/** 4-4-5: thirteen weeks a quarter; a 53rd week belongs to the last month. */
function fiscalOf(date: Day) {
  const { year: calendarYear } = partsOf(date);
  const year = date < fiscalYearStart(calendarYear) ? calendarYear - 1 : calendarYear;
  const yearStart = fiscalYearStart(year);
  const week = Math.floor((date - yearStart) / 7);
  const quarterWeek = Math.min(Math.floor(week / 13), 3) * 13;
  const weekOfQuarter = week - quarterWeek;
  const monthWeek = weekOfQuarter < 4 ? 0 : weekOfQuarter < 8 ? 4 : 8;
  const quarter = yearStart + quarterWeek * 7;
  return { year, yearStart, quarter, month: quarter + monthWeek * 7 };
}

/** The Monday nearest 1 February. */
function fiscalYearStart(year: number): Day {
  const first = day(year, 2, 1);
  const weekday = weekdayOf(first);
  return weekday <= 3 ? first - weekday : first + 7 - weekday;
}
