import { Navigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useAuth } from "../contexts/AuthContext.tsx";
import { useSignIn } from "../hooks/useSignIn.ts";

export default function SignInPage() {
  const { state } = useAuth();
  const { signIn, problem } = useSignIn();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  if (state === "signedIn") return <Navigate to="/" />;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    signIn({ email, password });
  };
  return (
    <form onSubmit={onSubmit} className="mx-auto mt-24 flex max-w-sm flex-col gap-3 p-4">
      <input
        aria-label="E-mail"
        type="email"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        className="rounded-md border border-strong p-2"
      />
      <input
        aria-label="Password"
        type="password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        className="rounded-md border border-strong p-2"
      />
      {problem && <p role="alert" className="text-danger">{problem.message}</p>}
      <button type="submit" className="rounded-md bg-accent p-2 text-on-accent">Sign in</button>
    </form>
  );
}
