import type { Catalog } from "../../src/catalog/index.ts";
import type { Principal } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import type { Warehouse } from "../../src/warehouse/index.ts";
import { openPostgresLoader, openWarehouse, readAll } from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { catalogFrom } from "../support/shop.ts";
import { DEFINITIONS } from "./definitions.ts";

/**
 * Two tenants, three regions, and three people who see different parts of them. Every text says whose it is, names of
 * tables and columns begin with `zz`, and notes say CANARY: none of it may reach somebody who must not see it.
 */

export function worldCatalog(): Catalog {
  return catalogFrom(DEFINITIONS);
}

export type Cell = string | number | null;
export type TableRow = Readonly<Record<string, Cell>>;
export type World = Readonly<Record<string, readonly TableRow[]>>;

export interface Person {
  readonly principal: Principal;
  /** Written by hand from the policies: which cells somebody may see in any answer at all. */
  readonly sees: (table: string, row: TableRow, column: string) => boolean;
  /** What no answer of theirs may hold. */
  readonly canaries: RegExp;
}

function user(name: string, roles: readonly string[], claims: Record<string, string | readonly string[]>): Principal {
  return makeUser({ issuer: "https://issuer.test", subject: name, name, roles, claims });
}

const HIDDEN = new Set(["zz_cost", "zz_note"]);
const PUBLIC = new Set(["zz_products", "zz_days"]);

/** Reads two of three regions of the first tenant; costs and notes are hidden, mail masked. */
export const ANA: Person = {
  principal: user("ana", ["analyst"], { tenant: "T1", regions: ["EMEA", "APAC"] }),
  sees: (table, row, column) => {
    if (PUBLIC.has(table)) return true;
    if (table === "zz_payroll" || HIDDEN.has(column) || row["zz_tenant"] !== "T1") return false;
    return table === "zz_plans" || row["zz_region"] !== "AMER";
  },
  canaries: /zz_|CANARY|T2|AMER|@/,
};

/** Reads the third region as an analyst, and of the others what is open, less sharply, as support. */
export const SAM: Person = {
  principal: user("sam", ["support", "analyst"], { tenant: "T1", regions: ["AMER"] }),
  sees: (table, row, column) => {
    if (PUBLIC.has(table)) return true;
    if (table === "zz_payroll" || HIDDEN.has(column) || row["zz_tenant"] !== "T1") return false;
    if (table === "zz_plans" || row["zz_region"] === "AMER") return true;
    if (table === "zz_customers") return column === "zz_id" || column === "zz_tenant";
    const isOpen = table === "zz_orders" && row["zz_state"] === "open";
    return isOpen && ["zz_id", "zz_tenant", "zz_state", "zz_customer", "zz_product"].includes(column);
  },
  canaries: /zz_|CANARY|T2|@|~EMEA|~APAC/,
};

/** Reads everything of the second tenant. */
export const TIA: Person = {
  principal: user("tia", ["admin"], { tenant: "T2" }),
  sees: (table, row) => PUBLIC.has(table) || (table !== "zz_payroll" && row["zz_tenant"] === "T2"),
  canaries: /T1/,
};

export const PEOPLE = { ANA, SAM, TIA };

const REGIONS = ["EMEA", "APAC", "AMER"];
const START = Date.UTC(2026, 0, 1);

/** Whole numbers below a bound, the same for the same seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export function makeWorld(): World {
  const random = randomFrom(7);
  const pick = <T>(items: readonly T[]): T => {
    const item = items[random(items.length)];
    if (item === undefined) throw new Error("Nothing to pick from.");
    return item;
  };
  const owner = (): TableRow => ({ zz_tenant: pick(["T1", "T1", "T2"]), zz_region: pick(REGIONS) });
  const many = (count: number, make: (id: number) => TableRow): readonly TableRow[] =>
    Array.from({ length: count }, (_, i) => make(i + 1));
  const mark = ({ zz_tenant, zz_region }: TableRow) => `${zz_tenant}~${zz_region}`;
  // Digits where ANA may look; elsewhere texts that no cast takes.
  const codeOf = (own: TableRow, digit: number): string =>
    own["zz_tenant"] === "T1" && own["zz_region"] !== "AMER" ? String(digit) : `${mark(own)} ${digit}`;
  const customers = many(24, (id) => {
    const own = owner();
    const name = `${mark(own)} ${id}`;
    return {
      zz_id: id,
      ...own,
      zz_name: name,
      zz_mail: `${name}@mail.test ${1000 + id}`,
      zz_tier: pick(["gold", "tin"]),
      zz_pin: codeOf(own, id % 9),
    };
  });
  /** Of a customer of the same tenant and region, mostly; sometimes of somebody else's, or of none. */
  const customerOf = (own: TableRow): Cell => {
    const kind = random(10);
    if (kind === 0) return null;
    const theirs = customers.filter((one) => kind === 1 || mark(one) === mark(own));
    return pick(theirs.length > 0 ? theirs : customers)["zz_id"] ?? null;
  };
  return {
    zz_customers: customers,
    zz_products: many(4, (id) => ({ zz_id: id, zz_kind: pick(["book", "pen"]) })),
    zz_days: many(40, (id) => ({ zz_day: day(id - 1) })),
    zz_orders: many(90, (id) => {
      const own = owner();
      const state = pick(["open", "done", "done"]);
      return {
        zz_id: id,
        ...own,
        zz_customer: customerOf(own),
        zz_product: 1 + random(5),
        zz_state: state,
        zz_day: day(random(30)),
        zz_amount: random(40),
        zz_cost: random(30),
        zz_note: `CANARY ${id}`,
        zz_code: codeOf(own, random(9)),
      };
    }),
    zz_plans: customers.flatMap((customer) => {
      const change = day(3 + random(20));
      const base = { zz_customer: customer["zz_id"] ?? null, zz_tenant: customer["zz_tenant"] ?? null };
      return [
        { ...base, zz_plan: pick(["free", "pro"]), zz_from: day(0), zz_to: change },
        { ...base, zz_plan: pick(["free", "pro"]), zz_from: change, zz_to: null },
      ];
    }),
    zz_visits: many(60, (id) => {
      const own = owner();
      return {
        zz_id: id,
        ...own,
        zz_customer: customerOf(own),
        zz_day: day(random(30)),
        zz_channel: pick(["ad", "mail"]),
      };
    }),
    zz_surveys: many(40, (id) => {
      const own = owner();
      return {
        zz_id: id,
        ...own,
        zz_customer: customerOf(own),
        zz_day: day(random(30)),
        zz_topic: pick(["food", "fun", "rest"]),
        zz_score: random(10),
      };
    }),
    zz_stock: many(40, (id) => ({
      zz_id: id,
      ...owner(),
      zz_product: 1 + random(4),
      zz_day: day(random(30)),
      zz_pieces: random(50),
    })),
    zz_payroll: many(5, (id) => ({
      zz_id: id,
      zz_tenant: "T1",
      zz_region: "EMEA",
      zz_title: `CANARY ${id}`,
      zz_salary: random(90),
    })),
  };
}

function day(offset: number): string {
  return new Date(START + offset * 86_400_000).toISOString().slice(0, 10);
}

/** The same world, but for everything that the person may not see: other values, fewer rows, and more of them. */
export function changedFor(person: Person, world: World, seed: number): World {
  const random = randomFrom(seed);
  const seen = (table: string, row: TableRow) => Object.keys(row).filter((column) => person.sees(table, row, column));
  const changed = Object.entries(world).map(([table, rows]) => {
    const others = rows.flatMap((row): readonly TableRow[] => {
      const visible = seen(table, row);
      if (visible.length === Object.keys(row).length) return [row];
      if (visible.length === 0 && random(3) === 0) return [];
      const cells = Object.entries(row).map(([column, cell]): readonly [string, Cell] => {
        return [column, visible.includes(column) ? cell : otherCell(column, cell, random)];
      });
      // What decides who sees the row may change too, as long as they see no more and no less of it.
      const own = {
        zz_tenant: row["zz_tenant"] ?? null,
        ...("zz_region" in row && { zz_region: row["zz_region"] ?? null }),
      };
      const moved = Object.fromEntries(cells);
      const stays: TableRow = { ...moved, ...own };
      const kept = seen(table, moved).join() === visible.join() ? moved : stays;
      const copy = { ...kept, ...("zz_id" in kept && { zz_id: 1000 + Number(kept["zz_id"]) }) };
      return visible.length === 0 && random(3) === 0 ? [kept, copy] : [kept];
    });
    return [table, others] as const;
  });
  return Object.fromEntries(changed);
}

function otherCell(column: string, cell: Cell, random: (below: number) => number): Cell {
  switch (column) {
    case "zz_id":
    case "zz_state":
    case "zz_from":
    case "zz_to":
      return cell;
    case "zz_tenant":
      return ["T1", "T2", "T9"][random(3)] ?? null;
    case "zz_region":
      return ["EMEA", "APAC", "AMER", "MOON"][random(4)] ?? null;
    case "zz_customer":
      return random(4) === 0 ? null : 1 + random(24);
    case "zz_product":
      return 1 + random(5);
    case "zz_day":
      return day(random(30));
    case "zz_code":
    case "zz_pin":
      return String(random(9));
    case "zz_mail":
      // Of these letters a mask shows the last four.
      return `other ${random(9)}@mail.test ${String(cell).slice(-4)}`;
    default:
      return typeof cell === "number" ? random(60) : `other ${random(5)}`;
  }
}

/** A world with nothing in it but what the person may see. */
export function visiblePart({ sees }: Person, world: World): World {
  return Object.fromEntries(
    Object.entries(world).map(([table, rows]) => [
      table,
      rows.filter((row) => sees(table, row, Object.keys(row)[0] ?? "")),
    ]),
  );
}

const TYPES: Readonly<Record<string, string>> = {
  zz_day: "date",
  zz_from: "date",
  zz_to: "date",
  zz_id: "int",
  zz_customer: "int",
  zz_product: "int",
  zz_amount: "int",
  zz_cost: "int",
  zz_score: "int",
  zz_pieces: "int",
  zz_salary: "int",
};

function sqlOf(world: World, full: World): readonly string[] {
  return Object.entries(world).flatMap(([table, rows]) => {
    const columns = Object.keys(full[table]?.[0] ?? {});
    const create = `create table ${table} (${columns.map((column) => `${column} ${TYPES[column] ?? "text"}`).join(", ")})`;
    const values = rows.map((row) => `(${columns.map((column) => literal(row[column] ?? null)).join(", ")})`);
    return values.length > 0 ? [create, `insert into ${table} values ${values.join(", ")}`] : [create];
  });
}

function literal(cell: Cell): string {
  if (cell === null) return "null";
  return typeof cell === "number" ? String(cell) : `'${cell.replaceAll("'", "''")}'`;
}

/** A warehouse with the world's tables in it. */
export async function openWorld(dialect: "duckdb" | "postgres", world: World): Promise<Warehouse> {
  const statements = sqlOf(world, makeWorld());
  if (dialect === "duckdb") {
    const warehouse = await openWarehouse("duckdb::memory:");
    for (const text of statements) await readAll(await warehouse.execute({ text, values: [] }));
    return warehouse;
  }
  const url = await emptyPostgres();
  const loader = await openPostgresLoader(url);
  await loader.run(statements.map((statement) => `${statement};\n`).join(""));
  await loader.close();
  return openWarehouse(url);
}
