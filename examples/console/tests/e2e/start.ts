import { story } from "./harness.ts";

story("nobody is asked to sign in, and a stranger's page is closed", async ({ open, expectAccessible, screenshot }) => {
  const page = await open(null, "/queue");
  await page.waitForURL(/sign-in/);
  await page.locator("input[type=email]").waitFor();
  await expectAccessible(page);
  await screenshot(page, "sign-in");
});

story("each role signs in and lands on its own page", async ({ world, open }) => {
  for (const [person, area] of [["mei", "/requests"], ["ana", "/"], ["ada", "/"]] as const) {
    const { email, password } = world.people[person];
    const page = await open(null, "/sign-in");
    await page.locator("input[type=email]").fill(email);
    await page.locator("input[type=password]").fill(password);
    await page.locator("button[type=submit]").click();
    await page.waitForURL((url: URL) => !url.pathname.includes("sign-in") && url.pathname.startsWith(area));
    await page.getByRole("navigation").first().waitFor();
  }
});
