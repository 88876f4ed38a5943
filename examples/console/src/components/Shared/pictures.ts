import { createContext, type ReactNode } from "react";

/** Draws the picture with this file name in its place in a text; null when the text has no such picture. */
export const Pictures = createContext<((name: string) => ReactNode) | null>(null);
