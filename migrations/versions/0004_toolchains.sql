-- Which compilers judgehosts have, and which one each judging was made with.

CREATE TABLE toolchains (                            -- what a judgehost said of itself when it started last
  judgehost_id  bigint NOT NULL REFERENCES judgehosts,
  language      text NOT NULL,                       -- its id
  version       text NOT NULL,                       -- the first line of what the compiler says of its version
  compile_image text NOT NULL,                       -- the engine's digest of the image that it compiles in
  run_image     text NOT NULL,                       -- and of the one that programs run in
  PRIMARY KEY (judgehost_id, language)
);

ALTER TABLE judgings
  ADD COLUMN compiler_version text,                  -- null: judged before this was recorded, or never compiled
  ADD COLUMN compile_image    text,
  ADD COLUMN run_image        text;
