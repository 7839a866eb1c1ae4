-- Who has not been here for long is found by this; updated_at is when a user was last seen, to the hour.
create index users_by_tier_and_time on ${schema}.users (tier, updated_at);

-- The one link under which a user may fetch a copy of their data, once.
create table ${schema}.export_links (
  user_id uuid primary key references ${schema}.users on delete cascade,
  -- SHA-256 of the link's secret.
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  expires_at timestamptz not null
);

alter table ${schema}.export_links enable row level security;
