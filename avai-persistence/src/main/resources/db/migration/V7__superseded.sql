-- How many messages of a thread are superseded is found without reading the thread.
create index messages_superseded on ${schema}.messages (thread_id, position)
  where superseded_at is not null;
