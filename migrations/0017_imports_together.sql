-- Files that were dropped together share a batch. What reading each of them came to is kept, so that their page need not read
-- them all again; empty while nobody has looked. `answers` holds what its reader said about the file.
ALTER TABLE imports ADD COLUMN batch TEXT NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN ord BIGINT NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN summary TEXT NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN answers TEXT NOT NULL DEFAULT '';
-- The act that wrote into the common text and into an institution's layer; empty where only one of them was written.
ALTER TABLE imports ADD COLUMN operation TEXT NOT NULL DEFAULT '';
CREATE INDEX imports_batch ON imports (batch);
