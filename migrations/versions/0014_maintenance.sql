-- Maintenance: while it lasts the site is for reading only, and nothing is claimed.

CREATE TABLE maintenance (                           -- a row as long as it lasts
  is_on  boolean PRIMARY KEY DEFAULT true CHECK (is_on),
  reason text NOT NULL,                              -- shown to everybody
  since  timestamptz NOT NULL DEFAULT now()
);
