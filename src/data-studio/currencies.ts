/**
 * The currencies that Data Studio has a type for: `CURRENCY_EUR`. Amounts in others are bare numbers there.
 *
 * @see https://developers.google.com/apps-script/reference/data-studio/field-type
 */
export const CURRENCY_CODES: readonly string[] = (
  "AED ALL ARS AUD BDT BGN BOB BRL CAD CDF CHF CLP CNY COP CRC CZK DKK DOP EGP ETB EUR GBP HKD HRK HUF IDR ILS INR " +
  "IRR ISK JMD JPY KRW LKR LTL MNT MVR MXN MYR NOK NZD PAB PEN PHP PKR PLN RON RSD RUB SAR SEK SGD THB TRY TWD TZS " +
  "UAH USD UYU VEF VND YER ZAR"
).split(" ");

export function isCurrencyCode(text: string): boolean {
  return CURRENCY_CODES.includes(text);
}
