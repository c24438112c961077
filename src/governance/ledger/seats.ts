import type { Metric } from "../../catalog/index.ts";
import type { Rules } from "../rules.ts";
import type { EventType } from "./event.ts";
import type { CountedApproval, Seats } from "./judged.ts";
import type { Verified } from "./verify-approvals.ts";

/** How an event of a type comes to have all approvals. */
export type Need = EventType | "emergency" | "cascade";

/**
 * Fills the places of an event with those who approved it, so that as many as possible are filled, owners first.
 *
 * @param isAccessChanged Whether it certifies that others see it than those whom the certification before was about.
 */
export function seatsFor(
  need: Need,
  { owner, tier }: Pick<Metric, "owner" | "tier">,
  { teams, council, security }: Rules,
  verified: readonly Verified[],
  isAccessChanged: boolean,
): Seats {
  const isOf = (team: string | undefined) => (by: string) => team !== undefined && !!teams.get(team)?.includes(by);
  const isBusiness = isOf(owner?.business);
  const isTechnical = isOf(owner?.technical);
  const isCouncil = (by: string): boolean => council.members.includes(by);
  const isSecurity = (by: string): boolean => security?.members.includes(by) ?? false;
  // One team cannot look over its own shoulder where most depends on it.
  const isOneTeam = tier === "gold" && owner !== null && owner.business === owner.technical;
  const wanted = WANTED[need];
  // Nobody hurries past who looks after access: where no one does by name, the whole quorum stands in.
  const standsIn = isAccessChanged && security === null;
  const councilNeed = wanted.council === "quorum" || standsIn ? council.quorum : wanted.council;
  const securityNeed = isAccessChanged && security !== null ? security.quorum : 0;
  const owners: readonly Place[] =
    wanted.owners === "both" ? [isBusiness, isTechnical] : wanted.owners === "any" ? [either] : [];
  function either(by: string): boolean {
    return isBusiness(by) || isTechnical(by);
  }
  const places = [...owners, ...timesOf(councilNeed, isCouncil), ...timesOf(securityNeed, isSecurity)];
  const filled = filledBy(places, peopleOf(verified));
  const seated = filled.slice(owners.length);
  const councilHave = seated.slice(0, councilNeed).filter((by) => by !== null).length;
  const securityHave = seated.slice(councilNeed).filter((by) => by !== null).length;
  const [first = null, second = null] = filled.slice(0, owners.length);
  const business = wanted.owners === "any" ? (first !== null && isBusiness(first) ? first : null) : first;
  const technical = wanted.owners === "any" ? (first !== null && business === null ? first : null) : second;
  const lacking: string[] = [];
  const team = (name: string | undefined): string => (name === undefined ? "an owner, which it has none of" : name);
  if (wanted.owners === "both" && business === null) lacking.push(`the business owner (${team(owner?.business)})`);
  if (wanted.owners === "both" && technical === null) lacking.push(`the technical owner (${team(owner?.technical)})`);
  if (wanted.owners === "any" && first === null) lacking.push("one of the owners");
  if (councilHave < councilNeed) lacking.push(`${councilNeed - councilHave} of the council`);
  if (securityHave < securityNeed) lacking.push(`${securityNeed - securityHave} of security`);
  if (need === "certify" && isOneTeam) lacking.push("a second owner team, which the tier gold demands");
  return {
    business,
    technical,
    council: [councilHave, councilNeed],
    security: securityNeed > 0 ? [securityHave, securityNeed] : null,
    lacking,
  };
}

function timesOf(count: number, place: Place): readonly Place[] {
  return Array.from({ length: count }, () => place);
}

const WANTED: Readonly<Record<Need, { readonly owners: "both" | "any" | "none"; readonly council: "quorum" | 0 | 1 }>> =
  {
    certify: { owners: "both", council: "quorum" },
    cascade: { owners: "none", council: "quorum" },
    emergency: { owners: "any", council: 1 },
    suspend: { owners: "any", council: 0 },
    revoke: { owners: "none", council: "quorum" },
    deprecate: { owners: "both", council: 0 },
    retire: { owners: "both", council: 0 },
    // It says nothing that was not signed.
    migrate: { owners: "none", council: 0 },
  };

/** For whom each approver stands. */
export function standingOf(
  verified: readonly Verified[],
  owner: Metric["owner"],
  { teams, council, security }: Rules,
): readonly CountedApproval[] {
  const named = owner ? [...new Set([owner.business, owner.technical])] : [];
  return verified.map(({ by }) => ({
    by,
    as: [
      ...named.filter((team) => teams.get(team)?.includes(by)),
      ...(council.members.includes(by) ? ["council"] : []),
      ...(security?.members.includes(by) ? ["security"] : []),
    ],
  }));
}

/** Names that are one approver: the same key signed for all of them. */
type Person = ReadonlySet<string>;

/** One key under two names is one approver, and so is one name with two keys. */
function peopleOf(verified: readonly Verified[]): readonly Person[] {
  let people: { readonly names: Set<string>; readonly keys: Set<string> }[] = [];
  for (const { by, key } of verified) {
    const one = { names: new Set([by]), keys: new Set(key === null ? [] : [key]) };
    const same = people.filter(({ names, keys }) => names.has(by) || (key !== null && keys.has(key)));
    for (const { names, keys } of same) {
      for (const name of names) one.names.add(name);
      for (const other of keys) one.keys.add(other);
    }
    people = [...people.filter((other) => !same.includes(other)), one];
  }
  return people.map(({ names }) => names);
}

/** Whether somebody may sit there. */
type Place = (by: string) => boolean;

/**
 * Who sits on each place; null: nobody. A place once filled stays filled while others move over, so earlier places come
 * first, and as many as possible are filled.
 */
function filledBy(places: readonly Place[], people: readonly Person[]): readonly (string | null)[] {
  const sitting = new Map<number, Person>();
  const seat = (place: number, tried: Set<Person>): boolean => {
    for (const person of people) {
      if (tried.has(person) || ![...person].some(placeOf(place))) continue;
      tried.add(person);
      const [other] = [...sitting].find(([, sits]) => sits === person) ?? [];
      if (other === undefined || seat(other, tried)) {
        sitting.set(place, person);
        return true;
      }
    }
    return false;
  };
  const placeOf = (place: number): Place => places[place] ?? (() => false);
  for (const place of places.keys()) seat(place, new Set());
  return places.map((takes, place) => [...(sitting.get(place) ?? [])].find(takes) ?? null);
}
