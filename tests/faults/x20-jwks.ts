import { MOVABLE_CLOCKS, moveClocks } from "./clocks.ts";
import type { Fault } from "./fault.ts";
import { seenByAll, startIssuer } from "./issuer.ts";
import { type Answer, atMost, definitions, never, startAssay, startDatabase, undo } from "./support.ts";

const MINUTE_MS = 60_000;

export const fault: Fault = {
  id: "X20",
  name: "The keys of the issuer are down, slow, garbage or rotated",
  injection:
    "a key set on this machine breaks connections, answers after 5 s or with half a document, and changes its key; minutes pass by a clock that is moved",
  promise:
    "Known keys serve for the stale window beyond their ten minutes, then 401; tokens that were just verified are unaffected; a new key serves at once and a withdrawn one no more.",
  async run() {
    const database = await startDatabase();
    const issuer = await startIssuer();
    const assay = await startAssay({
      warehouse: database.url,
      definitions: seenByAll(definitions({ cache: "{ ttl: 1 d }" })),
      settings: issuer.settings("1 h"),
      nodeFlags: MOVABLE_CLOCKS,
    });
    let time = 0;
    let people = 0;
    const pass = (ms: number) => moveClocks(assay, { monotonic: (time += ms) });
    const askAs = (token: string): Promise<Answer> =>
      assay.ask({ metrics: ["revenue"] }, { headers: { authorization: `Bearer ${token}` } });
    const newcomer = () => issuer.token(`newcomer ${(people += 1)}`, { lastsSeconds: 50_000 });
    try {
      const withdrawn = newcomer();
      await askAs(withdrawn);
      let refusedInWindow = 0;
      let slowestStale = 0;
      let slowestKnown = 0;
      for (const how of ["down", "slow", "garbage"] as const) {
        issuer.behave(how);
        const known = newcomer();
        await askAs(known);
        // The keys are too old by now, and are asked for again: those who were verified just now do not wait for that.
        await pass(how === "down" ? 10 * MINUTE_MS - 30_000 : 0);
        await askAs(known);
        await pass(31_000);
        const waiting = askAs(newcomer());
        const again = await askAs(known);
        const first = await waiting;
        const second = await askAs(newcomer());
        refusedInWindow += [again, first, second].filter(({ rows }) => rows === null).length;
        slowestStale = Math.max(slowestStale, first.ms);
        slowestKnown = Math.max(slowestKnown, again.ms);
      }
      await pass(70 * MINUTE_MS - time - 10_000);
      const lastVerified = newcomer();
      refusedInWindow += (await askAs(lastVerified)).rows === null ? 1 : 0;
      await pass(20_000);
      const justVerified = await askAs(lastVerified);
      const tooLate = [await askAs(newcomer()), await askAs(newcomer())];
      issuer.behave("well");
      await pass(6_000);
      const back = await askAs(newcomer());
      issuer.rotate();
      await pass(31_000);
      const rotated = await askAs(newcomer());
      const old = await askAs(withdrawn);
      await pass(31_000);
      const askedBefore = issuer.asked;
      const forged = Array.from({ length: 200 }, (_, i) => issuer.token("forger", { kid: `forged ${i}` }));
      await Promise.all(forged.map(askAs));
      return [
        never("good tokens refused within the stale window", refusedInWindow),
        never("good tokens believed after it", tooLate.filter(({ status }) => status !== 401).length),
        never("tokens refused that had just been verified", justVerified.rows === null ? 1 : 0),
        never("good tokens refused once the key set is back", back.rows === null ? 1 : 0),
        never("tokens of a new key refused", rotated.rows === null ? 1 : 0),
        never("tokens of a withdrawn key believed", old.status === 401 ? 0 : 1),
        atMost(2_500, "ms", "longest wait of a new token for keys that do not come", slowestStale),
        atMost(500, "ms", "longest wait of a known token meanwhile", slowestKnown),
        atMost(1, "", "requests for keys that 200 forged tokens cause", issuer.asked - askedBefore),
        never("process exits", assay.hasEnded() ? 1 : 0),
      ];
    } finally {
      await undo([database.stop, issuer.close, assay.remove]);
    }
  },
};
