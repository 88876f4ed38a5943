/** All projects of one gateway: the main database, and those that tests open beside it. */

import type { IntrospectResult } from "@supabase/lite";
import { Project } from "./project.ts";
import { json, restError } from "./api/responses.ts";
import type { Settings } from "./settings.ts";
import { apiKey } from "./api/tokens.ts";

const MAIN_CONNECTIONS = 12;
const OTHER_CONNECTIONS = 10;
const DATABASE_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

export class Stack {
  readonly #main: Project;
  readonly #others = new Map<string, Project>();
  readonly #catalogs = new Map<string, IntrospectResult>();

  constructor(private readonly settings: Settings) {
    const database = decodeURIComponent(new URL(settings.db_url).pathname.slice(1));
    this.#main = new Project(settings, database, MAIN_CONNECTIONS, (request, path) => this.#control(request, path));
  }

  async prepare(): Promise<void> {
    await this.#main.prepare();
  }

  async listen(): Promise<number> {
    return await this.#main.listen(this.settings.port);
  }

  async close(): Promise<void> {
    await Promise.all([this.#main, ...this.#others.values()].map((project) => project.close()));
  }

  /**
   * `PUT /_stack/databases/<name>` serves another database of the server on a port of its own, `?prepare` only creates
   * Auth's schema in it, `DELETE` stops serving it. `?like=<template>` says that databases have the same tables and
   * functions, so that they are looked up only once. For the secret key.
   */
  async #control(request: Request, path: string): Promise<Response | null> {
    if (path === "/_stack/health") return json(200, { status: "ok" });
    const name = path.match(/^\/_stack\/databases\/([^/]+)$/)?.[1];
    if (name === undefined) return null;
    if (apiKey(request) !== this.settings.secret_key) return restError(401, "PGRST301", "The secret key is needed");
    if (!DATABASE_NAME.test(name)) return restError(400, "22023", `not a name of a database: ${name}`);
    if (request.method === "DELETE") return await this.#release(name);
    if (request.method !== "PUT") return restError(405, "PGRST117", "Unsupported HTTP method");
    const { searchParams } = new URL(request.url);
    if (searchParams.has("prepare")) return await this.#prepareOnly(name);
    return await this.#serve(name, searchParams.get("like"));
  }

  async #serve(name: string, like: string | null): Promise<Response> {
    await this.#release(name);
    const project = new Project(this.settings, name, OTHER_CONNECTIONS);
    this.#others.set(name, project);
    if (like !== null) {
      const known = this.#catalogs.get(like);
      if (known) project.adoptCatalog(known);
      else this.#catalogs.set(like, await project.catalog());
    }
    return json(200, { port: await project.listen(0) });
  }

  async #prepareOnly(name: string): Promise<Response> {
    const project = new Project(this.settings, name, 1);
    try {
      await project.prepare();
    } finally {
      await project.close();
    }
    return json(200, {});
  }

  async #release(name: string): Promise<Response> {
    const project = this.#others.get(name);
    this.#others.delete(name);
    await project?.close();
    return json(200, {});
  }
}
