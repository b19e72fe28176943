-- Hits of block lists are few among the totals, and looked for over all of history.
CREATE INDEX hourly_listing ON hourly (listing_id, hour) WHERE listing_id <> 0;
