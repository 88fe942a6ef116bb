
CREATE TYPE place AS (x integer);
CREATE TABLE spot OF place;
