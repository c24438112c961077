import type { Dimension, Mask } from "../../catalog/index.ts";
import type { Expr } from "../../expression/index.ts";
import { call, int, literal, text } from "../../expression/index.ts";
import type { ModelAccess } from "../../policy/index.ts";
import { toDate, toLocal, toPhysical } from "../lower.ts";
import type { Physical } from "../node.ts";
import type { PlanContext } from "./context.ts";

/** A dimension as the access lets each row show it. */
export function maskedValue(zones: Zones, access: ModelAccess, { name, value, type }: Dimension): Expr<Physical> {
  const clear = toPhysical(value);
  const layers = access.masks.get(name);
  if (!layers) return clear;
  const shown = layers.map(({ when, mask }) => ({
    when: when && toPhysical({ kind: "expr", expr: when }),
    value: mask === null ? clear : masked(clear, mask, type, zones),
  }));
  const always = shown.findIndex(({ when }) => when === null);
  const otherwise = shown[always]?.value ?? masked(clear, { kind: "null" }, type, zones);
  const branches = shown
    .slice(0, always < 0 ? shown.length : always)
    .flatMap(({ when, value: then }) => (when ? [{ when, value: then }] : []));
  return branches.length === 0 ? otherwise : { kind: "case", branches, otherwise };
}

type Zones = Pick<PlanContext, "catalog" | "timeZone" | "hashKey">;

function masked(value: Expr<Physical>, mask: Mask, type: Dimension["type"], zones: Zones): Expr<Physical> {
  switch (mask.kind) {
    case "null":
      return type === "unknown" || type === "interval"
        ? literal(type, null)
        : { kind: "cast", to: type, arg: literal("unknown", null), isTry: false };
    case "constant":
      return text(mask.value);
    case "hash":
      return call("hash", zones.hashKey === null ? value : call("||", text(zones.hashKey), value));
    case "last_four":
      // Of a short text four letters would be all of it, or nearly so.
      return {
        kind: "case",
        branches: [
          {
            when: call(">=", call("length", value), int(8)),
            value: call("||", text("…"), call("substring", value, call("-", call("length", value), int(3)))),
          },
        ],
        otherwise: text("…"),
      };
    case "month": {
      // Which month it is must not depend on the caller's zone: by asking in several they would find out the hour.
      const month = call("date_trunc", text("month"), toLocal(value, type, zones.catalog.timeZone));
      if (type === "date") return toDate(month);
      return type === "timestamptz" ? call("from_zone", month, text(zones.timeZone)) : month;
    }
  }
}
