/** A mail as it came, cleaned: a document of its own. */
export type MailHtml = {
  /** null: the mail has none. */
  html: string | null;
  /** null: the mail is not parsed yet. */
  has_html: boolean | null;
  remote_images: number;
  shows_remote_images: boolean;
  missing_images: number;
  is_cut: boolean;
};
