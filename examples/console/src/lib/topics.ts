import type { Role } from "./models.ts";

/** The topics that announce every event that a person may see, and what else they must read again. */
export function topicsOf(person: { role: Role; userId: string; teamIds: string[] }): string[] {
  if (person.role === "admin") return ["helpdesk:admin"];
  const mine = `helpdesk:user:${person.userId}`;
  if (person.role !== "agent") return [mine];
  return [mine, "helpdesk:staff", ...person.teamIds.map((id) => `helpdesk:team:${id}`).sort()];
}
