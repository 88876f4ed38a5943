"""A ticket from first word to resolved, as an agent.

export HELPDESK_URL=… HELPDESK_KEY=… HELPDESK_EMAIL=… HELPDESK_PASSWORD=…
python examples/ten_lines.py
"""

from helpdesk_sdk import Helpdesk

with Helpdesk.from_env() as hd:
    caller = hd.users.create_customer("mei.tanaka@example.com", "Mei Tanaka")
    hd.tickets.create("Parcel is lost", "It says delivered.", requester=caller, channel="phone", tags=["lost-parcel"])
    ticket = hd.tickets.claim_next()
    if ticket:
        hd.notes.add(ticket, "The third one on this route.")
        hd.messages.reply(ticket, "We have asked the carrier.", status="resolved")
        for entry in hd.tickets.timeline(ticket):
            print(f"{entry.at:%H:%M:%S}  {entry.author_name:12}  {entry.type or entry.kind:22}  {entry.body or ''}")
    else:
        print("Nothing waits in your teams' queues.")
