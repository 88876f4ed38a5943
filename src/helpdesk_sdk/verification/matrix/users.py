"""Who may do what: foundation, users, invitations."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, GONE, OTHER, OWNER, SERVICE
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, Case

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "the version of the schema",
        Call("schema_version"),
        "deny 1 1 1 | 1 1 | 1 1 | 1 | 1",
        says="Read the version of the schema",
    ),
    Case(
        "who am I",
        Call("whoami"),
        "deny no_profile inactive_user inactive_user | 1 1 | 1 1 | 1 | deny",
        says="Read your own row",
    ),
    Case("A1 A6 read people", Read("users"), "deny 0 0 0 | 1 1 | 9 9 | 9 | 9"),
    Case(
        "read oneself",
        Read("users", {"user_id": "{customer}"}),
        "deny 0 0 0 | 1 0 | 1 1 | 1 | 1",
        says="Read a person's row",
    ),
    Case(
        "A6 read an agent",
        Read("users", {"user_id": "{agent}"}),
        "deny 0 0 0 | 0 0 | 1 1 | 1 | 1",
        says="Read a person's row",
    ),
    Case(
        "A6 rename a customer",
        Update("users", {"user_id": "{customer}"}, {"name": "New"}),
        "deny 0 0 0 | 1 0 | 0 0 | 1 | 1",
        gives={"name": "New", "role": "customer"},
        says="Change a person's name",
    ),
    Case(
        "A6 rename an agent",
        Update("users", {"user_id": "{agent}"}, {"name": "New"}),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="Change a person's name",
    ),
    Case(
        "a deactivated customer renames themselves",
        Update("users", {"user_id": "{gone}"}, {"name": "New"}),
        {GONE: "0", CUSTOMER: "0", ADMIN: "1", SERVICE: "1"},
    ),
    Case(
        "A6 rename everybody",
        Update("users", {}, {"name": "Everybody"}),
        {CUSTOMER: "1", OTHER: "1", AGENT: "1", GONE: "0"},
    ),
    Case(
        "A3 make oneself an admin by PATCH",
        Update("users", {"user_id": "{customer}"}, {"role": "admin"}),
        DENY,
    ),
    Case(
        "make a person by POST",
        Insert("users", {"email": "made@example.com", "role": "admin"}),
        DENY,
    ),
    Case(
        "A6 become somebody by upsert",
        Insert("users", {"user_id": "{customer}", "name": "Taken"}, upsert="user_id"),
        DENY,
    ),
    Case(
        "remove a person",
        Delete("users", {"user_id": "{caller}"}),
        DENY,
    ),
    Case(
        "A4 A7 make oneself an admin by function",
        Call("set_user_role", {"user_id": "{agent}", "role": "admin"}),
        "deny no_profile inactive_user inactive_user | forbidden forbidden | forbidden forbidden | 1 | 1",
        gives={"role": "admin"},
        says="Change a person's role",
    ),
    Case(
        "A11 the role of somebody who does not exist",
        Call("set_user_role", {"user_id": "{nothing}", "role": "agent"}),
        "deny no_profile inactive_user inactive_user | forbidden forbidden | forbidden forbidden | "
        "user_not_found | user_not_found",
    ),
    Case(
        "a role that does not exist",
        Call("set_user_role", {"user_id": "{customer}", "role": "root"}),
        {CUSTOMER: "forbidden", ADMIN: "invalid_value", SERVICE: "invalid_value"},
    ),
    Case(
        "no role at all",
        Call("set_user_role", {"user_id": "{customer}", "role": None}),
        {CUSTOMER: "forbidden", ADMIN: "invalid_value"},
    ),
    *(
        Case(
            f"invite a {role}, which nobody can be by invitation",
            Call("invite_user", {"email": "new@example.com", "role": role}),
            {AGENT: "forbidden", ADMIN: "invalid_value", SERVICE: "invalid_value"},
        )
        for role in ("root", "assistant")
    ),
    Case(
        "demote the last admin",
        Call("set_user_role", {"user_id": "{admin}", "role": "agent"}),
        "- - - - | forbidden forbidden | forbidden forbidden | last_admin | last_admin",
        says="… of the last active admin",
    ),
    Case(
        "deactivate somebody",
        Call("deactivate_user", {"user_id": "{other}"}),
        "deny no_profile inactive_user inactive_user | forbidden forbidden | forbidden forbidden | 1 | 1",
        gives={"is_active": False},
        says="Deactivate a person",
    ),
    Case(
        "deactivate the last admin",
        Call("deactivate_user", {"user_id": "{admin}"}),
        "- - - - | forbidden forbidden | forbidden forbidden | last_admin | last_admin",
        says="… the last active admin",
    ),
    Case(
        "reactivate oneself",
        Call("reactivate_user", {"user_id": "{gone}"}),
        "deny no_profile inactive_user inactive_user | forbidden forbidden | forbidden forbidden | 1 | 1",
        gives={"is_active": True},
        says="Reactivate a person",
    ),
    Case(
        "a second first admin",
        Call("bootstrap_admin", {"email": "customer@example.com"}),
        "deny deny deny deny | deny deny | deny deny | deny | admin_exists",
        says="Make the first admin, while there is one",
    ),
    Case(
        "a customer without a login",
        Call("create_customer", {"email": "Phoned@Example.com ", "name": "Phoned"}),
        "deny no_profile inactive_user inactive_user | forbidden forbidden | 1 1 | 1 | 1",
        gives={"email": "phoned@example.com", "role": "customer", "auth_user_id": None},
        says="Create a customer without a login",
    ),
    Case(
        "a customer who is known already",
        Call("create_customer", {"email": "caller@example.com"}),
        "deny no_profile inactive_user inactive_user | forbidden forbidden | 1 1 | 1 | 1",
        gives={"user_id": "{caller}", "name": "Caller"},
    ),
    Case(
        "a customer with an agent's address",
        Call("create_customer", {"email": "stranger@example.com"}),
        {CUSTOMER: "forbidden", AGENT: "user_exists", ADMIN: "user_exists", SERVICE: "user_exists"},
    ),
    Case(
        "a customer with somebody else's id",
        Call("create_customer", {"email": "fresh@example.com", "user_id": "{admin}"}),
        {CUSTOMER: "forbidden", AGENT: "id_conflict", ADMIN: "id_conflict", SERVICE: "id_conflict"},
    ),
    Case("read invitations", Read("invitations"), "deny 0 0 0 | 0 0 | 0 0 | 1 | 1", says="Read the invitations"),
    Case(
        "invite by POST",
        Insert("invitations", {"user_id": "{customer}", "email": "customer@example.com", "role": "admin"}),
        DENY,
    ),
    Case(
        "raise an invitation by PATCH",
        Update("invitations", {"invitation_id": "{invitation}"}, {"role": "admin"}),
        DENY,
    ),
    Case(
        "remove an invitation",
        Delete("invitations", {"invitation_id": "{invitation}"}),
        DENY,
    ),
    Case(
        "invite an admin",
        Call("invite_user", {"email": "boss@example.com", "role": "admin"}),
        "deny no_profile inactive_user inactive_user | forbidden forbidden | forbidden forbidden | 1 | 1",
        gives={"email": "boss@example.com", "role": "admin", "accepted_at": None},
        says="Invite a person",
    ),
    Case(
        "invite somebody who has a login",
        Call("invite_user", {"email": "customer@example.com", "role": "agent"}),
        {AGENT: "forbidden", ADMIN: "user_exists", SERVICE: "user_exists"},
    ),
    Case(
        "take an invitation back",
        Call("revoke_invitation", {"invitation_id": "{invitation}"}),
        "deny no_profile inactive_user inactive_user | forbidden forbidden | forbidden forbidden | 1 | 1",
        gives={"user_id": "{newcomer}"},
        says="Revoke an invitation",
    ),
    Case(
        "take back an invitation that does not exist",
        Call("revoke_invitation", {"invitation_id": "{nothing}"}),
        {AGENT: "forbidden", ADMIN: "invitation_not_found", SERVICE: "invitation_not_found"},
    ),
    Case(
        "a name is stored clean",
        Update("users", {"user_id": "{customer}"}, {"name": " evil\u202egnp  exe\t"}),
        {CUSTOMER: "1", OTHER: "0", ADMIN: "1", OWNER: "1"},
        gives={"name": "evilgnp exe"},
    ),
    Case(
        "a name may have 200 characters",
        Update("users", {"user_id": "{customer}"}, {"name": "n" * 201}),
        {CUSTOMER: "invalid_value", OTHER: "0", ADMIN: "invalid_value", OWNER: "invalid_value"},
    ),
]
