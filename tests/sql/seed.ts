import type { ScalarType } from "../../src/expression/index.ts";

/** `i` to `z` whole numbers, `d` and `e` exact, `f` and `g` doubles, `s` and `t` text; two rows and one of NULLs. */
export const SEED = [
  `CREATE TABLE x (i BIGINT, n INTEGER, z BIGINT, d DECIMAL(18,2), e DECIMAL(10,4), f DOUBLE PRECISION,
    g DOUBLE PRECISION, s VARCHAR, t VARCHAR, b BOOLEAN, c BOOLEAN, day DATE, ts TIMESTAMP, tz TIMESTAMP WITH TIME ZONE)`,
  `INSERT INTO x VALUES
    (7, -3, 0, 1200.50, -0.1250, 2.5, -7.25, 'Grüße  ', 'a_b%', true, false,
     '2026-03-29', '2026-01-31 13:45:10.75', '2026-03-29 01:30:00+00'),
    (-5, 2, 9, -3.55, 2.5000, -0.5, 3.5, 'abc', 'B', false, NULL,
     '2024-02-29', '2024-12-30 00:00:00', '2025-12-31 23:30:00+00'),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
];

export const SEED_TYPES: Readonly<Record<string, ScalarType>> = {
  i: "int",
  n: "int",
  z: "int",
  d: "decimal",
  e: "decimal",
  f: "float",
  g: "float",
  s: "string",
  t: "string",
  b: "boolean",
  c: "boolean",
  day: "date",
  ts: "timestamp",
  tz: "timestamptz",
};
