-- The page of the audit log lists actions, and what was done of one kind.

CREATE INDEX audit_log_action ON audit_log (action, id);
