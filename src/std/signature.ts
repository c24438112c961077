import { createHmac, timingSafeEqual } from "node:crypto";

/** `t=1795219200,v1=` and 64 hexadecimal digits: when a text was signed, in seconds of Unix, and HMAC-SHA256 of both. */
export function signed(text: string, secret: string, seconds: number): string {
  return `t=${seconds},v1=${hmac(text, secret, seconds)}`;
}

/** @returns when it was signed, in seconds of Unix; null: not by who knows the secret, or not this text */
export function signedAt(signature: string, text: string, secret: string): number | null {
  const [, time = "", given = ""] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  if (given === "") return null;
  const seconds = Number(time);
  const isOurs = timingSafeEqual(Buffer.from(given), Buffer.from(hmac(text, secret, time)));
  return isOurs ? seconds : null;
}

function hmac(text: string, secret: string, seconds: number | string): string {
  return createHmac("sha256", secret).update(`${seconds}.${text}`).digest("hex");
}
