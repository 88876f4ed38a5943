/** What the supervisor tells the gateway, as the first line of its standard input. */

export type PlanName = "none" | "free" | "pro" | "team";

export interface FunctionSettings {
  enabled?: boolean;
  verify_jwt?: boolean;
}

export interface RealtimeSettings {
  /** Section [realtime] of supabase/config.toml. */
  enabled: boolean;
  /** Whose limits apply. */
  plan: PlanName;
  /** Refuse public channels, as a project does whose dashboard says so. */
  private_only: boolean;
}

export interface Settings {
  db_url: string;
  /** 0: any free one. */
  port: number;
  publishable_key: string;
  secret_key: string;
  jwt_secret: string;
  /** Exposed through the Data API; the first is the default. */
  schemas: string[];
  /** Sections [api], [auth] and [functions.*] of supabase/config.toml. */
  api: Record<string, unknown>;
  auth: Record<string, unknown>;
  functions: Record<string, FunctionSettings>;
  functions_dir: string;
  /** Secrets of the functions: name and value. */
  functions_env: Record<string, string>;
  /** Hosts that functions may connect to, beside the stack itself. */
  functions_net: string[];
  storage_dir: string;
  realtime: RealtimeSettings;
}
