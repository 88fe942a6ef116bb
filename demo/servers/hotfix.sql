-- Typed into production by hand during an outage, and never written down as a migration.
CREATE INDEX idx_device_events_recorded_at ON scout_dash.device_events (recorded_at DESC);
