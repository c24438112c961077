import { type Catalog, type Metric, reachableFrom, simpleMetricsBelow } from "../../catalog/index.ts";
import { metricUses } from "../../policy/index.ts";
import { type DocumentChange, documentChanges } from "../change/edits.ts";
import type { Finding } from "../finding.ts";
import { LISTED_HOPS } from "../fingerprint/shape.ts";
import { editInWords } from "../report/text.ts";
import { found, type Judgement, versioned } from "./judgement.ts";

/**
 * GROUPED_ACCESS_CHANGED: a policy of rows that a certified metric is not made of, but may be grouped by. Its access part holds
 * the policies of what it is made of, so the certification stands; whoever asks for it by those rows sees others.
 */
export function checkGroupedAccess(judgement: Judgement): readonly Finding[] {
  const { base, head, before } = judgement;
  const { catalog } = head;
  if (!base?.catalog || !catalog) return [];
  const edits = documentChanges(base.files, head.files).flatMap(policyEdit);
  if (edits.length === 0) return [];
  const certified = [...before].flatMap(([name, { certifiedAt }]) => {
    const metric = catalog.metrics.get(name);
    return certifiedAt !== null && metric ? [metric] : [];
  });
  return edits.flatMap(({ model, edit }) => {
    const [first, ...others] = certified
      .filter((metric) => isGroupedBy(catalog, metric, model))
      .map(({ name }) => versioned(head, name))
      .sort();
    if (first === undefined) return [];
    return [
      found("GROUPED_ACCESS_CHANGED", first, `Who sees what of it by ${model} differs: have security look at it.`, {
        span: edit.span,
        cause: editInWords(edit),
        effects: others,
      }),
    ];
  });
}

/** The first edit of a policy that lets others see what it guards. */
function policyEdit({ kind, name, edits }: DocumentChange) {
  const edit = edits.find(({ category }) => category === "access-changing");
  return kind === "policy" && edit ? [{ model: name, edit }] : [];
}

/** Whether it may be grouped by rows of the model, and is not made of them: that would be told by its access part. */
function isGroupedBy(catalog: Catalog, metric: Metric, model: string): boolean {
  if (metricUses(catalog, metric).some((use) => use.model.name === model)) return false;
  return simpleMetricsBelow(catalog, metric).some((leaf) => {
    const start = catalog.models.get(leaf.model);
    const reached = start ? reachableFrom(catalog, start, LISTED_HOPS) : [];
    return reached.some(({ path }) => path.steps.some(({ to }) => to.name === model));
  });
}
