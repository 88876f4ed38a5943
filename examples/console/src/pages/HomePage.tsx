import { Navigate } from "@tanstack/react-router";
import { useAuth } from "../contexts/AuthContext.tsx";

/** The first page: a customer's requests, or the dashboard of staff. */
export default function HomePage() {
  const { can } = useAuth();
  return <Navigate to={can("work") ? "/dashboard" : "/requests"} replace />;
}
