import { expect, test } from "vitest";
import { signed, signedAt } from "../../src/std/index.ts";

const SECRET = "a-secret-of-32-letters-or-so-xyz";

test("a signature tells when its text was signed, and nothing for any other", () => {
  const signature = signed("text", SECRET, 1_795_219_200);
  expect(signedAt(signature, "text", SECRET)).toBe(1_795_219_200);
  expect(signedAt(signature, "texts", SECRET)).toBeNull();
  expect(signedAt(signature, "text", `${SECRET}.`)).toBeNull();
  expect(signedAt(signature.replace("200,", "201,"), "text", SECRET)).toBeNull();
  expect(signedAt(signature.replace("t=1", "t=01"), "text", SECRET)).toBeNull();
  expect(signedAt(`${signature},v1=`, "text", SECRET)).toBeNull();
  expect(signedAt("", "text", SECRET)).toBeNull();
});

test("it is what OpenSSL makes of time, dot and text", () => {
  // printf '1.x' | openssl dgst -sha256 -hmac k
  expect(signed("x", "k", 1)).toBe("t=1,v1=976cb87e4f568d1c0f03f32859e90af8597cf00b978ba37c229c97d3a15b8449");
});
