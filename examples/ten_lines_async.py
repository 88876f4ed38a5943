"""The same as ten_lines.py, awaited.

export HELPDESK_URL=… HELPDESK_KEY=… HELPDESK_EMAIL=… HELPDESK_PASSWORD=…
python examples/ten_lines_async.py
"""

import asyncio

from helpdesk_sdk import AsyncHelpdesk


async def main() -> None:
    async with AsyncHelpdesk.from_env() as hd:
        caller = await hd.users.create_customer("mei.tanaka@example.com", "Mei Tanaka")
        await hd.tickets.create("Parcel is lost", "It says delivered.", requester=caller, channel="phone")
        ticket = await hd.tickets.claim_next()
        if ticket:
            await hd.notes.add(ticket, "The third one on this route.")
            await hd.messages.reply(ticket, "We have asked the carrier.", status="resolved")
            async for entry in hd.tickets.timeline(ticket):
                print(f"{entry.at:%H:%M:%S}  {entry.author_name:12}  {entry.type or entry.kind:22}  {entry.body or ''}")
        else:
            print("Nothing waits in your teams' queues.")


asyncio.run(main())
