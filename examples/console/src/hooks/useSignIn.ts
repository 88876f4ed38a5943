import { useMutation } from "@tanstack/react-query";
import { toHelpdeskError } from "../lib/errors.ts";
import { signIn } from "../services/auth.ts";

/** Sign in with a password. */
export function useSignIn() {
  const { mutate, error, isPending } = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email, password),
  });
  return { signIn: mutate, isPending, problem: error ? toHelpdeskError(error) : null };
}
