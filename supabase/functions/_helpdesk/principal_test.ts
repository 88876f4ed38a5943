import { Api } from "./api.ts";
import { passwordFrom, Principal, PrincipalError } from "./principal.ts";
import { equal, failure } from "./testing.ts";

const EMAIL = "assistant@helpdesk.invalid";

interface Login {
  id: string;
  password: string;
  app_metadata: Record<string, unknown>;
  role: string;
}

/** A project's Auth and its people, as far as the assistant's login needs them. */
class Project {
  logins = new Map<string, Login>();
  secretKey = "sb_secret_one";
  passwordsDisabled = false;
  isInactive = false;
  requests: string[] = [];

  principal(secretKey = this.secretKey): Principal {
    const environment = { url: "https://project.example", secretKey, publicKey: "sb_publishable" };
    return new Principal(new Api(environment, this.#answer), secretKey);
  }

  #answer = (async (address: string, init: RequestInit) => {
    // As on a network: other requests come between.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    const url = new URL(address);
    const headers = init.headers as Record<string, string>;
    const body = init.body ? JSON.parse(init.body as string) : {};
    this.requests.push(`${init.method} ${url.pathname}`);
    if (url.pathname === "/auth/v1/token") return this.#token(body);
    const token = headers.authorization?.replace("Bearer ", "");
    if (url.pathname === "/rest/v1/rpc/whoami") {
      if (this.isInactive) {
        return Response.json({ code: "PT403", details: "helpdesk.inactive_user", message: "no" }, { status: 403 });
      }
      const login = [...this.logins.values()].find((one) => token === `token of ${one.id}`);
      return Response.json(this.#user(login!));
    }
    if (token !== this.secretKey) return Response.json({ message: "Invalid API key" }, { status: 401 });
    const login = this.logins.get(EMAIL);
    if (url.pathname === "/rest/v1/users") return Response.json(login ? [this.#user(login)] : []);
    if (url.pathname === "/rest/v1/rpc/set_user_role") {
      login!.role = body.role;
      return Response.json(this.#user(login!));
    }
    if (init.method === "GET") return Response.json(login);
    if (init.method === "PUT") return Response.json(Object.assign(login!, { password: body.password }));
    if (login) return Response.json({ error_code: "email_exists" }, { status: 422 });
    this.add(body.password, body.app_metadata);
    return Response.json({});
  }) as unknown as typeof fetch;

  add(password: string, app_metadata: Record<string, unknown> = {}, role = "customer"): void {
    this.logins.set(EMAIL, { id: "1", password, app_metadata, role });
  }

  #token({ email, password }: { email: string; password: string }): Response {
    if (this.passwordsDisabled) {
      return Response.json({ error_code: "email_provider_disabled", msg: "Email logins are disabled" }, {
        status: 422,
      });
    }
    const login = this.logins.get(email);
    if (login?.password !== password) return Response.json({ error_code: "invalid_credentials" }, { status: 400 });
    return Response.json({ access_token: `token of ${login.id}`, expires_in: 3600 });
  }

  #user(login: Login): Record<string, unknown> {
    return { user_id: `user ${login.id}`, auth_user_id: login.id, role: login.role, is_active: true };
  }
}

Deno.test("the first sign-in makes the login and gives it its role, the next ones need no request", async () => {
  const project = new Project();
  const principal = project.principal();
  equal(await principal.caller(), { apikey: "sb_publishable", authorization: "Bearer token of 1" });
  equal(project.logins.get(EMAIL)!.role, "assistant");
  const { length } = project.requests;
  await principal.caller();
  equal(project.requests.length, length);
  principal.forget();
  await principal.caller();
  equal(project.requests.slice(length), ["POST /auth/v1/token", "POST /rest/v1/rpc/whoami"]);
});

Deno.test("many instances may begin at once, and calls of one instance share its sign-in", async () => {
  for (let round = 0; round < 20; round++) {
    const project = new Project();
    const principals = [project.principal(), project.principal(), project.principal()];
    const callers = await Promise.all(principals.flatMap((one) => [one.caller(), one.caller()]));
    equal(new Set(callers.map((caller) => caller.authorization)).size, 1);
    equal([project.logins.size, project.logins.get(EMAIL)!.role], [1, "assistant"]);
    equal(project.requests.filter((one) => one === "POST /rest/v1/rpc/whoami").length, 3);
  }
});

Deno.test("after a rotation of the secret key the login receives its new password", async () => {
  const project = new Project();
  await project.principal().caller();
  project.secretKey = "sb_secret_two";
  await project.principal().caller();
  equal(project.logins.get(EMAIL)!.password, await passwordFrom("sb_secret_two"));
});

Deno.test("an instance with the old secret key says so", async () => {
  const project = new Project();
  const error = await failure(PrincipalError, () => project.principal("sb_secret_old").caller());
  equal(error.message.includes("deploy the functions again"), true);
  equal(error.message.includes("sb_secret"), false);
});

Deno.test("a login that a stranger made under the address is not taken over", async () => {
  const project = new Project();
  project.add("a stranger's password");
  const error = await failure(PrincipalError, () => project.principal().caller());
  equal([error.message.includes("HELPDESK_ASSISTANT_EMAIL"), project.logins.get(EMAIL)!.role], [true, "customer"]);
  equal(project.logins.get(EMAIL)!.password, "a stranger's password");
});

Deno.test("a login to which an admin gave the role is taken", async () => {
  const project = new Project();
  project.add("another password", {}, "assistant");
  equal((await project.principal().caller()).authorization, "Bearer token of 1");
});

Deno.test("without sign-in by password, and with a deactivated account, the message names the way out", async () => {
  const project = new Project();
  project.passwordsDisabled = true;
  const disabled = await failure(PrincipalError, () => project.principal().caller());
  equal(disabled.message.includes("enable the e-mail provider"), true);
  equal(project.requests.length, 1);
  project.passwordsDisabled = false;
  project.isInactive = true;
  const inactive = await failure(PrincipalError, () => project.principal().caller());
  equal(inactive.message.includes("deactivated"), true);
});

Deno.test("a failure is not remembered", async () => {
  const project = new Project();
  project.passwordsDisabled = true;
  const principal = project.principal();
  await failure(PrincipalError, () => principal.caller());
  project.passwordsDisabled = false;
  equal((await principal.caller()).authorization, "Bearer token of 1");
});

Deno.test("the password is the HMAC of the secret key, as the Python runner computes it", async () => {
  equal(await passwordFrom("sb_secret_x"), "9f16160de10ba908e4777c825237e00c03bd3aff53a9bf7f10804d5944cae608");
});
