/** What an admin does: people, teams, fields, the assistant, the log; and what others find at these addresses. */
import { eventually, expect, expectEqual, story } from "./harness.ts";

story(
  "an admin invites somebody, changes a role, makes a team and a field",
  async ({ world, open, api, expectAccessible }) => {
    const { ada, mei } = world.people;
    const page = await open(ada, "/admin/people");
    const admin = api(ada);
    await page.getByRole("button", { name: "Invite" }).click();
    const window = page.getByRole("dialog", { name: "Invite" });
    await window.getByLabel("E-mail address").fill("new.agent@example.com");
    await window.getByLabel("Name").fill("New Agent");
    await window.getByRole("button", { name: "Invite" }).dblclick();
    await window.waitFor({ state: "hidden" });
    await page.getByText("A mail is on its way to new.agent@example.com.").waitFor();
    expectEqual((await admin.rows("invitations", "select=email,role")).length, 1, "invitations");

    await page.getByLabel("Role of Mei Tanaka").selectOption("agent");
    await eventually("the role is in the database", async () => {
      const [row] = await admin.rows("users", `user_id=eq.${mei.user_id}&select=role`);
      return row.role === "agent";
    });
    await page.getByLabel("Role of Mei Tanaka").selectOption("customer");
    await expectAccessible(page);

    await page.getByRole("link", { name: "Teams" }).click();
    await page.getByRole("button", { name: "New team" }).click();
    const form = page.getByRole("dialog").filter({ has: page.getByRole("button", { name: "Save" }) });
    await form.getByLabel("Name").fill("Repairs");
    await form.getByRole("button", { name: "Save" }).click();
    const team = page.getByRole("region", { name: "Repairs" });
    await team.getByLabel("Add a member …").selectOption({ label: "Carl Berg" });
    await team.getByText("Carl Berg").first().waitFor();
    const [repairs] = await admin.rows("teams", "name=eq.Repairs&select=team_id,team_members(user_id)");
    expectEqual(repairs.team_members, [{ user_id: world.people.carl.user_id }], "members");

    await page.getByRole("link", { name: "Fields" }).click();
    await page.getByRole("button", { name: "New field" }).click();
    const field = page.getByRole("dialog").filter({ has: page.getByRole("button", { name: "Save" }) });
    await field.getByLabel("Label").fill("Order plan");
    await field.getByLabel("Type").selectOption("select");
    await field.getByLabel("Options").fill("pro = Professional\nbasic");
    await field.getByRole("button", { name: "Save" }).click();
    await field.waitFor({ state: "hidden" });
    const [made] = await admin.rows(
      "field_definitions",
      "key=eq.order_plan&select=type,field_options(value,label)&field_options.order=position",
    );
    expectEqual(made, {
      type: "select",
      field_options: [{ value: "pro", label: "Professional" }, { value: "basic", label: "basic" }],
    }, "field");
    await page.getByRole("row", { name: /Order plan/ }).getByRole("button", { name: "Edit" }).click();
    await field.getByLabel("Options").fill("pro = Pro");
    await field.getByRole("button", { name: "Save" }).click();
    await field.waitFor({ state: "hidden" });
    const options = await admin.rows(
      "field_options",
      "field_key=eq.order_plan&select=value,label,retired_at&order=position",
    );
    expectEqual(options.map((row) => [row.value, row.label, row.retired_at !== null]), [["pro", "Pro", false], [
      "basic",
      "basic",
      true,
    ]], "options");
  },
);

story(
  "a team with tickets is not deleted, and the sentence says what to do",
  { night: true },
  async ({ world, open, allow }) => {
    allow(/409/);
    const page = await open(world.people.ada, "/admin/teams");
    const team = page.getByRole("region", { name: "Billing" });
    await team.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await team.getByText("The team has tickets. Transfer its tickets first.").waitFor();
  },
);

story("the last admin stays an admin", { night: true }, async ({ world, open }) => {
  const page = await open(world.people.ada, "/admin/people");
  await page.getByText("ada@example.com").waitFor();
  expect(await page.getByLabel("Role of Ada Admin").isDisabled(), "an admin can take their own role away");
});

story(
  "an admin switches the assistant off and saves new instructions",
  async ({ world, open, api, expectAccessible }) => {
    const page = await open(world.people.ada, "/admin/assistant");
    const admin = api(world.people.ada);
    await page.getByRole("switch", { name: "The assistant is on" }).click();
    await eventually(
      "it is off",
      async () => (await admin.rows("ai_settings", "select=is_enabled"))[0].is_enabled === false,
    );
    await page.getByLabel("Text of the instructions").fill("Answer in one sentence.");
    await page.getByRole("button", { name: "Save as a new version" }).click();
    const row = page.getByRole("listitem").filter({ hasText: "Version 2" });
    await row.getByRole("button", { name: "Activate" }).click();
    await row.getByText("Active").waitFor();
    const [prompt] = await admin.rows("ai_prompts", "task=eq.reply&is_active=is.true&select=version,body");
    expectEqual(prompt, { version: 2, body: "Answer in one sentence." }, "active prompt");
    await expectAccessible(page);
  },
);

story("health and log say what is going on", async ({ world, open }) => {
  const page = await open(world.people.ada, "/admin/health");
  await page.getByText("The newest migration is").waitFor();
  await page.getByText("The connection is live.").waitFor();
  await page.getByRole("link", { name: "Event log" }).click();
  await page.getByRole("cell", { name: "message.created" }).first().waitFor();
  await page.getByLabel("Kind").selectOption("note.");
  await page.getByRole("cell", { name: "note.created" }).first().waitFor();
  await eventually(
    "other events are gone",
    async () => await page.getByRole("cell", { name: "message.created" }).count() === 0,
  );
});

story("for agents and customers, the admin's addresses do not exist", async ({ world, open }) => {
  for (const person of [world.people.ana, world.people.mei]) {
    const page = await open(person, "/admin/people");
    await page.getByText("This page does not exist, or it is not yours to see.").waitFor();
  }
});
