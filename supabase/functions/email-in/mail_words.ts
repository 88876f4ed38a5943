/** Words that mail programs put before a mail that they quote or forward, in their languages; parts of expressions. */

export const FROM_WORDS = "from|von|de|da|van|från|fra|lähettäjä|od|от|发件人|差出人|보낸 사람";
export const SENT_WORDS =
  "sent|date|gesendet|datum|envoyé|enviado(?: el)?|fecha|data|inviato|verzonden|skickat|sendt|lähetetty|wysłano|odesláno|" +
  "отправлено|дата|发送时间|送信日時|보낸 날짜";
export const SUBJECT_WORDS =
  "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|ämne|emne|aihe|temat|předmět|тема|主题|件名|제목";
