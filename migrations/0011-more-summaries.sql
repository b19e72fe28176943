-- All hours and longer times are summed up again: by enhanced code, stage, host, block list and reply, too.
DELETE FROM summary;
DELETE FROM packed_summary;
DELETE FROM summarized;
