import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { refresh } from "./refresh.ts";

function watched(answers: Promise<string>[]) {
  const queries = new QueryClient();
  let reads = 0;
  const observer = new QueryObserver(queries, {
    queryKey: ["a"],
    queryFn: () => answers[reads++]!,
    staleTime: Infinity,
  });
  observer.subscribe(() => {});
  return { queries, observer, reads: () => reads };
}

it("reads once more what was being read for the first time", async () => {
  const first = Promise.withResolvers<string>();
  const { queries, observer, reads } = watched([first.promise, Promise.resolve("after")]);
  refresh(queries, { queryKey: ["a"] });
  expect(reads()).toBe(1);
  first.resolve("before");
  await expect.poll(() => observer.getCurrentResult().data).toBe("after");
  expect(reads()).toBe(2);
});

it("reads what is there again at once, and once", async () => {
  const { queries, observer, reads } = watched([Promise.resolve("before"), Promise.resolve("after")]);
  await expect.poll(() => observer.getCurrentResult().data).toBe("before");
  refresh(queries, { queryKey: ["a"] });
  await expect.poll(() => observer.getCurrentResult().data).toBe("after");
  expect(reads()).toBe(2);
});
