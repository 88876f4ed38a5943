import type { Messages } from "./messages/en.ts";

declare module "use-intl" {
  interface AppConfig {
    Messages: Messages;
  }
}
