import type { Invitation, Person, Role } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

/** People, by name; `search` matches names and addresses. */
export async function listPeople(filter: { role?: Role; search?: string; limit?: number } = {}): Promise<Person[]> {
  let query = client().from("users").select().order("name").order("user_id").limit(filter.limit ?? 200);
  if (filter.role) query = query.eq("role", filter.role);
  const words = filter.search?.trim().replaceAll(/[%_,()"\\*]/g, " ").trim();
  if (words) query = query.or(`name.ilike.%${words}%,email.ilike.%${words}%`);
  return await call(query) as Person[];
}

/** A customer without a login; for an address that a customer has already, that customer. */
export async function createCustomer(id: string, email: string, name: string): Promise<Person> {
  return await call(client().rpc("create_customer", { user_id: id, email, name })) as Person;
}

/** Agents and admins who can be assigned. */
export async function listStaff(): Promise<Person[]> {
  const query = client().from("users").select().in("role", ["agent", "admin"]).eq("is_active", true).order("name");
  return await call(query.limit(1000)) as Person[];
}

export async function setRole(userId: string, role: Role): Promise<Person> {
  return await call(client().rpc("set_user_role", { user_id: userId, role })) as Person;
}

export async function deactivate(userId: string): Promise<Person> {
  return await call(client().rpc("deactivate_user", { user_id: userId })) as Person;
}

export async function reactivate(userId: string): Promise<Person> {
  return await call(client().rpc("reactivate_user", { user_id: userId })) as Person;
}

/** Change a person's name; the database lets a person change their own, and an admin everybody's. */
export async function rename(userId: string, name: string): Promise<void> {
  await call(client().from("users").update({ name }).eq("user_id", userId).select("user_id"));
}

/** Invitations that nobody has accepted or revoked, the newest first. */
export async function listInvitations(): Promise<Invitation[]> {
  const query = client().from("invitations").select().is("accepted_at", null).is("revoked_at", null);
  return await call(query.order("created_at", { ascending: false }).limit(200));
}

/** Invite an address to a role. Repeat it with the same id: there is one invitation. */
export async function invite(given: { id: string; email: string; role: Role; name: string }): Promise<Invitation> {
  const { id, email, role, name } = given;
  return await call(client().rpc("invite_user", { invitation_id: id, email, role, name }));
}

export async function revokeInvitation(id: string): Promise<Invitation> {
  return await call(client().rpc("revoke_invitation", { invitation_id: id }));
}
