-- Users, threads, messages and turns.
-- ${schema} is the schema that AVAI_DB_SCHEMA names.

create table ${schema}.users (
  id uuid primary key,
  clerk_id text unique,
  name text not null,
  is_anonymous boolean not null,
  tier text not null check (tier in ('anonymous', 'free', 'pro', 'enterprise')),
  session_id uuid,
  -- SHA-256 of the anonymous session's secret; null once the threads were claimed.
  session_token_hash bytea unique check (octet_length(session_token_hash) = 32),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (is_anonymous = (clerk_id is null))
);

-- Every message updates its thread. The free space and the absence of an index on the columns that
-- change keep those updates in the page (HOT).
create table ${schema}.threads (
  id uuid primary key,
  user_id uuid not null references ${schema}.users on delete cascade,
  title text not null check (title <> ''),
  description text,
  status text not null default 'active' check (status in ('active', 'archived')),
  is_pinned boolean not null default false,
  message_count bigint not null default 0 check (message_count >= 0),
  last_message_at timestamptz,
  -- Grows when an earlier message changes its meaning (a reply is superseded): whoever has kept the
  -- thread's latest messages in memory can tell that they are stale.
  revision int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
) with (fillfactor = 80);

create index threads_of_user on ${schema}.threads (user_id);

create table ${schema}.messages (
  id uuid primary key,
  thread_id uuid not null references ${schema}.threads on delete cascade,
  position bigint not null check (position > 0),
  role text not null check (role in ('user', 'assistant')),
  author_id uuid,
  content text not null check (content <> ''),
  content_type text not null default 'text' check (content_type in ('text', 'markdown', 'code', 'json')),
  token_count int check (token_count >= 0),
  model_used text,
  processing_time_ms bigint check (processing_time_ms >= 0),
  confidence_score double precision check (confidence_score between 0 and 1),
  metadata jsonb,
  client_message_id uuid,
  -- Whether this message was sent into a thread that was made for it.
  opened_thread boolean not null default false,
  reply_to uuid,
  finish_reason text check (finish_reason in ('complete', 'cancelled')),
  superseded_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((role = 'user') = (author_id is not null)),
  check ((role = 'assistant') = (reply_to is not null)),
  check ((role = 'assistant') = (finish_reason is not null)),
  check (role = 'user' or client_message_id is null)
);

create unique index messages_in_order on ${schema}.messages (thread_id, position);
create unique index messages_idempotency on ${schema}.messages (author_id, client_message_id)
  where client_message_id is not null;
create unique index messages_one_live_reply on ${schema}.messages (reply_to)
  where reply_to is not null and superseded_at is null;

create table ${schema}.turns (
  id uuid primary key,
  thread_id uuid not null references ${schema}.threads on delete cascade,
  message_id uuid not null,
  -- Of the message that is answered: turns of a thread run in this order.
  position bigint not null,
  -- The thread's when the turn was made: of the turns of one message, the highest is the newest.
  revision int not null default 0,
  state text not null check (state in ('waiting', 'running', 'completed', 'failed', 'cancelled', 'expired')),
  attempt int not null check (attempt >= 0),
  tries int not null default 0 check (tries >= 0),
  owner uuid,
  lease_until timestamptz,
  expires_at timestamptz not null,
  not_before timestamptz,
  cancel_requested boolean not null default false,
  outcome_code text,
  reply_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (state <> 'running' or (owner is not null and lease_until is not null)),
  check (state = 'running' or lease_until is null),
  check (state <> 'completed' or reply_id is not null),
  check (reply_id is null or state in ('completed', 'cancelled')),
  check ((state in ('failed', 'expired')) = (outcome_code is not null))
) with (fillfactor = 80);

create unique index turns_in_order on ${schema}.turns (thread_id, position, revision);
create index turns_unfinished on ${schema}.turns (thread_id, position, id) where state in ('waiting', 'running');

-- A client's name for a message is taken for ever, also when the message went with its thread.
create table ${schema}.deleted_sends (
  author_id uuid not null references ${schema}.users on delete cascade,
  client_message_id uuid not null,
  primary key (author_id, client_message_id)
);

-- Nobody comes in through a hosting platform's public API: security on, and no policy lets anybody by.
-- The owner of the tables, as which this program connects, is not affected.
alter table ${schema}.users enable row level security;
alter table ${schema}.threads enable row level security;
alter table ${schema}.messages enable row level security;
alter table ${schema}.turns enable row level security;
alter table ${schema}.deleted_sends enable row level security;
