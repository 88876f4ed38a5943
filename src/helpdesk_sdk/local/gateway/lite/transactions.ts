/**
 * Lite begins a transaction with a dozen statements, one per setting, and waits for each. As in PostgREST, this shim
 * batches the settings into one statement before the first real statement, and applies the role's statement timeout.
 */

import type postgres from "postgres";
import { isUnusedLookup } from "./logins.ts";
import { unmarked } from "./values.ts";

type Unsafe = postgres.Sql["unsafe"];
type Statement = Parameters<Unsafe>;

/** Lite's statements that only change a setting of the transaction. */
const VALUE = /^\s*select set_config\('([a-z_.]+)', (\$1|''), true\)\s*$/i;
const ROLE = /^set local role "([a-z_]\w*)"$/i;
const READ_ONLY = /^set local transaction_read_only = on$/i;

/**
 * Applies the settings of a JSON object in order. With a role, also applies that role's statement timeout; its default
 * is the timeout of the role that PostgREST connects as.
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

/** The name and value of the setting, or null when the statement does more than change a setting. */
export function parseSetting(text: string, parameters: readonly unknown[]): [string, string] | null {
  const [, name, given] = text.match(VALUE) ?? [];
  const value = given === "$1" ? parameters[0] : "";
  if (name !== undefined) return typeof value === "string" ? [name, value] : null;
  const [, role] = text.match(ROLE) ?? [];
  if (role !== undefined) return ["role", role];
  return READ_ONLY.test(text) ? ["transaction_read_only", "on"] : null;
}

/** The statements of one reserved connection. */
class SettingsBatch {
  #isInTransaction = false;
  /** Settings to apply before the next statement. */
  readonly #settings = new Map<string, string>();
  /** Resolves when BEGIN and all settings have run in PostgreSQL. No statement may run earlier. */
  #ready: Promise<void> | null = null;
  #hasBegun = false;

  constructor(private readonly send: Unsafe) {}

  run(...statement: Statement): Promise<unknown> {
    const [text, parameters = []] = statement;
    if (statement[1]) statement[1] = unmarked(statement[1]) as typeof parameters;
    if (!this.#isInTransaction) {
      if (text !== "begin") return this.send(...statement);
      this.#isInTransaction = true;
      return emptyResult();
    }
    const setting = parseSetting(text, parameters);
    if (!setting) return text === "rollback" ? this.#rollback() : this.#runStatement(statement);
    this.#settings.set(...setting);
    return emptyResult();
  }

  async #runStatement(statement: Statement): Promise<unknown> {
    if (!this.#ready || this.#settings.size > 0) this.#ready = this.#applySettings(this.#ready);
    await this.#ready;
    const result = await this.send(...statement);
    if (statement[0] === "commit") this.#end();
    return result;
  }

  async #applySettings(before: Promise<void> | null): Promise<void> {
    const settings = JSON.stringify(Object.fromEntries(this.#settings));
    const isNothingToSet = this.#settings.size === 0;
    this.#settings.clear();
    await before;
    // Both at once: the connection runs them in this order, and without a transaction the settings have no effect.
    const begun = before === null ? this.#begin() : null;
    await Promise.all([begun, isNothingToSet ? null : this.send(APPLY, [settings], { prepare: true })]);
  }

  async #begin(): Promise<void> {
    await this.send("begin");
    this.#hasBegun = true;
  }

  async #rollback(): Promise<unknown> {
    // BEGIN may still be in flight.
    await this.#ready?.catch(() => {});
    const hasBegun = this.#hasBegun;
    this.#end();
    return await (hasBegun ? this.send("rollback") : emptyResult());
  }

  #end(): void {
    this.#isInTransaction = this.#hasBegun = false;
    this.#settings.clear();
    this.#ready = null;
  }
}

/** The result of a statement without rows. */
function emptyResult(): Promise<unknown> {
  return Promise.resolve(Object.assign([], { command: "SET", count: 0 }));
}

/** Batch the settings of lite's transactions on this driver. */
export function batchSettings(driver: postgres.Sql): void {
  const reserve = driver.reserve.bind(driver);
  driver.reserve = async () => {
    const reserved = await reserve();
    const batch = new SettingsBatch(reserved.unsafe);
    reserved.unsafe = ((...statement: Statement) => {
      return isUnusedLookup(statement[0]) ? emptyResult() : batch.run(...statement);
    }) as Unsafe;
    return reserved;
  };
}
