-- Totals of days and eight days without senders (number 21 of packed_summary): longer times are summed up anew with the next ingest.
DELETE FROM summary WHERE hours > 1;
DELETE FROM packed_summary WHERE hours > 1;
DELETE FROM summarized WHERE hours > 1;
