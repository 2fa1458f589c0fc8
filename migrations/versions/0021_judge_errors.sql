-- Admins are told on one page what went wrong on our side.

CREATE INDEX judgings_errors ON judgings (finished_at) WHERE verdict = 'JE' AND is_current;
