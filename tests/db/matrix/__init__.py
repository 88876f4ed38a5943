"""How the tests try the matrix. Its rows are `helpdesk_sdk.verification.matrix`: `helpdesk verify` tries them too."""

from __future__ import annotations

from helpdesk_sdk.verification.matrix import ATTACKS, CASES, ELSEWHERE, ORDER, Case, Outcome

__all__ = ["ATTACKS", "CASES", "ELSEWHERE", "ORDER", "Case", "Outcome"]
