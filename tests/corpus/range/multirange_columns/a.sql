
CREATE TYPE span AS RANGE (SUBTYPE = double precision, MULTIRANGE_TYPE_NAME = spans);
CREATE TABLE visit (one span, many spans);
CREATE FUNCTION whole(spans) RETURNS span LANGUAGE sql IMMUTABLE AS 'SELECT range_merge($1)';
CREATE INDEX visit_many ON visit USING gist (many);
