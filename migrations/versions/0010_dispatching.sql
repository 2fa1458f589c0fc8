-- Judgehosts that are fed by a broker: what each can take, and what was sent to it.

ALTER TABLE judgehosts
  ADD COLUMN open_slots  int NOT NULL DEFAULT 0,       -- slots that messages reach now; 0 also where it claims by itself
  ADD COLUMN is_draining boolean NOT NULL DEFAULT false, -- finishes what it has, and takes nothing more
  ADD COLUMN deaf_until  timestamptz;                  -- a message to it was lost: it is sent none before that

ALTER TABLE judgings
  ADD COLUMN sent_at     timestamptz;                  -- null: not sent, or its judgehost has said that it begins

CREATE INDEX judgings_of_judgehost ON judgings (judgehost_id) WHERE state = 'judging';
