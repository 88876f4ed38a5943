#!/bin/sh
# The helpdesk with curl only: a customer opens a ticket, replies, and reads the timeline.
#
#   export HELPDESK_URL=… HELPDESK_KEY=…            # the publishable key
#   export HELPDESK_EMAIL=… HELPDESK_PASSWORD=…     # somebody's login
#   sh examples/plain_http.sh
#
# Secrets are passed through stdin (-K -, -d @-): other users of the machine can read the arguments of a program.
set -eu

json() { # One field of the JSON object on stdin.
  python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

token=$(
  python3 -c 'import json, os; print(json.dumps({"email": os.environ["HELPDESK_EMAIL"], "password": os.environ["HELPDESK_PASSWORD"]}))' |
    curl --silent --show-error --fail-with-body "$HELPDESK_URL/auth/v1/token?grant_type=password" \
      -H "apikey: $HELPDESK_KEY" -H "Content-Type: application/json" -d @- |
    json access_token
)

rest() { # A request of the Data API, as the person who signed in.
  path=$1
  shift
  printf 'header = "Authorization: Bearer %s"\n' "$token" |
    curl --silent --show-error --fail-with-body -K - "$HELPDESK_URL/rest/v1/$path" -H "apikey: $HELPDESK_KEY" \
      -H "Content-Type: application/json" -H "Accept-Profile: helpdesk" -H "Content-Profile: helpdesk" "$@"
}

# We make the id: if the response is lost, the same request can be sent again, and there is one ticket.
id=$(python3 -c 'import uuid; print(uuid.uuid4())')
echo "A ticket:"
rest rpc/create_ticket -d "{\"ticket_id\": \"$id\", \"title\": \"Parcel is lost\", \"description\": \"It says delivered.\"}"
printf '\n\nMore about it:\n'
rest rpc/send_reply -d "{\"ticket_id\": \"$id\", \"body\": \"The neighbours have not seen it either.\"}"
printf '\n\nMy open tickets:\n'
rest "my_tickets?status=eq.open&select=number,title,status&order=created_at.desc&limit=5"
printf '\n\nAn edit, if nobody has changed it meanwhile:\n'
revision=$(rest "tickets?ticket_id=eq.$id&select=revision" -H "Accept: application/vnd.pgrst.object+json" | json revision)
rest "tickets?ticket_id=eq.$id&revision=eq.$revision&select=title,revision" -X PATCH \
  -H "Prefer: return=representation" -d '{"title": "Parcel is lost, order K-20418"}'
printf '\n\nA change that only staff may make is refused, with the reason and the way out:\n'
rest "tickets?ticket_id=eq.$id" -X PATCH -d '{"priority": "urgent"}' || true
printf '\n\nWhat happened:\n'
rest rpc/ticket_timeline -d "{\"ticket_id\": \"$id\"}"
echo
