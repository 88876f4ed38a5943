/** The settings that the supervisor sends to the gateway as the first line of standard input. */

export type PlanName = "none" | "free" | "pro" | "team";

export interface FunctionSettings {
  enabled?: boolean;
  verify_jwt?: boolean;
}

export interface RealtimeSettings {
  /** Section [realtime] of supabase/config.toml. */
  enabled: boolean;
  /** The hosted plan whose limits apply. */
  plan: PlanName;
  /** Refuse public channels, like a hosted project with that dashboard setting. */
  private_only: boolean;
}

export interface Settings {
  db_url: string;
  /** 0: any free port. */
  port: number;
  /** Where mails are received by SMTP; 0, or a port in use: any free port. */
  mail_port: number;
  publishable_key: string;
  secret_key: string;
  jwt_secret: string;
  /** Schemas that the Data API exposes; the first is the default. */
  schemas: string[];
  /** Sections [api], [auth] and [functions.*] of supabase/config.toml. */
  api: Record<string, unknown>;
  auth: Record<string, unknown>;
  functions: Record<string, FunctionSettings>;
  functions_dir: string;
  /** The functions' secrets: name and value. */
  functions_env: Record<string, string>;
  /** Hosts that functions may connect to, in addition to the stack itself. */
  functions_net: string[];
  /** The local endpoint for embeddings; empty texts when there is none. */
  embeddings: { url: string; model: string };
  storage_dir: string;
  /** Section [storage] of supabase/config.toml: `file_size_limit` such as "50MiB". */
  storage: { file_size_limit: string };
  realtime: RealtimeSettings;
}
