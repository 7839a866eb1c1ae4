-- What an operator asks about days and models. A day is one of UTC. The views show what the tables hold and keep nothing themselves.

-- Messages by who wrote them; of the assistant's, by model.
create view ${schema}.analytics_messages as
select
  (m.created_at at time zone 'UTC')::date as day,
  m.role as role,
  coalesce(m.model_used, '') as model,
  count(*) as messages,
  count(distinct m.thread_id) as threads,
  count(distinct m.author_id) as authors,
  avg(m.confidence_score) as confidence,
  min(m.confidence_score) as lowest_confidence
from ${schema}.messages m
group by 1, 2, 3;

-- Turns by what became of them: their state, or why they failed.
create view ${schema}.analytics_turns as
select
  (t.created_at at time zone 'UTC')::date as day,
  coalesce(t.usage_model, '') as model,
  lower(coalesce(t.outcome_code, t.state)) as outcome,
  count(*) as turns,
  coalesce(sum(t.prompt_tokens), 0) as prompt_tokens,
  coalesce(sum(t.reply_tokens), 0) as reply_tokens,
  percentile_cont(0.5) within group (order by t.first_delta_ms) as first_delta_ms_p50,
  percentile_cont(0.95) within group (order by t.first_delta_ms) as first_delta_ms_p95,
  percentile_cont(0.5) within group (order by t.took_ms) as took_ms_p50,
  percentile_cont(0.95) within group (order by t.took_ms) as took_ms_p95
from ${schema}.turns t
group by 1, 2, 3;

-- A view looks at the tables as whoever made it, and would open what row level security closes. From 15 on it can look as
-- whoever asks; before that, and besides, nobody else gets in: hosts such as Supabase grant rights on all that is new.
do $$
declare
  name text;
  guest text;
begin
  foreach name in array array['analytics_messages', 'analytics_turns'] loop
    if current_setting('server_version_num')::int >= 150000 then
      execute format('alter view %I.%I set (security_invoker = true)', '${schema}', name);
    end if;
    execute format('revoke all on %I.%I from public', '${schema}', name);
    for guest in select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated') loop
      execute format('revoke all on %I.%I from %I', '${schema}', name, guest);
    end loop;
  end loop;
end
$$;
