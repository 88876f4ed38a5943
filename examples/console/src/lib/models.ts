import type { Database } from "./database.types.ts";

type Row<Name extends keyof Tables> = Tables[Name]["Row"];
type Tables = Database["helpdesk"]["Tables"];

export type Role = "customer" | "agent" | "admin" | "assistant";
export type Status = "open" | "pending" | "resolved" | "closed";
export type Priority = "low" | "normal" | "high" | "urgent";

export type Person = Omit<Row<"users">, "role"> & { role: Role };
export type Team = Row<"teams">;
