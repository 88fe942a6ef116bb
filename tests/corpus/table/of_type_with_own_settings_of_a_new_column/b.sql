
CREATE TYPE place AS (x integer, name text);
CREATE TABLE spot OF place (name WITH OPTIONS DEFAULT 'here' NOT NULL);
