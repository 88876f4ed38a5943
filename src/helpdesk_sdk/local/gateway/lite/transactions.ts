/**
 * Lite begins a transaction with a dozen statements, one for each setting, and waits for every one. Here they become
 * one, as in PostgREST: settings are gathered until another statement needs them. With the role come its time limits.
 */

import type postgres from "postgres";

type Unsafe = postgres.Sql["unsafe"];
type Statement = Parameters<Unsafe>;

/** Statements of lite that set something for the rest of the transaction and are asked for nothing else. */
const VALUE = /^\s*select set_config\('([a-z_.]+)', (\$1|''), true\)\s*$/i;
const ROLE = /^set local role "([a-z_]\w*)"$/i;
const READ_ONLY = /^set local transaction_read_only = on$/i;

/**
 * Sets what a JSON object says, in its order; with a role also the time limit of that role, or else of the role that
 * PostgREST signs in as.
 */
const APPLY = `
  with given as (select $1::text::json as settings)
  select set_config(key, value, true) from given, json_each_text(settings)
  union all
  select set_config('statement_timeout', coalesce(
    (select split_part(setting, '=', 2) from pg_roles, unnest(rolconfig) as setting
     where rolname in (settings ->> 'role', 'authenticator') and setting like 'statement_timeout=%'
     order by rolname = 'authenticator' limit 1), '0'), true)
  from given where settings ->> 'role' is not null`;

/** The name and the value that a statement sets, if it does nothing else. */
export function settingOf(text: string, parameters: readonly unknown[]): [string, string] | null {
  const [, name, given] = text.match(VALUE) ?? [];
  const value = given === "$1" ? parameters[0] : "";
  if (name !== undefined) return typeof value === "string" ? [name, value] : null;
  const [, role] = text.match(ROLE) ?? [];
  if (role !== undefined) return ["role", role];
  return READ_ONLY.test(text) ? ["transaction_read_only", "on"] : null;
}

/** The statements of one reserved connection. */
class Gathering {
  #isInTransaction = false;
  /** What is to be set before the next statement. */
  readonly #settings = new Map<string, string>();
  /** That the transaction has begun in PostgreSQL too, and everything is set: without it no statement may run. */
  #ready: Promise<void> | null = null;
  #hasBegun = false;

  constructor(private readonly send: Unsafe) {}

  run(...statement: Statement): Promise<unknown> {
    const [text, parameters = []] = statement;
    if (!this.#isInTransaction) {
      if (text !== "begin") return this.send(...statement);
      this.#isInTransaction = true;
      return nothing();
    }
    const setting = settingOf(text, parameters);
    if (!setting) return text === "rollback" ? this.#rollback() : this.#after(statement);
    this.#settings.set(...setting);
    return nothing();
  }

  async #after(statement: Statement): Promise<unknown> {
    if (!this.#ready || this.#settings.size > 0) this.#ready = this.#prepare(this.#ready);
    await this.#ready;
    const result = await this.send(...statement);
    if (statement[0] === "commit") this.#end();
    return result;
  }

  async #prepare(before: Promise<void> | null): Promise<void> {
    const settings = JSON.stringify(Object.fromEntries(this.#settings));
    const isNothingToSet = this.#settings.size === 0;
    this.#settings.clear();
    await (before ?? this.#begin());
    if (!isNothingToSet) await this.send(APPLY, [settings], { prepare: true });
  }

  async #begin(): Promise<void> {
    await this.send("begin");
    this.#hasBegun = true;
  }

  async #rollback(): Promise<unknown> {
    // It may still be beginning.
    await this.#ready?.catch(() => {});
    const hasBegun = this.#hasBegun;
    this.#end();
    return await (hasBegun ? this.send("rollback") : nothing());
  }

  #end(): void {
    this.#isInTransaction = this.#hasBegun = false;
    this.#settings.clear();
    this.#ready = null;
  }
}

/** What a statement without rows answers. */
function nothing(): Promise<unknown> {
  return Promise.resolve(Object.assign([], { command: "SET", count: 0 }));
}

/** Let what lite does in transactions gather their settings. */
export function gatherSettings(driver: postgres.Sql): void {
  const reserve = driver.reserve.bind(driver);
  driver.reserve = async () => {
    const reserved = await reserve();
    const gathering = new Gathering(reserved.unsafe);
    reserved.unsafe = ((...statement: Statement) => gathering.run(...statement)) as Unsafe;
    return reserved;
  };
}
