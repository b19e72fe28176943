-- Days and longer times are summed up again: with how many deliveries of each value failed, which is enough to find the first ones.
DELETE FROM summary WHERE hours > 1;
DELETE FROM packed_summary WHERE hours > 1;
DELETE FROM summarized WHERE hours > 1;
