-- Filters name providers whatever their case.
CREATE INDEX route_provider_lower ON route (lower(provider));
