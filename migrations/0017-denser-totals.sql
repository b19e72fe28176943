-- From here on what is packed is denser: totals leave out senders where there are none (src/store/sqlite/totals/packed-totals.ts), figures of values have
-- their times in seconds where the log has no more (src/store/sqlite/summary/packed-rows.ts). What is there stays as it is, and can be read; an
-- earlier version could not read what is new.
SELECT 1;
