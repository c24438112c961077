import { type Metric, versionsOf } from "../../catalog/index.ts";
import type { Finding } from "../finding.ts";
import { looseValuesOf } from "../fingerprint/loose.ts";
import type { LedgerEvent } from "../ledger/event.ts";
import { found, type Judgement, placeOfMetric, touched, versioned } from "./judgement.ts";

/** DUPLICATE_SEMANTICS: one meaning, two names. */
export function checkDuplicates(judgement: Judgement): readonly Finding[] {
  const { head } = judgement;
  if (!head.catalog) return [];
  const isTouched = touched(judgement);
  const { metrics } = head.catalog;
  const byValue = Map.groupBy(looseValuesOf(head.catalog), ([, value]) => value);
  return [...byValue.values()].flatMap((all) => {
    // What a metric was called before means the same, and so may its versions: they differ in what else they offer.
    const apart = all.filter(([name]) => metrics.get(name)?.aliasOf === null);
    const same = [...Map.groupBy(apart, ([name]) => metrics.get(name)?.id).values()].flatMap(([first]) =>
      first ? [first] : [],
    );
    const names = same.map(([name]) => name).sort();
    // The one that was there first keeps its name.
    const [first = "", ...others] = [...names].sort((a, b) => Number(isTouched.has(a)) - Number(isTouched.has(b)));
    return others.map((name) =>
      found("DUPLICATE_SEMANTICS", versioned(head, name), `It means the same as ${versioned(head, first)}.`, {
        span: placeOfMetric(head, name),
        fix: `use ${first}, or say what differs in the definition`,
      }),
    );
  });
}

/** NAME_RESERVED: whoever remembers a retired name must not get other numbers under it. */
export function checkReservedNames({ head, base, ledger }: Judgement): readonly Finding[] {
  if (!head.catalog) return [];
  // A version that lived beside the one that was retired, or came after it while another lived, has the name by right.
  const isOther = ({ id, version, name }: Metric, retired: LedgerEvent): boolean =>
    version !== retired.version &&
    (base?.catalog
      ? versionsOf(base.catalog, id).some((one) => one.version !== retired.version && one.lifecycle !== "retired")
      : (ledger
          .get(name)
          ?.some(
            ({ isEffective, file: { event } }) => isEffective && event.type === "certify" && event.version === version,
          ) ?? false));
  return [...ledger].flatMap(([name, events]) => {
    // Whoever takes the name could say that they own it: what was merged counts, whoever owns it now.
    const retired = events.find(
      ({ isEffective, file }) => file.event.type === "retire" && (isEffective || base?.files.has(file.file.path)),
    );
    const metric = head.catalog?.metrics.get(name);
    if (!retired || !metric || metric.lifecycle === "retired" || isOther(metric, retired.file.event)) return [];
    const message = `The name ${name} belonged to a metric that was retired on ${retired.file.event.issued}.`;
    return [found("NAME_RESERVED", versioned(head, name), message, { span: metric.span, fix: "choose another name" })];
  });
}
