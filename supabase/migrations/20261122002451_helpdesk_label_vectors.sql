-- Vectors in classification. No embedding model can be chosen yet: nothing has a vector, and words decide.

insert into helpdesk_private.concepts (version, concept) values ('20261122002451', 'label_vectors');

create function helpdesk_private.nearest_by_vector(p_embedding real[], p_model text, p_ticket_id uuid)
returns setof helpdesk_private.neighbour
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select null::text, null::uuid, null::double precision where false;
$$;
revoke all on function helpdesk_private.nearest_by_vector from public, anon, authenticated, service_role;

create function helpdesk_private.vector_shares(p_embedding real[], p_model text)
returns table (kind text, label text, share double precision)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select null::text, null::text, null::double precision where false;
$$;
revoke all on function helpdesk_private.vector_shares from public, anon, authenticated, service_role;

create function helpdesk_private.classification_vector(p_embedding real[], p_model text)
returns real[]
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select null::real[];
$$;
revoke all on function helpdesk_private.classification_vector from public, anon, authenticated, service_role;
