-- Blobs whose bytes are in an object store. The release before reads none of those: it is gone before `blob_store` is set.

ALTER TABLE blobs ALTER COLUMN content DROP NOT NULL;  -- null: in the object store, named by the digest
