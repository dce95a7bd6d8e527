-- Which reading of a waiting import counts: one more whenever it is to be read anew, because a service was named, sheets
-- were chosen, a mapping was learned or another file changed its service. What a reading of before comes to is not kept.
ALTER TABLE imports ADD COLUMN reading BIGINT NOT NULL DEFAULT 0;
