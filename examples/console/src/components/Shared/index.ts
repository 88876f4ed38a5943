export { BaseProvider } from "./BaseProvider.tsx";
export { Button, IconButton } from "./Button.tsx";
export { Checkbox } from "./Checkbox.tsx";
export { Combobox } from "./Combobox.tsx";
export { ConfirmDialog, Dialog } from "./Dialog.tsx";
export { type Option, Select, TextArea, TextField } from "./Field.tsx";
export { Markdown } from "./Markdown.tsx";
export { Menu, type MenuItem } from "./Menu.tsx";
export { Pictures } from "./pictures.ts";
export { Switch } from "./Switch.tsx";
export { Tabs } from "./Tabs.tsx";
export {
  Avatar,
  Badge,
  EmptyState,
  ErrorNote,
  ErrorText,
  Kbd,
  PageHeader,
  Panel,
  PriorityMark,
  Skeleton,
  StatusBadge,
  Time,
  type Tone,
} from "./Text.tsx";
export { ToastProvider, useToast } from "./Toast.tsx";
export { Tooltip } from "./Tooltip.tsx";
