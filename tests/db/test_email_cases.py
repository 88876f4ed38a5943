"""The cases of e-mail on which other helpdesks are known to fail, with the right outcome and the tests that prove it.

Names of tests begin with their numbers. What is not built, on purpose, is in docs/decisions/0046-mail-in.md.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_IN = "tests/db/test_email_in.py"
_KINDS = "tests/db/test_email_kinds.py"
_LOOPS = "tests/db/test_email_loops.py"
_KNOWN = "tests/db/test_email_known_cases.py"
_QUARANTINE = "tests/db/test_email_quarantine.py"
_BOUNCES = "tests/db/test_email_bounces.py"
_ACKNOWLEDGED = "tests/db/test_mail_acknowledgements.py"
_MACHINES = "tests/db/test_mail_loops.py"
_COMPOSING = "tests/db/test_email_composing.py"
_OUT = "tests/db/test_email_out.py"
_PYTHON = "tests/sdk/test_mail_parsing.py"
_BOTH = "tests/functions/test_mail_cases.py"
_ROUND_TRIP = "tests/e2e/test_mail_round_trip.py"
_SMTP = "tests/sdk/test_mail_smtp.py"
_HEALTH = "tests/cli/test_mail_health.py"
_FETCH = "tests/cli/test_mail_fetch.py"

CASES: dict[int, tuple[str, ...]] = {
    1: ("staff answered outside: the same ticket", f"{_KNOWN}::test_01_the_customer_answers_what_staff_wrote_outside"),
    2: ("staff began: the same ticket", f"{_KNOWN}::test_02_the_answer_to_a_mail_that_staff_began"),
    3: (
        "another subject: marked, and used for the answer; on a closed ticket a new one",
        f"{_KNOWN}::test_03_another_subject_is_kept_for_the_answer_or_opens_a_ticket",
        f"{_KINDS}::test_another_subject_is_marked_or_opens_a_linked_ticket",
    ),
    4: ("no In-Reply-To: a new ticket", f"{_IN}::test_a_number_a_subject_and_the_sender_are_no_evidence"),
    5: (
        "two ids in In-Reply-To: each is tried",
        f"{_QUARANTINE}::test_each_id_in_in_reply_to_is_tried_and_an_unknown_one_is_no_error",
    ),
    6: (
        "notifications with one subject: a ticket each; nothing groups them (0046)",
        f"{_KINDS}::test_what_a_program_writes_opens_a_ticket_that_is_not_acknowledged",
    ),
    7: (
        "answers go to a domain that receives no mail: doctor says so, References still work",
        f"{_HEALTH}::test_07_a_domain_that_receives_no_answers_is_a_problem",
        f"{_KNOWN}::test_19_in_reply_to_was_rewritten_and_only_references_know_us",
    ),
    8: (
        "the number of somebody else's ticket: a new ticket",
        f"{_KNOWN}::test_08_09_the_number_of_a_ticket_of_others_opens_nothing",
    ),
    9: (
        "the same from a stranger: a new ticket",
        f"{_KNOWN}::test_08_09_the_number_of_a_ticket_of_others_opens_nothing",
    ),
    10: (
        "the first mail came as Bcc: the same ticket",
        f"{_KNOWN}::test_10_37_the_customer_goes_on_from_their_own_mail",
    ),
    11: ("two answers to an ancestor: one ticket", f"{_IN}::test_two_answers_to_a_mail_that_never_came_here_meet"),
    12: (
        "forwarded to another team: a ticket there",
        f"{_KNOWN}::test_12_what_is_forwarded_to_another_team_is_a_ticket_there",
        f"{_IN}::test_another_teams_address_opens_a_ticket_there",
    ),
    13: ("a prefix alone: the same ticket", f"{_KNOWN}::test_13_a_prefix_alone_forwards_nothing"),
    14: (
        "headers and number are lost: reply address, or token in the text",
        f"{_IN}::test_the_requesters_mail_finds_its_ticket_by_what_we_made",
        f"{_COMPOSING}::test_a_mailbox_that_is_fetched_has_the_token_in_the_text",
        f"{_ROUND_TRIP}::test_63_14_a_conversation_by_mail_stays_in_one_ticket",
    ),
    15: (
        "a merged ticket: the one that goes on",
        f"{_KINDS}::test_a_reply_to_a_merged_ticket_lands_where_the_conversation_is",
    ),
    16: ("closed long ago: a follow-up", f"{_KINDS}::test_a_reply_opens_what_was_closed_lately_and_later_a_follow_up"),
    17: ("locked: new and linked", f"{_KINDS}::test_a_reply_opens_what_was_closed_lately_and_later_a_follow_up"),
    18: ("ids of another helpdesk: only ours", f"{_IN}::test_a_number_a_subject_and_the_sender_are_no_evidence"),
    19: (
        "In-Reply-To rewritten: References",
        f"{_KNOWN}::test_19_in_reply_to_was_rewritten_and_only_references_know_us",
    ),
    20: ("all in Cc answer first: one ticket", f"{_KNOWN}::test_20_all_who_were_copied_answer_before_we_do"),
    21: ("To one team, Cc another: no fork", f"{_KNOWN}::test_21_answers_to_a_mail_to_two_teams_do_not_fork"),
    22: (
        "moved to another team: the same ticket",
        f"{_KNOWN}::test_22_a_ticket_that_has_moved_hears_its_old_mailbox",
        f"{_IN}::test_the_reply_address_leads_to_a_ticket_that_has_moved",
    ),
    23: ("somebody in Bcc: their own name", f"{_KNOWN}::test_23_who_had_a_blind_copy_does_not_become_the_customer"),
    24: (
        "staff forward: the claimed sender, staff only",
        f"{_IN}::test_staff_forward_a_customers_mail_and_only_staff_may",
    ),
    25: (
        "Reply-To of somebody else: From counts",
        f"{_QUARANTINE}::test_reply_to_is_where_answers_go_and_not_who_wrote",
    ),
    26: ("staff from a private address: a note", f"{_IN}::test_forged_staff_mail_never_acts"),
    27: (
        "out of office of staff: nowhere",
        f"{_KINDS}::test_an_automatic_reply_of_staff_goes_nowhere",
        f"{_KINDS}::test_an_absence_of_staff_is_told_to_nobody",
    ),
    28: (
        "a no-reply answers: one ticket, one acknowledgement",
        f"{_KNOWN}::test_28_a_shop_that_answers_our_acknowledgement_is_one_ticket",
    ),
    29: (
        "an address that changes: a limit by domain",
        f"{_LOOPS}::test_a_program_that_changes_its_address_is_known_by_its_domain",
        f"{_MACHINES}::test_a_program_that_changes_its_address_with_each_answer_is_stopped_by_its_domain",
    ),
    30: (
        "two helpdesks: they stop",
        f"{_LOOPS}::test_two_programs_that_answer_each_other_are_no_longer_answered",
        f"{_MACHINES}::test_without_any_header_that_tells_they_stop_by_counts",
    ),
    31: ("out of office: on the ticket, no mail", f"{_KINDS}::test_an_automatic_reply_is_a_note_and_opens_nothing"),
    32: ("a person on Exchange: a person", f"{_ACKNOWLEDGED}::test_a_persons_mail_from_exchange_is_a_persons_mail"),
    33: (
        "a notification bounces: a failure there",
        f"{_BOUNCES}::test_33_a_notification_that_bounces_is_a_failure_at_that_person",
    ),
    34: ("a bounce after closing: open again, told", f"{_BOUNCES}::test_34_a_ticket_that_is_over_is_opened_again"),
    35: (
        "a typo in the address: undelivered",
        f"{_BOUNCES}::test_35_a_hard_bounce_marks_the_mail_and_with_its_token_suppresses_the_address",
    ),
    36: ("our alias in Cc: our own copy", f"{_KINDS}::test_a_copy_of_our_own_mail_is_ignored"),
    37: ("a reply to the copy in Sent: the same", f"{_KNOWN}::test_10_37_the_customer_goes_on_from_their_own_mail"),
    38: (
        "a mail to two teams: both, linked, one acknowledgement",
        f"{_KINDS}::test_a_mail_to_two_teams_is_a_ticket_for_each",
        f"{_ACKNOWLEDGED}::test_one_mail_to_two_teams_is_acknowledged_once",
    ),
    39: ("the same, a minute apart: as 38", f"{_KINDS}::test_a_mail_to_two_teams_is_a_ticket_for_each"),
    40: ("an id that is used again: kept", f"{_KINDS}::test_the_same_mail_twice_is_taken_once_and_a_reused_id_is_kept"),
    41: (
        "delivered again with other hops: once",
        f"{_KINDS}::test_the_same_mail_twice_is_taken_once_and_a_reused_id_is_kept",
        f"{_BOTH}::test_41_other_hops_are_the_same_mail",
    ),
    42: ("a mail to oneself: kept once", f"{_KNOWN}::test_42_a_mail_from_our_address_to_itself_is_kept_once"),
    43: ("several queues: the token decides", f"{_KNOWN}::test_43_the_reply_address_decides_and_not_the_mailbox"),
    44: (
        "a signed reply: the same ticket, one prefix",
        f"{_KNOWN}::test_44_a_signed_reply_finds_its_ticket_and_prefixes_do_not_pile_up",
    ),
    45: (
        "an unknown id: the next mail goes on",
        f"{_KNOWN}::test_45_one_bad_mail_stops_no_other",
        f"{_FETCH}::test_a_mail_that_fails_keeps_none_from_coming_and_is_tried_again",
    ),
    46: (
        "somebody in Cc answers: their own name",
        f"{_IN}::test_a_copied_person_answers_under_their_own_name_and_never_reads",
    ),
    47: (
        "a list rewrites From: the sender if it is trusted",
        f"{_KINDS}::test_a_mailing_list_names_the_sender_only_if_it_is_trusted",
    ),
    48: (
        "Bcc to us: envelope, what the server noted, else the default team",
        f"{_KNOWN}::test_48_without_an_envelope_what_the_server_stamped_names_the_mailbox",
        f"{_QUARANTINE}::test_a_blind_copy_is_found_by_the_envelope_and_else_goes_to_the_default_team",
        f"{_BOTH}::test_48_what_servers_note_is_read",
    ),
    49: (
        "a supplier answers: not built (0046); marked, and mailed to nobody",
        f"{_KNOWN}::test_49_what_a_supplier_answers_is_theirs_and_goes_to_nobody",
    ),
    50: ("a web form: the list of trusted forms", f"{_KINDS}::test_a_web_form_is_believed_if_it_is_on_the_list"),
    51: (
        "nobody in From: quarantine",
        f"{_KINDS}::test_without_one_author_a_mail_waits",
        f"{_BOTH}::test_51_from_is_odd_or_missing",
    ),
    52: ("an @ in a name: read", f"{_BOTH}::test_52_a_name_with_an_at"),
    53: (
        "a date of 181 characters: none",
        f"{_BOTH}::test_53_a_date_without_end",
        f"{_KINDS}::test_an_odd_mail_is_taken_with_what_can_be_read",
    ),
    54: ("charset 1252, bytes in words: repaired", f"{_BOTH}::test_54_a_charset_without_its_name"),
    55: ("windows-1257, gb2312, JIS: read", f"{_BOTH}::test_55_charsets_that_are_rare_or_wrong"),
    56: ("a broken emoji: U+FFFD", f"{_BOTH}::test_56_a_broken_emoji_in_a_subject"),
    57: ("parts whose type was lost: the text", f"{_BOTH}::test_57_alternatives_within_alternatives"),
    58: ("four kinds of inline parts: by reference", f"{_BOTH}::test_58_a_picture_is_inline_if_the_html_shows_it"),
    59: ("text below the quote: all", f"{_BOTH}::test_59_text_below_the_quote"),
    60: ("S/MIME, detached or opaque: the text", f"{_BOTH}::test_60_what_is_only_signed_is_read"),
    61: ("winmail.dat alone: unpacked by a worker", f"{_PYTHON}::test_what_outlook_has_packed_is_put_beside_it"),
    62: ("PGP: encrypted", f"{_BOTH}::test_62_what_is_encrypted_is_one_item"),
    63: (
        "SES replaced the id: reply address, stamped id",
        f"{_COMPOSING}::test_the_answer_to_a_reply_lands_on_the_ticket_under_the_customers_name",
        f"{_BOUNCES}::test_63_64_68_a_provider_may_name_the_mail_by_any_of_its_ids",
        f"{_ROUND_TRIP}::test_63_14_a_conversation_by_mail_stays_in_one_ticket",
    ),
    64: (
        "an id without its host: with it",
        f"{_SMTP}::test_amazon_names_the_id_without_its_host",
        f"{_BOUNCES}::test_63_64_68_a_provider_may_name_the_mail_by_any_of_its_ids",
    ),
    65: (
        "References of others: quarantine, no effect",
        f"{_IN}::test_ids_of_mails_that_others_sent_are_no_way_into_their_ticket",
    ),
    66: ("[#n] from anybody: a new ticket", f"{_KNOWN}::test_08_09_the_number_of_a_ticket_of_others_opens_nothing"),
    67: (
        "References for another matter: new and linked",
        f"{_KINDS}::test_another_subject_is_marked_or_opens_a_linked_ticket",
    ),
    68: (
        "another id at the provider: the header's",
        f"{_BOUNCES}::test_63_64_68_a_provider_may_name_the_mail_by_any_of_its_ids",
        f"{_BOTH}::test_68_the_id_of_the_header",
    ),
    69: (
        "a day away, 60 mails, read by somebody: the memory of numbers",
        f"{_FETCH}::test_each_mail_comes_once_whoever_has_read_it",
        f"{_FETCH}::test_how_many_mails_are_there_matters_the_first_time_alone",
    ),
    70: (
        "reply to all: never to ourselves",
        f"{_KNOWN}::test_70_an_answer_never_goes_to_ourselves_and_always_to_the_customer",
        f"{_OUT}::test_neither_the_author_nor_we_ourselves_receive_a_mail",
    ),
}
"""The right outcome, and the tests of it."""


@cache
def _tests(path: str) -> frozenset[str]:
    tree = ast.parse((_ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_there_are_seventy() -> None:
    assert sorted(CASES) == list(range(1, 71))


@pytest.mark.parametrize("number", CASES)
def test_each_case_has_its_tests(number: int) -> None:
    _, *tests = CASES[number]
    assert tests
    for path, name in (test.split("::") for test in tests):
        assert name in _tests(path), name


def test_a_number_in_a_name_is_that_of_its_case() -> None:
    listed: dict[str, set[int]] = {}
    for number, (_, *tests) in CASES.items():
        for test in tests:
            listed.setdefault(test, set()).add(number)
    for test, numbers in listed.items():
        named = re.search(r"::test((?:_\d\d)*)", test)
        assert named
        assert {int(digits) for digits in named[1].split("_")[1:]} <= numbers, test
