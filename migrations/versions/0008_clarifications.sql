-- How far each account has read a contest's clarifications.

CREATE TABLE clarification_readers (
  contest_id bigint NOT NULL REFERENCES contests ON DELETE CASCADE,
  user_id    bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  last_id    bigint NOT NULL,                        -- the newest that was there when it looked last
  PRIMARY KEY (contest_id, user_id)
);
CREATE INDEX clarifications_contest ON clarifications (contest_id, id);
CREATE INDEX clarifications_replies ON clarifications (reply_to_id) WHERE reply_to_id IS NOT NULL;
