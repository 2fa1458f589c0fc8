-- How much a contest shows contestants of what became of their submissions.

ALTER TABLE contests ADD COLUMN feedback text NOT NULL DEFAULT 'full' CHECK (feedback IN (
  'full',     -- the verdict, and every test case without its name
  'samples',  -- the verdict, and the sample test cases
  'verdict',  -- the verdict, with its score
  'none'      -- whether it compiled
));
