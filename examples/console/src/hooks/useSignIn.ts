import { type NewLogin, projectHost, resendConfirmation } from "../services/auth.ts";
import { sendRecovery, sendSignInLink, setPassword, signIn, signInWithCode, signUp } from "../services/auth.ts";
import { useAction } from "./useAction.ts";

type Credentials = { email: string; password: string };

/** The ways to sign in. */
export function useSignIn() {
  return {
    password: useAction(({ email, password }: Credentials) => signIn(email, password)),
    link: useAction((email: string) => sendSignInLink(email)),
    code: useAction(({ email, code }: { email: string; code: string }) => signInWithCode(email, code)),
  };
}

/** What makes a login; `run` resolves to whether it is signed in already. */
export function useSignUp() {
  return useAction((given: NewLogin) => signUp(given));
}

export function useResendConfirmation() {
  return useAction((email: string) => resendConfirmation(email));
}

/** What sends a mail with a link to choose a new password. */
export function useRecovery() {
  return useAction((email: string) => sendRecovery(email));
}

/** What sets the password of who is signed in. */
export function useSetPassword() {
  return useAction((password: string) => setPassword(password));
}

/** The host of the helpdesk, for people who have several. */
export function useProjectHost(): string {
  return projectHost();
}
