/** Amounts come as text with every digit, which `Intl.NumberFormat` takes as it is. */
type Digits = string | number | null;

const formats = {
  amount: new Intl.NumberFormat("en", { style: "currency", currency: "USD" }),
  count: new Intl.NumberFormat("en"),
  percent: new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  change: new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1, signDisplay: "always" }),
  points: new Intl.NumberFormat("en", { maximumFractionDigits: 2, signDisplay: "always" }),
  short: new Intl.NumberFormat("en", { style: "currency", currency: "USD", notation: "compact" }),
};

export const amount = (value: Digits) => written(formats.amount, value);
export const count = (value: Digits) => written(formats.count, value);
export const percent = (value: Digits) => written(formats.percent, value);
export const change = (value: Digits) => written(formats.change, value);
export const short = (value: Digits) => written(formats.short, value);
/** Of percentages: 0.021 is +2.1 pp. */
export const points = (value: Digits) => (value === null ? "–" : `${formats.points.format(Number(value) * 100)} pp`);

function written(format: Intl.NumberFormat, value: Digits): string {
  return value === null ? "–" : format.format(value as number | `${number}`);
}
