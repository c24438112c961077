import type { Finding } from "../finding.ts";
import { found, type Judgement, versioned } from "./judgement.ts";
import { newEvents } from "./ledger.ts";

/**
 * EVENT_INVALID: an event that is new says of its parts what the definition does not come to. Its fingerprint binds it to the
 * definition, yet by its parts one tells whether access changed, so that security has to sign, and whether numbers did.
 */
export function checkParts(judgement: Judgement): readonly Finding[] {
  const { head, ledger } = judgement;
  const isNew = newEvents(judgement);
  return [...ledger].flatMap(([name, events]) => {
    const today = head.fingerprints.get(name);
    if (!today) return [];
    return events.flatMap(({ file: { event, file } }) => {
      if (!isNew.has(file.path) || event.version !== today.version || event.fingerprint !== today.certified) return [];
      const wrong = (["value", "access"] as const).filter((part) => event.parts[part] !== today.parts[part]);
      if (wrong.length === 0) return [];
      const message = `Event ${event.seq} is of this definition by its fingerprint, and of another by its ${wrong.join(" and ")}.`;
      return [
        found("EVENT_INVALID", versioned(head, name), message, {
          span: { file, start: 0, end: 0 },
          cause: `event ${event.seq}`,
          fix: `remove it, then assay certify ${name}`,
        }),
      ];
    });
  });
}
