/** All projects of one gateway: the main database, and the databases that tests open. */

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
    this.#main = new Project(
      settings,
      database,
      MAIN_CONNECTIONS,
      (request, path) => this.#handleControl(request, path),
    );
  }

  async prepare(): Promise<void> {
    await this.#main.prepare();
  }

  async listen(): Promise<{ port: number; mail_port: number }> {
    const port = await this.#main.listen(this.settings.port);
    this.#main.deliveries.start();
    return { port, mail_port: await this.#main.receiveMails(this.settings.mail_port) };
  }

  async close(): Promise<void> {
    await Promise.all([this.#main, ...this.#others.values()].map((project) => project.close()));
  }

  /**
   * `PUT /_stack/databases/<name>` serves another database of the server on its own port; with `?prepare` it only
   * creates Auth's schema there. `DELETE` stops serving the database. Databases with the same `?like=<template>` share
   * one catalog. `GET /_stack/schema-version` has the newest migration of the main database. All require the secret key.
   */
  async #handleControl(request: Request, path: string): Promise<Response | null> {
    if (path === "/_stack/health") return json(200, { status: "ok" });
    const name = path.match(/^\/_stack\/databases\/([^/]+)$/)?.[1];
    if (name === undefined && path !== "/_stack/schema-version") return null;
    if (apiKey(request) !== this.settings.secret_key) return restError(401, "PGRST301", "The secret key is required");
    if (name === undefined) return json(200, { schema_version: await this.#main.schemaVersion() });
    if (!DATABASE_NAME.test(name)) return restError(400, "22023", `invalid database name: ${name}`);
    if (request.method === "DELETE") return await this.#stopServing(name);
    if (request.method !== "PUT") return restError(405, "PGRST117", "Unsupported HTTP method");
    const { searchParams } = new URL(request.url);
    if (searchParams.has("prepare")) return await this.#prepareOnly(name);
    return await this.#serve(name, searchParams.get("like"));
  }

  async #serve(name: string, like: string | null): Promise<Response> {
    await this.#stopServing(name);
    const project = new Project(this.settings, name, OTHER_CONNECTIONS);
    this.#others.set(name, project);
    if (like !== null) {
      const known = this.#catalogs.get(like);
      if (known) project.useCatalog(known);
      else this.#catalogs.set(like, await project.catalog());
    }
    return json(200, { port: await project.listen(0), mail_port: await project.receiveMails(0) });
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

  async #stopServing(name: string): Promise<Response> {
    const project = this.#others.get(name);
    this.#others.delete(name);
    await project?.close();
    return json(200, {});
  }
}
