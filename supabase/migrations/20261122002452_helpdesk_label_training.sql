-- Training: what the trainer reads, and what it stores. It holds the secret key; all it changes is the weights and the
-- thresholds of two kinds of label. Without it, or with what it stored deleted, the vote decides.

insert into helpdesk_private.concepts (version, concept) values ('20261122002452', 'label_training');

create type helpdesk.training_example as (
  ticket_id uuid, label text, requester_id uuid, features text [], embedding real []
);
comment on type helpdesk.training_example is
  'An example as the trainer reads it. embedding: its vector by the active model, null while it has none.';

create function helpdesk_private.training_examples(p_kind text, p_after uuid, p_max_rows integer)
returns setof helpdesk.training_example
language sql
stable
-- Definer: texts and vectors are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select e.ticket_id, e.label, x.requester_id, helpdesk_private.word_features(x.body), v.embedding::real[]
  from helpdesk.label_examples as e
  join helpdesk_private.example_texts as x on x.ticket_id = e.ticket_id
  left join helpdesk_private.example_embeddings as v
    on v.ticket_id = e.ticket_id and v.model = helpdesk_private.active_embedding_model()
  where e.kind = p_kind and (p_after is null or e.ticket_id > p_after)
  order by e.ticket_id
  limit least(greatest(p_max_rows, 1), 1000);
$$;
revoke all on function helpdesk_private.training_examples from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.training_examples to service_role;

create function helpdesk.training_examples(kind text, after uuid default null, max_rows integer default 500)
returns setof helpdesk.training_example
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.training_examples(
    training_examples.kind, training_examples.after, training_examples.max_rows
  );
$$;
comment on function helpdesk.training_examples is
  'For the trainer, with the secret key: the examples of team or priority, a page at a time in the order of ticket_id, '
  'with what the linear models weigh. after: the last ticket_id of the page before.';
revoke all on function helpdesk.training_examples from public, anon, authenticated, service_role;
grant execute on function helpdesk.training_examples to service_role;

create function helpdesk_private.text_features(p_texts text[])
returns jsonb
language sql
immutable
-- Definer: the functions of text are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    jsonb_agg(to_jsonb(helpdesk_private.word_features(helpdesk_private.text_to_classify(t.body, ''))) order by t.place), '[]'
  )
  from unnest(p_texts[:500]) with ordinality as t (body, place);
$$;
revoke all on function helpdesk_private.text_features from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.text_features to service_role;

create function helpdesk.text_features(texts text[])
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.text_features(text_features.texts);
$$;
comment on function helpdesk.text_features is
  'For measuring, with the secret key: the words and pairs of words of each text, of at most 500 texts.';
revoke all on function helpdesk.text_features from public, anon, authenticated, service_role;
grant execute on function helpdesk.text_features to service_role;

create function helpdesk_private.store_label_head(p_kind text, p_head jsonb)
returns integer
language plpgsql
-- Definer: the heads are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_labels integer;
begin
  if p_kind is null or p_kind not in ('team', 'priority') then
    perform helpdesk_private.fail('invalid_value', 'kind must be team or priority');
  elsif jsonb_typeof(p_head) is distinct from 'object' or jsonb_typeof(p_head -> 'labels') is distinct from 'array'
    or jsonb_typeof(p_head -> 'words') is distinct from 'array'
    or jsonb_array_length(p_head -> 'labels') not between 2 and 1000
    or jsonb_array_length(p_head -> 'words') > 100000 then
    perform helpdesk_private.fail('invalid_value', 'head must have 2 to 1000 labels and at most 100000 words');
  end if;
  delete from helpdesk_private.label_models as m where m.kind = p_kind;
  insert into helpdesk_private.label_models (kind, model, mix, examples, report)
  select p_kind, h.model, h.mix, h.examples, h.report
  from jsonb_to_record(p_head) as h (model text, mix real[], examples integer, report jsonb);
  insert into helpdesk_private.label_heads (kind, label, threshold, vector_bias, words_bias, weights)
  select p_kind, l.label, l.threshold, coalesce(l.vector_bias, 0), l.words_bias, l.weights
  from jsonb_to_recordset(p_head -> 'labels') as l (
    label text, threshold real, vector_bias real, words_bias real, weights real[]
  );
  get diagnostics v_labels = row_count;
  insert into helpdesk_private.label_words (kind, feature, idf, weights)
  select p_kind, w.feature, w.idf, w.weights
  from jsonb_to_recordset(p_head -> 'words') as w (feature text, idf real, weights real[]);
  if exists (
    select from helpdesk_private.label_words as w where w.kind = p_kind and cardinality(w.weights) <> v_labels
  ) then
    perform helpdesk_private.fail(
      'invalid_value', format('weights must be one number for each of the %s labels', v_labels)
    );
  end if;
  return v_labels;
exception when data_exception or not_null_violation or unique_violation or check_violation then
  perform helpdesk_private.fail('invalid_value', 'head is not what the trainer makes: ' || sqlerrm);
  return null;
end;
$$;
revoke all on function helpdesk_private.store_label_head from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.store_label_head to service_role;

create function helpdesk.store_label_head(kind text, head jsonb)
returns integer
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.store_label_head(store_label_head.kind, store_label_head.head);
$$;
comment on function helpdesk.store_label_head is
  'For the trainer, with the secret key: replaces the linear models and the thresholds of a kind. Returns the number '
  'of labels.';
revoke all on function helpdesk.store_label_head from public, anon, authenticated, service_role;
grant execute on function helpdesk.store_label_head to service_role;

create function helpdesk_private.forget_label_head(p_kind text)
returns boolean
language plpgsql
-- Definer: the heads are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  delete from helpdesk_private.label_models as m where m.kind = p_kind;
  return found;
end;
$$;
revoke all on function helpdesk_private.forget_label_head from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.forget_label_head to authenticated, service_role;

create function helpdesk.forget_label_head(kind text)
returns boolean
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.forget_label_head(forget_label_head.kind);
$$;
comment on function helpdesk.forget_label_head is
  'For admins: deletes what training made for team or priority; the vote decides alone again.';
revoke all on function helpdesk.forget_label_head from public, anon, authenticated, service_role;
grant execute on function helpdesk.forget_label_head to authenticated, service_role;

create function helpdesk_private.label_head_report(p_kind text)
returns jsonb
language plpgsql
stable
-- Definer: the heads are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('agent', 'admin');
  return (
    select m.report || jsonb_build_object(
      'kind', m.kind, 'model', m.model, 'mix', m.mix, 'examples', m.examples, 'trained_at', m.trained_at
    )
    from helpdesk_private.label_models as m where m.kind = p_kind
  );
end;
$$;
revoke all on function helpdesk_private.label_head_report from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.label_head_report to authenticated, service_role;

create function helpdesk.label_head_report(kind text)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.label_head_report(label_head_report.kind);
$$;
comment on function helpdesk.label_head_report is
  'For staff: what the last training of team or priority measured; null before the first.';
revoke all on function helpdesk.label_head_report from public, anon, authenticated, service_role;
grant execute on function helpdesk.label_head_report to authenticated, service_role;
