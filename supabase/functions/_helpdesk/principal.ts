/**
 * The login with which functions act as the assistant. It has no rights of its own: with a run's secret it sees the
 * ticket of that run, and without one nothing.
 *
 * Its password follows from the project's secret key, so that every instance knows it. The first sign-in makes the login;
 * after a rotation of the key, the first sign-in sets the new password.
 */

import { type Api, ApiError, type Caller } from "./api.ts";

const DEFAULT_EMAIL = "assistant@helpdesk.invalid";
/** What marks a login as ours. Nobody but a holder of the secret key can write `app_metadata`. */
const MARK = { helpdesk: "assistant" };
const RENEW_MS = 60_000;

/** The assistant cannot sign in. The message names the way out. */
export class PrincipalError extends Error {
  override name = "PrincipalError";
}

interface Session {
  access_token: string;
  expires_in?: number;
}

interface User {
  user_id: string;
  auth_user_id: string | null;
  role: string;
  is_active: boolean;
}

export class Principal {
  #session: { caller: Caller; until: number } | null = null;
  #pending: Promise<Caller> | null = null;
  private readonly email: string;

  constructor(
    private readonly api: Api,
    private readonly secretKey: string,
    email: string = DEFAULT_EMAIL,
  ) {
    this.email = email.toLowerCase();
  }

  /** The assistant as a caller. @throws PrincipalError */
  async caller(): Promise<Caller> {
    if (this.#session && this.#session.until > Date.now()) return this.#session.caller;
    this.#pending ??= this.#begin().finally(() => this.#pending = null);
    return await this.#pending;
  }

  /** Sign in anew at the next call, e.g. because the token is not accepted any more. */
  forget(): void {
    this.#session = null;
  }

  async #begin(): Promise<Caller> {
    const password = await passwordFrom(this.secretKey);
    let session = await this.#signIn(password);
    if (session === null) {
      await this.#makeLogin(password);
      session = await this.#signIn(password);
      if (session === null) throw new PrincipalError(`The login ${this.email} cannot sign in with its new password`);
    }
    const caller = this.api.person(session.access_token);
    await this.#giveRole(await this.#whoami(caller));
    this.#session = { caller, until: Date.now() + (session.expires_in ?? 3600) * 1000 - RENEW_MS };
    return caller;
  }

  async #whoami(caller: Caller): Promise<User> {
    try {
      return await this.api.rpc<User>(caller, "whoami");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.reason === "inactive_user") {
        throw new PrincipalError("An admin has deactivated the assistant's account");
      }
      throw new PrincipalError(`The assistant's login is not accepted (${error.status})`);
    }
  }

  /** A session; null when there is no such login, or it has another password. */
  async #signIn(password: string): Promise<Session | null> {
    const { apikey } = this.api.person("");
    const body = { email: this.email, password };
    try {
      return await this.api.request<Session>("POST", "/auth/v1/token?grant_type=password", { apikey: apikey! }, body);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const code = String(error.body.error_code ?? error.body.code ?? error.body.error ?? error.status);
      if (["invalid_credentials", "invalid_grant", "email_not_confirmed"].includes(code)) return null;
      if (code === "email_provider_disabled" || /logins are disabled/i.test(String(error.body.msg))) {
        throw new PrincipalError(
          "The assistant signs in with a password, and the project does not permit that: enable the e-mail provider in " +
            "Supabase Auth",
        );
      }
      throw new PrincipalError(`Supabase Auth refuses the assistant's sign-in (${error.status}, ${nameIn(code)})`);
    }
  }

  /** Make the login, or set its password when it is ours. Two instances may do so at once. */
  async #makeLogin(password: string): Promise<void> {
    const attributes = { password, email_confirm: true, app_metadata: MARK };
    const made = { ...attributes, email: this.email, user_metadata: { name: "Assistant" } };
    try {
      await this.api.request("POST", "/auth/v1/admin/users", this.api.system, made);
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || ![400, 409, 422].includes(error.status)) throw this.#refused(error);
    }
    const query = `users?select=user_id,auth_user_id,role,is_active&email=eq.${encodeURIComponent(this.email)}`;
    const [user] = await this.#orRefused(() => this.api.rows<User>(this.api.system, query));
    if (!user?.auth_user_id) {
      throw new PrincipalError(`Supabase Auth has a login ${this.email} that the helpdesk does not know`);
    }
    await this.#requireOurs(user);
    const path = `/auth/v1/admin/users/${user.auth_user_id}`;
    await this.#orRefused(() => this.api.request("PUT", path, this.api.system, attributes));
  }

  async #giveRole(user: User): Promise<void> {
    if (user.role === "assistant") return;
    await this.#requireOurs(user);
    const args = { user_id: user.user_id, role: "assistant" };
    await this.#orRefused(() => this.api.rpc(this.api.system, "set_user_role", args));
  }

  /** Refuse a login that somebody else made under this address: they may hold a session of it. */
  async #requireOurs(user: User): Promise<void> {
    // An admin gave the role.
    if (user.role === "assistant") return;
    const path = `/auth/v1/admin/users/${user.auth_user_id}`;
    const login = await this.#orRefused(() =>
      this.api.request<{ app_metadata?: Record<string, unknown> }>("GET", path, this.api.system)
    );
    if (login.app_metadata?.helpdesk === MARK.helpdesk) return;
    throw new PrincipalError(
      `The login ${this.email} was not made by the helpdesk: delete it, or set HELPDESK_ASSISTANT_EMAIL to another ` +
        "address",
    );
  }

  async #orRefused<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#refused(error);
    }
  }

  #refused(error: unknown): unknown {
    if (!(error instanceof ApiError)) return error;
    if (error.status === 401 || error.status === 403) {
      return new PrincipalError(
        "The function's secret key is not accepted: deploy the functions again after a rotation",
      );
    }
    return new PrincipalError(`The assistant's login cannot be prepared (${error.status})`);
  }
}

/** HMAC-SHA256 of a fixed text with the secret key, in hexadecimal. */
export async function passwordFrom(secretKey: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secretKey), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes("helpdesk assistant"))).toHex();
}

function nameIn(code: string): string {
  return /^[\w.-]{1,60}$/.test(code) ? code : "no code";
}
