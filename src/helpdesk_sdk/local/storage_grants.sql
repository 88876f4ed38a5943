-- What a hosted project lets requests do with Storage's tables: everything, as far as their policies allow.
-- Runs when the gateway has created the tables. May be run again.

grant usage on schema storage to anon, authenticated, service_role;
grant all on table storage.buckets, storage.objects to anon, authenticated, service_role;
