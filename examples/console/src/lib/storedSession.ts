/** Where the auth client keeps the session of a helpdesk. */
export function sessionKey(publishableKey: string): string {
  return `helpdesk.session.${publishableKey.slice(-8)}`;
}

export type StoredSession = { accessToken: string; loginId: string };

/** The auth client exchanges a token that ends sooner, in seconds. */
const MARGIN = 90;

/** The session that is kept on this device; null without one, and when its token has ended or is about to. */
export function readStoredSession(publishableKey: string): StoredSession | null {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(sessionKey(publishableKey)) ?? "null");
    const { access_token: accessToken, expires_at: expiresAt, user } = Object(stored);
    const isGood = typeof accessToken === "string" && typeof user?.id === "string" &&
      typeof expiresAt === "number" && expiresAt - Date.now() / 1000 > MARGIN;
    return isGood ? { accessToken, loginId: user.id } : null;
  } catch {
    return null; // storage is forbidden, or holds something else
  }
}
