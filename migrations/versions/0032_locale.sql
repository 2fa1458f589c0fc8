-- The language that its owner chose for pages; NULL: what their browser asks for.
ALTER TABLE users ADD COLUMN locale text CHECK (locale ~ '^[a-z]{2}$');
