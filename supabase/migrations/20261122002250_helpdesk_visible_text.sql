-- Text that people see: slugs, locales, and text without characters that nobody sees. What goes to a language model is
-- such text: instructions in invisible characters would reach the model, and not the person who checks its answer.

insert into helpdesk_private.concepts (version, concept) values ('20261122002250', 'visible_text');

create function helpdesk_private.visible_text(p_text text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Control characters but for tab and line break; soft hyphen, joiners, marks of direction, variation selectors, byte
  -- order mark, and the tag characters of Unicode, which spell ASCII invisibly.
  select regexp_replace(
    translate(p_text, chr(13), ''),
    '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f'
    '\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]',
    '', 'g'
  );
$$;
comment on function helpdesk_private.visible_text is 'The text without characters that nobody sees.';
revoke all on function helpdesk_private.visible_text from public, anon, authenticated, service_role;

create function helpdesk_private.slug_valid(p_field text, p_value text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is null or p_value ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(p_value) <= 100 then
    return true;
  end if;
  perform helpdesk_private.fail(
    'invalid_value',
    format('%s must be 1 to 100 characters: lower-case letters a to z, digits, and single hyphens between them', p_field)
  );
  return false;
end;
$$;
revoke all on function helpdesk_private.slug_valid from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.slug_valid to authenticated, service_role;

create function helpdesk_private.locale_valid(p_field text, p_value text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is null or p_value ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$' then
    return true;
  end if;
  perform helpdesk_private.fail('invalid_value', format('%s must be a language tag like en, de or pt-BR', p_field));
  return false;
end;
$$;
revoke all on function helpdesk_private.locale_valid from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.locale_valid to authenticated, service_role;

create function helpdesk_private.quote_norm(p_text text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Compatibility forms; links and images as their text; one kind of quotation mark and of dash; no marks of Markdown;
  -- lower case; single blanks. Words, numbers and accents stay as they are.
  select btrim(regexp_replace(lower(translate(
    regexp_replace(
      helpdesk_private.visible_text(normalize(p_text, nfkc)), '!?\[([^][()]{0,255})\]\([^()\s]{0,255}\)', '\1', 'g'
    ),
    U&'\2018\2019\201A\201B\2032\2039\203A\201C\201D\201E\201F\2033\00AB\00BB\2010\2011\2012\2013\2014\2015\2212*_`#>|~',
    '''''''''''''''"""""""-------'
  )), '\s+', ' ', 'g'));
$$;
comment on function helpdesk_private.quote_norm is
  'The text without differences of typography and Markdown: two texts with the same norm say the same, word for word.';
revoke all on function helpdesk_private.quote_norm from public, anon, authenticated, service_role;
