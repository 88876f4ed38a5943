-- E-mail in: where the bytes of each mail are kept as they came: emails/<sha256>.eml in a bucket that only programs
-- with the secret key read and write.

insert into helpdesk_private.concepts (version, concept) values ('20261129000355', 'email_storage');

do $$
begin
  if to_regclass('storage.objects') is null or to_regclass('storage.buckets') is null then
    raise notice 'There is no Supabase Storage in this database: the function email-in cannot keep mails.';
    return;
  end if;

  -- 40 MB: more than any provider hands over.
  insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
  values ('helpdesk-emails', 'helpdesk-emails', false, 41943040, '{message/rfc822}')
  -- The bucket of an earlier helpdesk, whose mails stayed.
  on conflict (id) do nothing;
  if exists (select from storage.buckets as b where b.id = 'helpdesk-emails' and b.public) then
    raise exception 'There is a public bucket helpdesk-emails: make it private, or rename it.';
  end if;

  -- Permissive policies add up: a host's policy that opens every bucket must not open this one. The secret key is
  -- bound by no policy.
  create policy "helpdesk: nobody reads or writes mails as they came" on storage.objects
    as restrictive for all to public
    using (bucket_id is distinct from 'helpdesk-emails');
  create policy "helpdesk: nobody changes the bucket of mails" on storage.buckets
    as restrictive for all to public
    using (id is distinct from 'helpdesk-emails');
end
$$;
