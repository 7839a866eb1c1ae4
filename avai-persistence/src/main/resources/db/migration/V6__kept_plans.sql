-- Saving and ending keep their plans: to plan its dozen of statements anew was a third of what a group cost. A kept plan
-- must be right for any group and for tables of any size, whatever they held when it was made. So each table is reached by
-- what comes in: by "= any (array)", or by a lateral that stops at the first row, which no join order can turn round; and
-- never by a bitmap, which would read and sort a whole thread where the latest messages are wanted.

-- Keeps a group of user messages with their turns. Per input one row, of kind saved, duplicate, not_found,
-- conflict (position: where the thread is), idempotency, busy, or locked (somebody else has the thread's row:
-- try that one again). For a saved one whose turn runs at once: flag is true, and rows of kind context follow,
-- unless the caller knows the thread's latest messages up to the position before (known_position, known_revision).
create or replace function ${schema}.save_messages(
  ids uuid[], turn_ids uuid[], thread_ids uuid[], titles text[], authors uuid[], contents text[],
  content_types text[], token_counts int[], client_ids uuid[], expected bigint[], rejects boolean[],
  starts text[], owners uuid[], leases bigint[], expiries bigint[], times timestamptz[], known_positions bigint[],
  known_revisions int[], exchanges int, max_unfinished int, retried boolean, wait_for_lock boolean)
returns setof ${schema}.answer_row
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
-- No row, and no twin of a message in another transaction, is waited for longer.
set lock_timeout = '250ms'
as $$
declare
  n constant int := cardinality(ids);
  outcome text[] := array_fill(null::text, array[n]);
  place bigint[] := array_fill(null::bigint, array[n]);
  running boolean[] := array_fill(false, array[n]);
  fresh boolean[] := array_fill(false, array[n]);
  made_in int[] := array_fill(null::int, array[n]);
  first_message uuid[] := ids;
  first_turn uuid[] := turn_ids;
  saved_at timestamptz[] := times;
  in_thread uuid[] := thread_ids;
  -- The threads that are touched: the locked ones, then the new ones.
  t_id uuid[] := '{}';
  t_owner uuid[] := '{}';
  t_count bigint[] := '{}';
  t_busy int[] := '{}';
  t_title text[] := '{}';
  t_revision int[] := '{}';
  t_at timestamptz[] := '{}';
  t_new boolean[] := '{}';
  foreign_ids uuid[];
  r record;
  i int;
  k int;
begin
  -- The threads first, always locked in the order of their ids: what is asked after that sees what the locks' last
  -- holders did, a twin of one of these messages among it.
  if wait_for_lock then
    for r in
      select t.id, t.user_id, t.message_count, t.title, t.revision
      from ${schema}.threads t where t.id = any (thread_ids) order by t.id for no key update
    loop
      t_id := t_id || r.id; t_owner := t_owner || r.user_id; t_count := t_count || r.message_count;
      t_title := t_title || r.title; t_revision := t_revision || r.revision;
    end loop;
  else
    for r in
      select t.id, t.user_id, t.message_count, t.title, t.revision
      from ${schema}.threads t where t.id = any (thread_ids) order by t.id for no key update skip locked
    loop
      t_id := t_id || r.id; t_owner := t_owner || r.user_id; t_count := t_count || r.message_count;
      t_title := t_title || r.title; t_revision := t_revision || r.revision;
    end loop;
  end if;
  if cardinality(t_id) > 0 then
    t_busy := array_fill(0, array[cardinality(t_id)]);
    t_at := array_fill(null::timestamptz, array[cardinality(t_id)]);
    t_new := array_fill(false, array[cardinality(t_id)]);
    -- Asked after the locks were taken, so that it sees what their last holders did.
    for r in
      select t.thread_id, count(*)::int as unfinished
      from ${schema}.turns t
      where t.thread_id = any (t_id) and t.state in ('waiting', 'running')
      group by t.thread_id
    loop
      t_busy[array_position(t_id, r.thread_id)] := r.unfinished;
    end loop;
  end if;

  -- What was sent before, by its client's name for it, or (when this call is itself a repeat) by ours.
  for r in
    select c.ord::int as ord, m.id, m.thread_id, m.position, m.content, m.content_type, m.opened_thread,
      m.created_at, u.id as turn_id, u.state, u.attempt, u.owner
    from unnest(ids, authors, client_ids) with ordinality c(id, author_id, client_id, ord)
    join lateral (
      select x.* from ${schema}.messages x
      where c.client_id is not null and x.author_id = c.author_id and x.client_message_id = c.client_id
      union all
      select x.* from ${schema}.messages x
      where retried and c.client_id is null and x.id = c.id
    ) m on true
    join lateral (
      select t.* from ${schema}.turns t
      where t.thread_id = m.thread_id and t.position = m.position
      order by t.revision
      limit 1
    ) u on true
  loop
    i := r.ord;
    first_message[i] := r.id;
    first_turn[i] := r.turn_id;
    in_thread[i] := r.thread_id;
    place[i] := r.position;
    saved_at[i] := r.created_at;
    if r.id = ids[i] then
      outcome[i] := 'saved';
      -- Its turn is still ours to run unless somebody has taken it over.
      running[i] := r.state = 'running' and r.attempt = 1 and r.owner = owners[i];
    elsif r.content = contents[i] and r.content_type = content_types[i]
        and (case when titles[i] is null then r.thread_id = thread_ids[i] else r.opened_thread end) then
      outcome[i] := 'duplicate';
    else
      outcome[i] := 'idempotency';
    end if;
  end loop;

  -- Looked at after the messages: whoever deletes a thread moves the names from there to here in one transaction.
  for r in
    select c.ord::int as ord
    from unnest(authors, client_ids) with ordinality c(author_id, client_id, ord)
    cross join lateral (
      select from ${schema}.deleted_sends s
      where s.author_id = c.author_id and s.client_message_id = c.client_id
      limit 1
    ) d
  loop
    outcome[r.ord] := coalesce(outcome[r.ord], 'not_found');
  end loop;

  for i in 1 .. n loop
    continue when outcome[i] is not null;
    k := array_position(t_id, thread_ids[i]);
    if k is null and titles[i] is not null then
      k := cardinality(t_id) + 1;
      t_id := t_id || thread_ids[i]; t_owner := t_owner || authors[i]; t_count := t_count || 0::bigint;
      t_title := t_title || titles[i]; t_revision := t_revision || 0; t_busy := t_busy || 0;
      t_at := t_at || null::timestamptz; t_new := t_new || true;
    end if;
    if k is null then
      -- Not there, or locked by somebody else: the caller finds out by trying alone.
      outcome[i] := case when wait_for_lock then 'not_found' else 'locked' end;
      foreign_ids := foreign_ids || thread_ids[i];
    elsif t_owner[k] <> authors[i] then
      outcome[i] := 'not_found';
    elsif expected[i] is not null and expected[i] <> t_count[k] then
      outcome[i] := 'conflict';
      place[i] := t_count[k];
    elsif t_busy[k] >= max_unfinished or (rejects[i] and t_busy[k] > 0) then
      outcome[i] := 'busy';
    else
      outcome[i] := 'saved';
      t_count[k] := t_count[k] + 1;
      place[i] := t_count[k];
      fresh[i] := true;
      made_in[i] := t_revision[k];
      running[i] := starts[i] = 'run' and t_busy[k] = 0;
      if starts[i] <> 'fail' then
        t_busy[k] := t_busy[k] + 1;
      end if;
      t_at[k] := greatest(t_at[k], times[i]);
    end if;
  end loop;

  -- A thread that is not there at all need not be tried again.
  if foreign_ids is not null and not wait_for_lock then
    for i in 1 .. n loop
      if outcome[i] = 'locked'
          and not exists (select 1 from ${schema}.threads t where t.id = thread_ids[i] and t.user_id = authors[i]) then
        outcome[i] := 'not_found';
      end if;
    end loop;
  end if;

  if true = any (t_new) then
    insert into ${schema}.threads (id, user_id, title, message_count, last_message_at, created_at, updated_at)
    select x.id, x.user_id, x.title, x.message_count, x.at, x.at, x.at
    from unnest(t_id, t_owner, t_title, t_count, t_at, t_new) x(id, user_id, title, message_count, at, is_new)
    where x.is_new and x.at is not null;
  end if;

  insert into ${schema}.messages (id, thread_id, position, role, author_id, content, content_type, token_count,
    client_message_id, opened_thread, created_at, updated_at)
  select x.id, x.thread_id, x.place, 'user', x.author_id, x.content, x.content_type, x.token_count,
    x.client_id, x.title is not null, x.at, x.at
  from unnest(ids, thread_ids, place, authors, contents, content_types, token_counts, client_ids, titles, times,
      fresh)
    x(id, thread_id, place, author_id, content, content_type, token_count, client_id, title, at, is_fresh)
  where x.is_fresh;

  insert into ${schema}.turns (id, thread_id, message_id, position, revision, state, attempt, owner, lease_until, expires_at,
    outcome_code, created_at, updated_at)
  select x.turn_id, x.thread_id, x.message_id, x.place, x.revision,
    case when x.running then 'running' when x.start = 'fail' then 'failed' else 'waiting' end,
    case when x.running then 1 else 0 end,
    case when x.running then x.owner end,
    case when x.running then clock_timestamp() + x.lease * interval '1 millisecond' end,
    clock_timestamp() + x.expiry * interval '1 millisecond',
    case when x.start = 'fail' then 'AI_DISABLED' end,
    x.at, x.at
  from unnest(turn_ids, thread_ids, ids, place, made_in, running, starts, owners, leases, expiries, times, fresh)
    x(turn_id, thread_id, message_id, place, revision, running, start, owner, lease, expiry, at, is_fresh)
  where x.is_fresh;

  update ${schema}.threads t
  set message_count = x.message_count, last_message_at = greatest(t.last_message_at, x.at),
    updated_at = greatest(t.updated_at, x.at)
  from unnest(t_id, t_count, t_at, t_new) x(id, message_count, at, is_new)
  where t.id = any (t_id) and t.id = x.id and not x.is_new and x.at is not null;

  return query
  select x.outcome, x.ord::int, x.thread_id, x.turn_id, x.message_id, x.place, 1, 0, x.running,
    case when x.running then coalesce(t_title[array_position(t_id, x.thread_id)],
      (select t.title from ${schema}.threads t where t.id = x.thread_id)) end, u.clerk_id, u.tier,
    t_revision[array_position(t_id, x.thread_id)],
    null::uuid, null::text, null::text, null::int, null::uuid, null::uuid, null::text, x.at
  from unnest(outcome, in_thread, first_turn, first_message, place, running, authors, saved_at) with ordinality
    x(outcome, thread_id, turn_id, message_id, place, running, author_id, at, ord)
  left join lateral (
    select s.clerk_id, s.tier from ${schema}.users s where x.running and s.id = x.author_id limit 1
  ) u on true;

  for i in 1 .. n loop
    if running[i] and place[i] > 1
        and (known_positions[i] is distinct from place[i] - 1
          or known_revisions[i] is distinct from t_revision[array_position(t_id, in_thread[i])]) then
      return query select * from ${schema}.context_before(i, in_thread[i], place[i], exchanges);
    end if;
  end loop;
end
$$;

-- Ends a group of turns. Per input one row, of kind finished (flag: the thread has another unfinished turn),
-- fenced, or locked.
create or replace function ${schema}.finish_turns(
  turn_ids uuid[], owners uuid[], attempts int[], final_attempts int[], states text[], codes text[],
  reply_ids uuid[], contents text[], content_types text[], token_counts int[], models text[],
  processing_times bigint[], confidences double precision[], metadatas text[], finish_reasons text[],
  times timestamptz[], usage_models text[], prompt_token_counts int[], reply_token_counts int[],
  tokens_were_counted boolean[], first_deltas bigint[], durations bigint[], wait_for_lock boolean)
returns setof ${schema}.answer_row
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
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
      where t.id = any (array(select u.thread_id from ${schema}.turns u where u.id = any (turn_ids)))
      order by t.id for no key update
    loop
      t_id := t_id || r.id; t_count := t_count || r.message_count; t_revision := t_revision || r.revision;
    end loop;
  else
    for r in
      select t.id, t.message_count, t.revision from ${schema}.threads t
      where t.id = any (array(select u.thread_id from ${schema}.turns u where u.id = any (turn_ids)))
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
  where t.id = any (turn_ids) and t.id = x.id and x.outcome = 'finished' and x.state is not null;

  update ${schema}.threads t
  set message_count = x.message_count, last_message_at = greatest(t.last_message_at, x.at),
    updated_at = greatest(t.updated_at, x.at)
  from unnest(t_id, t_count, t_at) x(id, message_count, at)
  where t.id = any (t_id) and t.id = x.id and x.at is not null;

  return query
  select coalesce(x.outcome, 'fenced'), x.ord::int, x.thread_id, x.turn_id, x.asked, x.place, null::int, null::int,
    coalesce((select true from ${schema}.turns u
      where u.thread_id = x.thread_id and u.state in ('waiting', 'running') limit 1), false),
    null::text, null::text, null::text, t_revision[array_position(t_id, x.thread_id)],
    null::uuid, null::text, null::text, null::int, null::uuid, null::uuid, null::text, null::timestamptz
  from unnest(outcome, in_thread, turn_ids, asked, place) with ordinality
    x(outcome, thread_id, turn_id, asked, place, ord);
end
$$;
