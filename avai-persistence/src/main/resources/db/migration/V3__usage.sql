-- What a turn cost, whatever became of it; all null while it is unfinished, and when nobody was asked.
alter table ${schema}.turns
  -- As the model named itself, when it came to that.
  add column usage_model text,
  -- Estimated, over every time that it was asked.
  add column prompt_tokens int check (prompt_tokens >= 0),
  add column reply_tokens int check (reply_tokens >= 0),
  -- Whether reply_tokens are the model's own count, and not an estimate.
  add column tokens_counted boolean,
  -- Both from when its last owner took it up.
  add column first_delta_ms bigint check (first_delta_ms >= 0),
  add column took_ms bigint check (took_ms >= 0),
  add check ((prompt_tokens is null) = (took_ms is null)),
  add check ((prompt_tokens is null) = (reply_tokens is null)),
  add check ((prompt_tokens is null) = (tokens_counted is null));

drop function ${schema}.finish_turns;

-- Ends a group of turns. Per input one row, of kind finished (flag: the thread has another unfinished turn),
-- fenced, or locked.
create function ${schema}.finish_turns(
  turn_ids uuid[], owners uuid[], attempts int[], final_attempts int[], states text[], codes text[],
  reply_ids uuid[], contents text[], content_types text[], token_counts int[], models text[],
  processing_times bigint[], confidences double precision[], metadatas text[], finish_reasons text[],
  times timestamptz[], usage_models text[], prompt_token_counts int[], reply_token_counts int[],
  tokens_were_counted boolean[], first_deltas bigint[], durations bigint[], wait_for_lock boolean)
returns setof ${schema}.answer_row
language plpgsql
set enable_seqscan = off
set lock_timeout = '250ms'
as $$
declare
  n constant int := cardinality(turn_ids);
  outcome text[] := array_fill(null::text, array[n]);
  place bigint[] := array_fill(null::bigint, array[n]);
  asked uuid[] := array_fill(null::uuid, array[n]);
  in_thread uuid[] := array_fill(null::uuid, array[n]);
  t_id uuid[] := '{}';
  t_count bigint[] := '{}';
  t_revision int[] := '{}';
  t_at timestamptz[] := '{}';
  r record;
  i int;
  k int;
begin
  if wait_for_lock then
    for r in
      select t.id, t.message_count, t.revision from ${schema}.threads t
      where t.id in (select u.thread_id from ${schema}.turns u where u.id = any (turn_ids))
      order by t.id for no key update
    loop
      t_id := t_id || r.id; t_count := t_count || r.message_count; t_revision := t_revision || r.revision;
    end loop;
  else
    for r in
      select t.id, t.message_count, t.revision from ${schema}.threads t
      where t.id in (select u.thread_id from ${schema}.turns u where u.id = any (turn_ids))
      order by t.id for no key update skip locked
    loop
      t_id := t_id || r.id; t_count := t_count || r.message_count; t_revision := t_revision || r.revision;
    end loop;
  end if;
  t_at := array_fill(null::timestamptz, array[cardinality(t_id)]);

  for r in
    select array_position(turn_ids, t.id) as ord, t.id, t.thread_id, t.message_id, t.state, t.attempt, t.owner, t.reply_id,
      (select m.position from ${schema}.messages m where m.id = t.reply_id) as reply_position
    from ${schema}.turns t where t.id = any (turn_ids)
    -- A server that takes a turn over, or prolongs its lease, locks the turn and not the thread.
    order by t.id for no key update
  loop
    i := r.ord;
    k := array_position(t_id, r.thread_id);
    in_thread[i] := r.thread_id;
    asked[i] := r.message_id;
    if r.state = states[i] and r.attempt = final_attempts[i] and r.owner = owners[i]
        and r.reply_id is not distinct from reply_ids[i] then
      -- Our own call once more: the first one had been committed.
      outcome[i] := 'finished';
      place[i] := r.reply_position;
      reply_ids[i] := null;
      states[i] := null;
    elsif r.state <> 'running' or r.attempt <> attempts[i] or r.owner is distinct from owners[i] then
      outcome[i] := 'fenced';
    elsif k is null then
      outcome[i] := 'locked';
    else
      outcome[i] := 'finished';
      if reply_ids[i] is not null then
        t_count[k] := t_count[k] + 1;
        place[i] := t_count[k];
        t_at[k] := greatest(t_at[k], times[i]);
      end if;
    end if;
  end loop;

  insert into ${schema}.messages (id, thread_id, position, role, content, content_type, token_count, model_used,
    processing_time_ms, confidence_score, metadata, reply_to, finish_reason, created_at, updated_at)
  select x.id, x.thread_id, x.place, 'assistant', x.content, x.content_type, x.token_count, x.model,
    x.processing_time, x.confidence, x.metadata::jsonb, x.asked, x.finish_reason, x.at, x.at
  from unnest(reply_ids, in_thread, place, contents, content_types, token_counts, models, processing_times,
      confidences, metadatas, asked, finish_reasons, times, outcome)
    x(id, thread_id, place, content, content_type, token_count, model, processing_time, confidence, metadata, asked,
      finish_reason, at, outcome)
  where x.outcome = 'finished' and x.id is not null;

  update ${schema}.turns t
  set state = x.state, attempt = x.final_attempt, outcome_code = x.code, reply_id = x.reply_id, lease_until = null,
    cancel_requested = false, updated_at = x.at, usage_model = x.usage_model, prompt_tokens = x.prompt_tokens,
    reply_tokens = x.reply_tokens, tokens_counted = x.tokens_counted, first_delta_ms = x.first_delta,
    took_ms = x.took
  from unnest(turn_ids, states, final_attempts, codes, reply_ids, times, outcome, usage_models, prompt_token_counts,
      reply_token_counts, tokens_were_counted, first_deltas, durations)
    x(id, state, final_attempt, code, reply_id, at, outcome, usage_model, prompt_tokens, reply_tokens, tokens_counted,
      first_delta, took)
  where t.id = x.id and x.outcome = 'finished' and x.state is not null;

  update ${schema}.threads t
  set message_count = x.message_count, last_message_at = greatest(t.last_message_at, x.at),
    updated_at = greatest(t.updated_at, x.at)
  from unnest(t_id, t_count, t_at) x(id, message_count, at)
  where t.id = x.id and x.at is not null;

  return query
  select coalesce(x.outcome, 'fenced'), x.ord::int, x.thread_id, x.turn_id, x.asked, x.place, null::int, null::int,
    exists (select 1 from ${schema}.turns u where u.thread_id = x.thread_id and u.state in ('waiting', 'running')),
    null::text, null::text, null::text, t_revision[array_position(t_id, x.thread_id)],
    null::uuid, null::text, null::text, null::int, null::uuid, null::uuid, null::text, null::timestamptz
  from unnest(outcome, in_thread, turn_ids, asked, place) with ordinality
    x(outcome, thread_id, turn_id, asked, place, ord);
end
$$;

revoke all on function ${schema}.finish_turns from public;
