"""Words that mail programs put before a mail that they quote or forward, in their languages; parts of expressions."""

from __future__ import annotations

FROM_WORDS = "from|von|de|da|van|från|fra|od|от|发件人|差出人|lähettäjä"
SENT_WORDS = (
    "sent|date|gesendet|datum|envoyé|enviado(?: el)?|fecha|inviato|data|verzonden|skickat|sendt|dato|wysłano"
    "|odesláno|отправлено|дата|发送时间|日期|送信日時|lähetetty"
)
SUBJECT_WORDS = "subject|betreff|objet|asunto|oggetto|onderwerp|assunto|ämne|emne|temat|předmět|тема|主题|件名|aihe"
